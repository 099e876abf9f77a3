/** The process is killed where it hurts most; another one finds everything it needs in the rows, and finishes. */

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { wire } from '../../src/app.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { makeLog } from '../../src/log.ts'
import { armFailpoint, type Failpoint } from '../../src/operations/access/grant/failpoint.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import type { World } from '../../src/operations/world.ts'
import { approve, told } from '../support/asking.ts'
import { faults, logins } from '../support/judge.ts'
import { query } from '../support/postgres.ts'
import { type Running, run } from '../support/process.ts'
import { ADA, CHO, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let world: TestWorld
const running: Running[] = []

beforeAll(async () => {
  const person = (id: string) => ({ id, name: id.toLowerCase(), realName: id, email: `${id}@acme.example` })
  const groups = workspace.groups?.map((group) =>
    group.id === 'S0ENG' ? { ...group, members: [...group.members, ...CREW] } : group,
  )
  const crowd = {
    ...workspace,
    users: [...workspace.users, ...CREW.map(person)],
    ...(groups ? { groups } : {}),
  }
  world = await testWorld({ simulator: { workspace: crowd } })
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')))
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function startBot(failpoint?: Failpoint): Promise<Running> {
  const env = world.processEnvironment()
  const bot = run('src/main.ts', {
    env: { ...env, LOG_LEVEL: 'info', ...(failpoint ? { ELEVATE_FAILPOINT: failpoint } : {}) },
  })
  running.push(bot)
  await bot.says('elevate is ready')
  return bot
}

/** Ada asks and Ben approves. */
async function ask(reason: string): Promise<void> {
  expect((await world.simulator.as(ADA).command(`orders-db read 30m ${reason}`)).ok).toBe(true)
  await approve(world.simulator, reason)
}

const states = async () =>
  (await world.rows<{ state: string }>('select state from elevate.access_grant order by number')).map(
    (row) => row.state,
  )

const settled = (state: string) =>
  vi.waitFor(async () => expect((await states()).at(-1)).toBe(state), { timeout: 15_000, interval: 50 })

it.each([
  { failpoint: 'before-grant', there: 0 },
  { failpoint: 'after-grant', there: 1 },
] as const)('killed $failpoint: the next process gives the access once, and says so', async (point) => {
  const reason = `killed ${point.failpoint}`
  const doomed = await startBot(point.failpoint)
  await ask(reason)
  expect(await doomed.ended).toBe('SIGKILL')
  expect((await states()).at(-1)).toBe('provisioning')
  expect(await logins(world)).toHaveLength(point.there)

  const next = await startBot()
  await settled('active')
  expect(await logins(world)).toMatchObject([{ open: true, roles: ['orders_read'] }])
  await told(world.simulator, /You have read on orders-db/)
  expect(await faults(world)).toEqual([])

  await world.simulator.as(ADA).command('end')
  await settled('revoked')
  await next.end()
  expect(await logins(world)).toEqual([])
  expect(await faults(world)).toEqual([])
})

it.each([
  { failpoint: 'before-revoke', there: 1 },
  { failpoint: 'after-revoke', there: 0 },
] as const)('killed $failpoint: the next process takes the access back once, and says so', async (point) => {
  const doomed = await startBot(point.failpoint)
  await ask(`killed ${point.failpoint}`)
  await settled('active')
  await world.simulator.as(ADA).command('end')
  expect(await doomed.ended).toBe('SIGKILL')
  expect((await states()).at(-1)).toBe('revoking')
  expect(await logins(world)).toHaveLength(point.there)

  await startBot()
  await settled('revoked')
  expect(await logins(world)).toEqual([])
  await told(world.simulator, 'you gave it back')
  expect(await faults(world)).toEqual([])
})

it('a worker that was held up, and comes when all is over, leaves no access behind', async () => {
  const going = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let first = true
  onTestFinished(() => armFailpoint('before-grant', () => {}))
  armFailpoint('before-grant', async () => {
    if (!first) return
    first = false
    held.resolve()
    await going.promise
  })
  const slow = await world.bot()
  await ask('held up')
  await held.promise
  // Its lease is over, another process takes the grant on, and Ada gives it back.
  await query(world.databaseUrl, "update elevate.binding set lease_until = '-infinity'")
  const other = await startBot()
  await settled('active')
  await world.simulator.as(ADA).command('end')
  await settled('revoked')
  expect(await logins(world)).toEqual([])

  going.resolve()
  await slow.stop()
  expect(await logins(world)).toEqual([])
  expect(await faults(world)).toEqual([])
  expect(await other.end()).toBe(0)
})

const CREW = Array.from({ length: 12 }, (_, index) => `U0CREW${index}`)

/** People who ask, approve, give back and outstay, through a replica that never does a worker's work itself. */
async function keepBusy(people: World, going: AbortSignal): Promise<void> {
  const one = <T>(of: readonly T[]) => of[Math.floor(Math.random() * of.length)]
  while (!going.aborted) {
    // Nothing else here would let the bot that is to be killed have the processor.
    await pause(50)
    const what = one(['ask', 'ask', 'ask', 'ask', 'withdraw', 'end', 'end', 'expire'])
    if (what === 'ask' || what === 'withdraw') {
      const by = one([...CREW, ADA]) ?? ADA
      const [target, role] = by === ADA ? ['orders-own', 'write'] : ['orders-db', 'read']
      const asked = await bindVerbs(people).requestAccess({
        by,
        target,
        role,
        duration: '30m',
        reason: 'INC-1 busy',
      })
      if (isRefused(asked)) continue
      const request = asked.request.id
      if (what === 'withdraw') await bindVerbs(people).withdrawRequest({ request, by })
      else await bindVerbs(people).decideRequest({ request, by: CHO, verdict: 'approve', note: '' })
    } else {
      const live = await people.store.reads.liveGrants()
      const grant = one(live.filter((row) => row.grant.state !== 'revoking'))?.grant
      if (grant && what === 'end')
        await bindVerbs(people).endGrant({ grant: grant.id, by: grant.person, note: '' })
      else if (grant) await expire(grant.id)
    }
  }
}

/** As time would, past the triggers, which forbid that to the application. */
async function expire(grant: string): Promise<void> {
  await query(
    world.databaseUrl,
    `set session_replication_role = replica;
     update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp()
     where id = '${grant}' and state = 'active'`,
  )
}

it('killed at ten random moments of a busy day, elevate loses nothing and leaves nothing behind', async () => {
  const before = (await states()).length
  const replica = await wire(world.environment, makeLog('silent'), world.processEnvironment())
  const people = replica.world
  const lives: number[] = []
  try {
    const going = new AbortController()
    const load = keepBusy(people, going.signal)
    for (let kill = 0; kill < 10; kill++) {
      const bot = await startBot()
      const life = Math.round(20 + Math.random() * 1_000)
      lives.push(life)
      await pause(life)
      expect(await bot.end('SIGKILL')).toBe('SIGKILL')
    }
    going.abort()
    await load
  } finally {
    await replica.stop()
  }
  await startBot()
  await vi.waitFor(
    async () => expect((await states()).filter((one) => !['active', 'revoked'].includes(one))).toEqual([]),
    { timeout: 30_000, interval: 100 },
  )
  expect(await faults(world), `it lived ${lives.join(', ')} ms`).toEqual([])
  // The day was a busy one, or the test says nothing.
  expect((await states()).length - before).toBeGreaterThan(50)
  expect((await states()).filter((state) => state === 'revoked').length).toBeGreaterThan(before + 20)
})
