// Exports of a real database: what is in them, and what comes back from them.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvPieces, jsonlPieces } from '../../../src/audit/export/rows.ts'
import { writePieces } from '../../../src/audit/files.ts'
import { hashLeaf } from '../../../src/audit/tree/merkle.ts'
import type { LeafFilter } from '../../../src/core/log/audit-proof.ts'
import {
  openProofStore,
  openStore,
  type ProofStoreHandle,
  type StoreHandle,
} from '../../../src/store/database/open-store.ts'
import { must } from '../../support/must.ts'
import { type FreshDatabase, freshDatabase, query } from '../../support/postgres.ts'
import { addEvents } from '../checkpoint/real-log.ts'

describe('rows', () => {
  let database: FreshDatabase
  let store: StoreHandle
  let proof: ProofStoreHandle
  let folder: string

  beforeAll(async () => {
    database = await freshDatabase()
    store = await openStore({ url: database.url, poolSize: 2 })
    proof = await openProofStore({ url: database.url })
    folder = await mkdtemp(path.join(tmpdir(), 'elevate-rows-'))
    await addEvents(store, 12)
  })
  afterAll(async () => {
    await Promise.all([store.close(), proof.close()])
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const lines = async (filter: LeafFilter, before = 1000) =>
    (await Array.fromAsync(jsonlPieces({ proof, filter, before }))).join('').split('\n').slice(0, -1)

  test('JSONL has the exact bytes of every event, and texts that can be checked', async () => {
    const rows = await query<{ bytes: string; leaf_hash: Buffer }>(
      database.url,
      'select bytes, leaf_hash from audit.body join audit.leaf using (index) order by index',
    )
    const written = await lines({})
    expect(written).toHaveLength(12)
    for (const [n, line] of written.entries()) {
      expect(line).toContain(must(rows[n]).bytes)
      const { event, leaf_hash, private: texts } = JSON.parse(line)
      expect(leaf_hash).toBe(hashLeaf(must(rows[n]).bytes).toString('hex'))
      expect(texts).toHaveLength(event.reason_c ? 1 : 0)
    }
    expect(written.join('')).toContain('=1+1')
  })

  test('filters are by person, target, time and end, and by all of them together', async () => {
    const all = (await lines({})).map((line) => JSON.parse(line).event)
    const indexes = async (filter: LeafFilter, before?: number) =>
      (await lines(filter, before)).map((line) => Number(JSON.parse(line).event.index))
    const where = (test: (event: { target: string; subject: string; time: string }) => boolean) =>
      all.filter(test).map((event) => Number(event.index))
    expect(await indexes({ target: 'orders-db' })).toEqual(where((one) => one.target === 'orders-db'))
    expect(await indexes({ person: 'U1' })).toEqual(where((one) => one.subject === 'U1'))
    expect(await indexes({}, 5)).toEqual([0, 1, 2, 3, 4])
    const middle = new Date(Math.ceil(Date.parse(all[6].time)))
    const later = where((one) => Date.parse(one.time) >= middle.getTime())
    const found = await indexes({ from: middle })
    expect(found.every((index) => index >= 6)).toBe(true)
    expect(found).toEqual(expect.arrayContaining(later.filter((index) => index > 7)))
    expect([...(await indexes({ to: middle })), ...found]).toEqual(all.map((_, index) => index))
    expect(await indexes({ person: 'U1', target: 'orders-db', from: new Date(0) })).toEqual(
      where((one) => one.subject === 'U1' && one.target === 'orders-db'),
    )
    expect(await indexes({ person: "U1' or true --" })).toEqual([])
  })

  test('CSV has the same events, with the typed reason unable to be a formula', async () => {
    const file = path.join(folder, 'events.csv')
    await writePieces(file, csvPieces({ proof, filter: {}, before: 1000 }))
    const csv = await readFile(file, 'utf8')
    const rows = csv.split('\r\n')
    expect(rows).toHaveLength(14)
    expect(rows[0]).toMatch(/^"index","time","type"/)
    expect(rows.at(-1)).toBe('')
    expect(csv).toMatch(/"'=1\+1 ""\d+"" ü"/)
    expect(csv).not.toMatch(/"=1/)
  })
})
