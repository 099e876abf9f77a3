/** The JSON Schema that editors use for `elevate.yaml`: names, choices and descriptions while somebody types. */
import { z } from 'zod'
import type { ConnectorKind } from '../../core/connector.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isObject } from '../yaml/read-leniently.ts'
import { catalogSchema } from './schema.ts'
import { ID } from './shape-parts.ts'

const NAME = { pattern: ID.source }

export function writeJsonSchema(kinds: readonly ConnectorKind[]): JsonObject {
  const { $schema, ...root } = z.toJSONSchema(catalogSchema, { io: 'input' }) as JsonObject
  const properties = objectAt(root, 'properties')
  const targets = objectAt(properties, 'targets')
  return {
    $schema: $schema ?? null,
    title: 'elevate.yaml',
    description: 'What can be asked for in elevate, by whom, and who decides.',
    ...root,
    properties: {
      ...properties,
      targets: {
        ...targets,
        propertyNames: NAME,
        minProperties: 1,
        additionalProperties: targetFor(objectAt(targets, 'additionalProperties'), kinds),
      },
    },
  }
}

/**
 * Every connector brings its own keys. The branches carry all keys and are closed, because editors know
 * `if`/`then` better than `unevaluatedProperties`.
 */
function targetFor(target: JsonObject, kinds: readonly ConnectorKind[]): JsonObject {
  const properties = objectAt(target, 'properties')
  const roles = objectAt(properties, 'roles')
  const role = objectAt(roles, 'additionalProperties')
  const { additionalProperties: _, ...open } = target
  const named = { ...roles, propertyNames: NAME, minProperties: 1 }
  return {
    ...open,
    properties: {
      ...properties,
      connector: { ...objectAt(properties, 'connector'), enum: kinds.map((one) => one.kind) },
      roles: { ...named, additionalProperties: { ...role, additionalProperties: true } },
    },
    allOf: kinds.map(({ kind, targetSchema, roleSchema }) => ({
      if: { properties: { connector: { const: kind } }, required: ['connector'] },
      // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's
      then: closed(
        {
          ...open,
          properties: { ...properties, roles: { ...named, additionalProperties: closed(role, roleSchema) } },
        },
        targetSchema,
      ),
    })),
  }
}

function closed(ours: JsonObject, theirs: JsonObject): JsonObject {
  const { $schema: _, type: __, properties, required, additionalProperties: ___, ...rest } = theirs
  return {
    ...ours,
    ...rest,
    properties: { ...objectAt(ours, 'properties'), ...(isObject(properties) ? properties : {}) },
    required: [...listOf(ours.required), ...listOf(required)],
    additionalProperties: false,
  }
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isObject(value) ? value : {}
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
