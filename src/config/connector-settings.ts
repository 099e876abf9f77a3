/** The keys that belong to connectors: each kind reads its own, and unknown keys are refused. */

import { clamp, cleanText } from '../core/access/reason.ts'
import type { ConnectorKind, Fault } from '../core/connector.ts'
import { canonicalJson, type Json, type JsonObject } from '../core/json.ts'
import { nearest } from '../core/people/nearest.ts'
import { keysAt, unknownKey } from './schema/shape-faults.ts'
import { type Path, quote, quoteAll, type Report } from './yaml/issue.ts'
import { entriesOf, isObject } from './yaml/read-leniently.ts'

export type TargetSettings = {
  readonly settings: JsonObject
  readonly roles: ReadonlyMap<string, JsonObject>
}

export function readConnectorSettings(
  file: Json,
  kinds: readonly ConnectorKind[],
  report: Report,
): ReadonlyMap<string, TargetSettings> {
  const read = new Map<string, TargetSettings>()
  for (const [id, target] of entriesOf(file, 'targets')) {
    if (!isObject(target)) continue
    const path = ['targets', id]
    const kind = findKind(target.connector, [...path, 'connector'], kinds, report)
    if (!kind) continue
    const settings = readPart(target, path, kind.targetSchema, kind.parseTarget, report)
    if (!settings) continue
    const roles = new Map<string, JsonObject>()
    for (const [name, role] of entriesOf(target, 'roles')) {
      if (!isObject(role)) continue
      const parse = (raw: unknown) => kind.parseRole(raw, settings)
      const mine = readPart(role, [...path, 'roles', name], kind.roleSchema, parse, report)
      if (mine) roles.set(name, mine)
    }
    refuseTwins(path, roles, report)
    read.set(id, { settings, roles })
  }
  return read
}

function findKind(
  typed: Json | undefined,
  path: Path,
  kinds: readonly ConnectorKind[],
  report: Report,
): ConnectorKind | undefined {
  if (typeof typed !== 'string') return undefined
  const kind = kinds.find((one) => one.kind === typed)
  if (kind) return kind
  const names = kinds.map((one) => one.kind)
  const near = nearest(typed, names)
  report(
    path,
    `There is no connector ${quote(typed)}. ${near ? `Did you mean ${quote(near)}?` : `There are ${quoteAll(names)}.`}`,
  )
  return undefined
}

/** Keys that neither elevate nor the connector knows are named here, so that the connector sees only its own. */
function readPart(
  object: JsonObject,
  path: Path,
  schema: JsonObject,
  parse: ConnectorKind['parseTarget'],
  report: Report,
): JsonObject | undefined {
  const ours = keysAt(path)
  const theirs = isObject(schema.properties) ? Object.keys(schema.properties) : undefined
  const own: [string, Json][] = []
  let clean = true
  for (const [key, value] of Object.entries(object)) {
    if (ours.includes(key)) continue
    if (!theirs || theirs.includes(key)) own.push([key, value])
    else {
      clean = false
      report([...path, key], unknownKey(key, [...ours, ...theirs]), { at: 'key' })
    }
  }
  const parsed = parse(Object.fromEntries(own))
  if (!parsed.ok)
    for (const fault of parsed.faults) report([...path, ...fault.path], inWords(fault, object, schema))
  return parsed.ok && clean ? parsed.value : undefined
}

/** Connectors return half sentences, and report a missing key as a value of the wrong type. */
function inWords({ path, message }: Fault, object: JsonObject, schema: JsonObject): string {
  const [key] = path
  if (path.length === 1 && typeof key === 'string' && !Object.hasOwn(object, key)) {
    const required = Array.isArray(schema.required) && schema.required.includes(key)
    const told = isObject(schema.properties) ? schema.properties[key] : undefined
    const description = isObject(told) && typeof told.description === 'string' ? told.description : message
    return `${quote(key)} is missing. ${sentence(required ? description : message)}`
  }
  return sentence(message)
}

function sentence(typed: string): string {
  const text = clamp(cleanText(typed).replace(/\s+/g, ' '), 300)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.!?]$/, '$&.')
}

function refuseTwins(path: Path, roles: ReadonlyMap<string, JsonObject>, report: Report): void {
  const seen = new Map<string, string>()
  for (const [name, settings] of roles) {
    const same = canonicalJson(settings)
    const twin = seen.get(same)
    if (twin === undefined) seen.set(same, name)
    else
      report(
        [...path, 'roles', name],
        `The roles ${quote(twin)} and ${quote(name)} are the same access. elevate counts access per role: the end of ` +
          'one would take the other. Keep one of them.',
        { at: 'key' },
      )
  }
}
