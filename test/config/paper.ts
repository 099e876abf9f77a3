import { parseCatalog } from '../../src/config/catalog.ts'
import type { Issue } from '../../src/config/yaml/issue.ts'
import type { ConnectorKind, Fault, Parsed } from '../../src/core/connector.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** A target system of drawers and shelves, so that these tests need no real connector. */
export const paper: ConnectorKind = {
  kind: 'paper',
  parseTarget: (raw) => need(raw, 'drawer'),
  parseRole: (raw, target) => {
    const read = need(raw, 'shelf')
    if (!read.ok || target.drawer !== 'narrow' || read.value.shelf !== 'wide') return read
    return { ok: false, faults: [{ path: ['shelf'], message: 'is too wide for the drawer' }] }
  },
  targetSchema: {
    type: 'object',
    properties: { drawer: { description: 'Which drawer' }, key: { description: 'Where its key is' } },
    required: ['drawer'],
    additionalProperties: false,
  },
  roleSchema: {
    type: 'object',
    properties: { shelf: { type: 'string', description: 'Which shelf' }, note: { type: 'string' } },
    required: ['shelf'],
    additionalProperties: false,
  },
  open: () => {
    throw new Error('nobody opens paper')
  },
}

function need(raw: unknown, key: string): Parsed<JsonObject> {
  const object = raw as JsonObject
  if (typeof object[key] === 'string') return { ok: true, value: object }
  const faults: Fault[] = [{ path: [key], message: `write a text, not ${JSON.stringify(object[key])}` }]
  return { ok: false, faults }
}

export const GOOD = `security:
  channel: C0SECURITY
  people: [S0SECOPS]
digest: { at: "09:00", timezone: Europe/Berlin }
targets:
  files:
    connector: paper
    description: The files
    channel: C0FILES
    drawer: top
    roles:
      read:  { description: Read them, risk: low, shelf: left }
      write: { description: Change them, risk: high, shelf: right }
policies:
  - name: read-files
    targets: [files]
    roles: [read, write]
    request: [S0ENG]
    approve: { from: [U0ADA, U0BOB], count: 1 }
    duration: { default: 1h, max: 4h }
    reason: { min_length: 8, pattern: '\\bINC-\\d+\\b', hint: Name the incident. }
    lapse_after: 8h
`

/** The good file with one piece replaced; the piece must be there. */
export function withChange(from: string, to: string): string {
  if (!GOOD.includes(from)) throw new Error(`the good file has no ${from}`)
  return GOOD.replace(from, () => to)
}

export function issuesOf(text: string): readonly Issue[] {
  const parsed = parseCatalog(text, [paper])
  return parsed.ok ? parsed.warnings : parsed.issues
}

export function brief(text: string): string[] {
  return issuesOf(text).map((issue) => `${issue.line}:${issue.column} ${issue.severity} ${issue.path}`)
}
