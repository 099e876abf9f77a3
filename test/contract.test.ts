/**
 * What others depend on: scripts, dashboards, audit tools, installed Slack apps, messages that were posted long ago, and
 * databases that an older elevate still works with. `contract/names.json` lists it as it was when the contract was made;
 * this test reads what the code has now. A new name may be added to the list. A name in the list may not vanish or
 * change, also where we would choose a better word today.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keyOf } from '../src/core/notice.ts'
import * as current from './contract/current.ts'
import { oldNotices } from './contract/old-rows.ts'
import { type FreshDatabase, freshDatabase } from './support/postgres.ts'

type Kind = keyof typeof read
type Held = {
  readonly [kind in Kind | 'required columns']: { readonly loses: string; readonly names: readonly string[] }
}

let db: FreshDatabase
beforeAll(async () => {
  db = await freshDatabase()
})
afterAll(() => db?.drop())

const read = {
  'audit event types': current.eventTypes,
  'CSV columns': current.csv,
  'JSONL fields': current.jsonl,
  'OCSF classes and fields': current.ocsf,
  'commands and options': () => current.commands(),
  'words behind /elevate': current.words,
  'Slack buttons, menus and forms': current.slack,
  'values of old buttons': current.buttonValues,
  'Slack manifest': current.manifest,
  'keys of elevate.yaml': current.yaml,
  'environment variables': current.environment,
  metrics: current.metrics,
  'HTTP paths': current.http,
  'fields of POST /activity': current.activityReport,
  'objects in targets': current.targetObjects,
  database: () => current.database(db.url),
} satisfies Record<string, (names: readonly string[]) => readonly string[] | Promise<readonly string[]>>

const held: Held = JSON.parse(readFileSync(path.join(import.meta.dirname, 'contract/names.json'), 'utf8'))

for (const [kind, now] of Object.entries(read) as [Kind, (typeof read)[Kind]][])
  it(`${kind} of the contract are still there`, async () => {
    const { loses, names } = held[kind]
    const found = new Set(await now(names))
    const missing = names.filter((name) => !found.has(name))
    expect(missing, `${loses} Bring these back:\n${missing.join('\n')}\n`).toEqual([])
  })

it('no key that older configuration files lack is required', () => {
  const known = held['keys of elevate.yaml'].names
  const isOld = (parent: string) => parent === '' || known.some((one) => one.startsWith(`${parent}.`))
  const added = current
    .yaml()
    .filter((line) => line.endsWith(' (required)') && !known.includes(line))
    .filter((line) => isOld(line.slice(0, Math.max(0, line.lastIndexOf('.')))))
  expect(added, 'A configuration file that is in use would be refused.').toEqual([])
})

it('no column that an older process does not fill is required', async () => {
  const known = held.database.names
  const isOld = (column: string) =>
    known.some((one) => one.startsWith(`column ${column.slice(0, column.lastIndexOf('.'))}.`))
  const added = (await current.requiredColumns(db.url)).filter(
    (column) => isOld(column) && !known.some((one) => one.startsWith(`column ${column} `)),
  )
  expect(added, 'A replica of the version before would fail on every insert while an upgrade runs.').toEqual(
    [],
  )
})

it('rows that wait in the outbox keep the keys by which a second one is not added', () => {
  for (const [notice, key] of oldNotices)
    expect(keyOf({ lane: 'channel:C1', notice }), `People would read ${notice.kind} twice.`).toBe(key)
})
