import { afterAll, beforeAll, expect, it } from 'vitest'
import { readDigest } from '../../../src/audit/report/digest.ts'
import { openStore } from '../../../src/store/database/open-store.ts'
import { freshDatabase } from '../../support/postgres.ts'

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

it('lists refused attempts, but not late clicks or typing mistakes', async () => {
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
