/** Something in the target is in the way of an end: what could be done is done, kept, and told as elevate's own work. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connected } from '../../demo/orders.ts'
import type { Elevate } from '../../src/app.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { connect } from '../connectors/postgres-sessions.ts'
import { ADA } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import { given, passTimeUntil, SOON } from './given.ts'
import * as sights from './sights.ts'

vi.setConfig({ testTimeout: 60_000 })

let test: TestWorld
let elevate: Elevate
beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
})
afterAll(() => test?.[Symbol.asyncDispose]())

it('is told as revoked, with every session that was ended, although it took a second try', async () => {
  const { world } = elevate
  const grant = await given(world, { by: ADA, target: 'orders-db', role: 'read' })
  const shown = await bindVerbs(world).showCredential({ grant: grant.id, by: ADA })
  if (isRefused(shown)) throw new Error(shown.refused.case)
  const field = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  const login = { user: field('User'), password: field('Password') }
  const session = await connect(test.target.server.urlOf('orders', login))
  await connected(test.target.server.url, async (administrator) => {
    await administrator.query('begin; lock table pg_authid in share mode')
    await passTimeUntil(test, grant.id, '0 s')
    await vi.waitFor(async () => {
      const row = (await world.store.reads.grant(grant.id))?.grant
      expect(row).toMatchObject({ state: 'revoking', taken: true, sessionsEnded: 1 })
      expect(row?.lastError).toMatch(/SELECT pg_terminate_backend\(\d+\);/)
    }, SOON)
    await expect(session.query('select from orders')).rejects.toThrow()
    await administrator.query('rollback')
  })
  const end = await vi.waitFor(async () => {
    const found = (await events(test)).find((one) => one.type === 'grant.revoked')
    expect(found).toMatchObject({ outcome: 'taken', detail: { sessions_ended: 1 } })
    return found
  }, SOON)
  expect(end).toBeDefined()
  const told = await sights.reads(test.simulator.as(ADA), 'dm', '1 open session was ended')
  expect(told.text).not.toContain('gone already')
})
