import { afterAll, beforeAll, expect, it } from 'vitest'
import { latenessOf, readDigest } from '../../src/audit/report/digest.ts'
import { openStore } from '../../src/store/database/open-store.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let store: Awaited<ReturnType<typeof openStore>>

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
})

afterAll(async () => {
  await store?.close()
  await database?.drop()
})

it('tells of refused attempts, and not of late clicks or typing mistakes', async () => {
  const from = await store.reads.now()
  await store.transaction(async (tx) => {
    for (const outcome of ['not-allowed', 'already-closed', 'reason-missing', 'not-yours', 'too-long'])
      tx.append({ type: 'request.refused', actor: { kind: 'person', id: 'U1' }, outcome })
  })
  const to = new Date(from.getTime() + 60_000)
  const digest = await readDigest(store, {
    from,
    to,
    period: 'daily',
    zone: 'UTC',
    needsPassword: () => true,
  })
  expect(digest.refused.map((event) => JSON.parse(event.bytes).outcome)).toEqual(['not-yours', 'not-allowed'])
})

it('says how late access ended, by rank', () => {
  const late = (ms: number) => ({ lateByMs: ms })
  expect(latenessOf([])).toEqual({ count: 0, p50: 0, p99: 0, worst: 0 })
  expect(latenessOf(Array.from({ length: 100 }, (_, at) => late(at + 1)))).toEqual({
    count: 100,
    p50: 50,
    p99: 99,
    worst: 100,
  })
  expect(latenessOf([late(7), { lateByMs: undefined }])).toEqual({ count: 1, p50: 7, p99: 7, worst: 7 })
})
