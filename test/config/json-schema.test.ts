import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeJsonSchema } from '../../src/config/schema/json-schema.ts'
import { DURATION } from '../../src/config/schema/shape-parts.ts'
import { connectorKinds } from '../../src/connectors/open-connectors.ts'
import { parseDuration } from '../../src/core/access/duration.ts'
import { paper } from './paper.ts'

it('elevate.schema.json is what npm run schema writes', () => {
  const file = readFileSync(path.join(import.meta.dirname, '../../elevate.schema.json'), 'utf8')
  expect(file).toBe(`${JSON.stringify(writeJsonSchema(connectorKinds), null, 2)}\n`)
})

type Schema = { readonly [key: string]: Schema }

it('every key has a description', () => {
  const bare: string[] = []
  const visit = (schema: Schema, path: string) => {
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      if (!('description' in inner)) bare.push(`${path}.${key}`)
      visit(inner, `${path}.${key}`)
    }
    for (const next of ['additionalProperties', 'items'])
      if (typeof schema[next] === 'object') visit(schema[next], `${path}.*`)
  }
  visit(writeJsonSchema([]) as Schema, '')
  expect(bare).toEqual([])
})

it('each connector brings its own keys, and closes the target and its roles', () => {
  const schema = writeJsonSchema([paper]) as unknown as Schema
  const target = schema.properties?.targets?.additionalProperties
  expect(target?.properties?.connector).toMatchObject({ enum: ['paper'] })
  expect(target?.allOf?.[0]).toMatchObject({
    if: { properties: { connector: { const: 'paper' } } },
    // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's
    then: {
      properties: {
        channel: {},
        drawer: { description: 'Which drawer' },
        roles: {
          additionalProperties: {
            properties: { risk: {}, shelf: {} },
            required: ['description', 'risk', 'shelf'],
            additionalProperties: false,
          },
        },
      },
      required: ['connector', 'description', 'channel', 'roles', 'drawer'],
      additionalProperties: false,
    },
  })
})

it('editors and elevate agree on what a duration is', () => {
  const near = fc.stringMatching(/^[0-9]{0,5}[mhdMs ]{0,2}$/)
  fc.assert(
    fc.property(
      fc.oneof(near, fc.string()),
      (text) => DURATION.test(text) === (parseDuration(text) !== undefined),
    ),
  )
})
