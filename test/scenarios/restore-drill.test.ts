/**
 * The restore drill: random histories, a backup at a random point, more history, the restore, at start or under the
 * running bot. Every round must be noticed, and nothing be given or removed before an operator has confirmed it; then
 * everything goes on. RESTORE_DRILL_ROUNDS asks for more rounds, RESTORE_DRILL_SEED for the ones that failed.
 */

import { randomInt } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import type { World } from '../../src/operations/world.ts'
import { copyOf, execute, restoreOver } from '../support/postgres.ts'
import { ADA, BEN, CHO, DAN } from '../support/workspace.ts'
import { everyRight } from './evidence.ts'
import { asked, given, SOON } from './given.ts'
import { type RestoreWorld, restoreWorld } from './restore-world.ts'

const ROUNDS = Number(process.env.RESTORE_DRILL_ROUNDS ?? 5)
const SEED = Number(process.env.RESTORE_DRILL_SEED ?? randomInt(2 ** 31))

let world: RestoreWorld
let running: Elevate | undefined

beforeAll(async () => {
  world = await restoreWorld()
}, 60_000)
afterEach(async () => {
  await running?.stop()
  running = undefined
})
afterAll(() => world?.end())

/** Mulberry32: the same seed, the same drill. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides)
  }
}

const PEOPLE = [ADA, BEN, CHO]

const approved = (bot: World, by: string) =>
  given(bot, { by, target: 'orders-db', role: 'read', approvers: [DAN] })

/** One thing that somebody does; what the rules refuse is history as well. */
async function happens({ world: bot }: Elevate, roll: (sides: number) => number): Promise<void> {
  const by = PEOPLE[roll(PEOPLE.length)] ?? ADA
  const [grant] = await bot.store.reads.liveGrants(by)
  const [pending] = await bot.store.reads.pendingRequests(5)
  const steps = [
    () => approved(bot, by),
    () => asked(bot, { by, target: 'orders-db', role: 'write' }),
    () => grant && bindVerbs(bot).endGrant({ grant: grant.grant.id, by, note: '' }),
    () => pending && bindVerbs(bot).withdrawRequest({ request: pending.id, by: pending.requester }),
    () =>
      pending && bindVerbs(bot).decideRequest({ request: pending.id, by: DAN, verdict: 'deny', note: 'no' }),
  ]
  await steps[roll(steps.length)]?.()?.catch((error: Error) => {
    // Asked for already, or not for him: a person may try.
    if (!/"code":"(already-\w+|too-many-pending|not-allowed)"/.test(error.message)) throw error
  })
}

async function history(elevate: Elevate, roll: (sides: number) => number, steps: number): Promise<void> {
  for (let n = 0; n < steps; n += 1) await happens(elevate, roll)
  await vi.waitFor(async () => {
    const moving = (await elevate.world.store.reads.liveGrants()).filter(
      (one) => one.grant.state !== 'active',
    )
    expect(moving.map((one) => one.grant.state)).toEqual([])
  }, SOON)
}

const size = async (): Promise<number> => (await world.test.events()).length

for (let round = 0; round < ROUNDS; round += 1)
  it(`round ${round + 1} of seed ${SEED}: detected, nothing granted or revoked, and it continues`, {
    timeout: 120_000,
  }, async () => {
    const roll = dice(SEED + round)
    const { test } = world
    let elevate = await world.bot()
    running = elevate
    await history(elevate, roll, roll(4))
    await elevate.stop()
    const kept = await size()
    const backup = await copyOf(test.databaseUrl)
    elevate = await world.bot()
    running = elevate
    await history(elevate, roll, 1 + roll(4))
    const alive = await asked(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
    expect((await world.elevate(['audit', 'checkpoint'])).code).toBe(0)
    // What the backup believes to be live is due at once: access that a blind bot would take.
    await execute(
      backup.url,
      `set session_replication_role = replica;
       update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp() where state = 'active'`,
    )
    const underTheBot = roll(2) === 0
    if (!underTheBot) await elevate.stop()
    const rights = await everyRight(test)
    await restoreOver(test.databaseUrl, backup.url)
    const calls = await world.targetCalls()
    if (!underTheBot) elevate = await world.bot()
    running = elevate

    const { store } = elevate.world
    await vi.waitFor(
      async () => expect(await store.quarantine.current()).toMatchObject({ why: 'restored' }),
      SOON,
    )
    await expect(asked(elevate.world, { by: ADA, target: 'orders-own', role: 'write' })).rejects.toThrow(
      'quarantine',
    )
    for (const { grant } of await store.reads.liveGrants()) elevate.world.store.claims.lookNow(grant.id)
    await expect(
      bindVerbs(elevate.world).decideRequest({ request: alive.id, by: BEN, verdict: 'approve', note: '' }),
    ).resolves.toSatisfy(isRefused)
    expect(await store.claims.due(new Map([['orders-db', 5]]))).toEqual([])
    expect(await world.targetCalls()).toBe(calls)
    expect(await everyRight(test)).toEqual(rights)
    expect(await size()).toBeLessThanOrEqual(kept + 1)

    await vi.waitFor(async () => {
      const { output } = await world.elevate(['quarantine'])
      const code = /--confirm ([0-9a-f]{4}-[0-9a-f]{4})/.exec(output)?.[1]
      if (code) await world.elevate(['quarantine', '--confirm', code, '--reason', `drill ${round + 1}`])
      expect(await store.quarantine.current()).toBeUndefined()
      expect(await store.quarantine.intact()).toBe(true)
    }, SOON)
    // What was due ends now, and people are served, under a number that was never given before.
    await vi.waitFor(async () => expect(await store.reads.liveGrants()).toEqual([]), SOON)
    expect((await approved(elevate.world, BEN)).number).toBeGreaterThan(1_000)
    const verified = await world.elevate(['audit', 'verify'])
    expect(verified.code, verified.output).toBe(0)
  })
