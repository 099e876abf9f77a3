/**
 * Random histories of asking, deciding, giving back, expiring and sweeping, held against a model of twenty lines.
 * After every step the target itself is read: access is there exactly while a grant of the model lives.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Elevate, wire } from '../../src/app.ts'
import type { GrantId, RequestId } from '../../src/core/ids.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { makeLog } from '../../src/log.ts'
import { advanceGrant } from '../../src/operations/access/grant/advance-grant.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import type { World } from '../../src/operations/world.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, CHO, DAN } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

const PEOPLE = [ADA, DAN] as const
const THINGS = ['orders-db read', 'orders-own write'] as const
const APPROVERS = [BEN, CHO] as const

type Model = {
  readonly pending: Map<string, RequestId>
  readonly live: Map<string, Set<GrantId>>
}
type Real = { readonly world: World; readonly databaseUrl: string; readonly orders: string }

let test: TestWorld
let elevate: Elevate

beforeAll(async () => {
  test = await testWorld()
  elevate = await wire(test.environment, makeLog('silent'), { ORDERS_DB_URL: test.target.orders.botUrl })
  // Ada has a login of her own in the demo's database; Dan gets one.
  await query(test.target.orders.superuserUrl, 'create role dan login')
})

afterAll(async () => {
  await elevate?.stop()
  await test?.[Symbol.asyncDispose]()
})

/** Everything that is due, done: what the sweeper would do, without the clock. */
async function settle({ world }: Real): Promise<void> {
  for (;;) {
    const claims = await world.store.claims.due(
      new Map([
        ['orders-db', 20],
        ['orders-own', 20],
      ]),
    )
    if (claims.length === 0) return
    await Promise.all(claims.map((claim) => advanceGrant(world, claim)))
  }
}

async function compare(model: Model, real: Real): Promise<void> {
  await settle(real)
  const logins = await query<{ count: string }>(
    real.orders,
    "select count(*) from pg_roles where rolname like 'elv\\_%' and rolcanlogin",
  )
  const read = [...model.live].filter(([key]) => key.endsWith('read')).flatMap(([, grants]) => [...grants])
  expect(Number(logins[0]?.count)).toBe(read.length)
  const members = await query<{ member: string }>(
    real.orders,
    "select pg_get_userbyid(member) as member from pg_auth_members where roleid = 'orders_write'::regrole and pg_get_userbyid(member) in ('ada', 'dan') order by 1",
  )
  const holding = PEOPLE.filter((person) => (model.live.get(`${person} orders-own write`)?.size ?? 0) > 0)
  expect(members.map((row) => row.member)).toEqual(
    holding.map((person) => person.slice(2).toLowerCase()).sort(),
  )
  const rows = await query<{ live: string; pending: string }>(
    real.databaseUrl,
    `select (select count(*) from elevate.access_grant where state = 'active') as live,
            (select count(*) from elevate.request where state = 'pending') as pending`,
  )
  expect(Number(rows[0]?.pending)).toBe(model.pending.size)
  expect(Number(rows[0]?.live)).toBe([...model.live.values()].reduce((sum, grants) => sum + grants.size, 0))
}

class Ask implements fc.AsyncCommand<Model, Real> {
  readonly person: string
  readonly thing: string
  constructor(person: string, thing: string) {
    this.person = person
    this.thing = thing
  }
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    const [target = '', role = ''] = this.thing.split(' ')
    const key = `${this.person} ${this.thing}`
    const answer = await bindVerbs(real.world).requestAccess({
      by: this.person,
      target,
      role,
      duration: '1h',
      reason: 'INC-1',
    })
    if (model.pending.has(key)) expect(answer).toMatchObject({ refused: { code: 'already-pending' } })
    else if (isRefused(answer)) throw new Error(JSON.stringify(answer.refused))
    else model.pending.set(key, answer.request.id)
    await compare(model, real)
  }
  toString = () => `ask(${this.person}, ${this.thing})`
}

/** The one that is meant among those there are, whatever number was drawn. */
function pick<T>(among: Iterable<T>, which: number): T {
  const all = [...among]
  const found = all[which % all.length]
  if (found === undefined) throw new Error('there is nothing to choose from')
  return found
}

class Decide implements fc.AsyncCommand<Model, Real> {
  readonly which: number
  readonly by: string
  readonly verdict: 'approve' | 'deny'
  constructor(which: number, by: string, verdict: 'approve' | 'deny') {
    this.which = which
    this.by = by
    this.verdict = verdict
  }
  check = (model: Readonly<Model>) => model.pending.size > 0
  async run(model: Model, real: Real): Promise<void> {
    const [key, request] = pick(model.pending, this.which)
    const answer = await bindVerbs(real.world).decideRequest({
      request,
      by: this.by,
      verdict: this.verdict,
      note: '',
    })
    if (isRefused(answer)) throw new Error(JSON.stringify(answer.refused))
    model.pending.delete(key)
    if (this.verdict === 'approve') {
      await settle(real)
      const grant = await real.world.store.reads.grantOfRequest(request)
      expect(grant?.state).toBe('active')
      model.live.set(key, new Set([...(model.live.get(key) ?? []), grant?.id ?? '']))
    }
    await compare(model, real)
  }
  toString = () => `${this.verdict}(${this.which}, by ${this.by})`
}

class Withdraw implements fc.AsyncCommand<Model, Real> {
  readonly which: number
  constructor(which: number) {
    this.which = which
  }
  check = (model: Readonly<Model>) => model.pending.size > 0
  async run(model: Model, real: Real): Promise<void> {
    const [key, request] = pick(model.pending, this.which)
    const [by = ''] = key.split(' ')
    expect(isRefused(await bindVerbs(real.world).withdrawRequest({ request, by }))).toBe(false)
    model.pending.delete(key)
    await compare(model, real)
  }
  toString = () => `withdraw(${this.which})`
}

class End implements fc.AsyncCommand<Model, Real> {
  readonly which: number
  readonly how: 'return' | 'expire'
  constructor(which: number, how: 'return' | 'expire') {
    this.which = which
    this.how = how
  }
  check = (model: Readonly<Model>) => [...model.live.values()].some((grants) => grants.size > 0)
  async run(model: Model, real: Real): Promise<void> {
    const all = [...model.live].flatMap(([key, grants]) => [...grants].map((grant) => [key, grant] as const))
    const [key, grant] = pick(all, this.which)
    const [by = ''] = key.split(' ')
    if (this.how === 'return')
      expect(isRefused(await bindVerbs(real.world).endGrant({ grant, by, note: '' }))).toBe(false)
    else await expire(real.databaseUrl, grant)
    model.live.get(key)?.delete(grant)
    await compare(model, real)
  }
  toString = () => `${this.how}(${this.which})`
}

/** Moves a grant's end into the past, as time would; past the triggers, which forbid that to the application. */
async function expire(databaseUrl: string, grant: GrantId): Promise<void> {
  await query(
    databaseUrl,
    `set session_replication_role = replica;
     update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp() where id = '${grant}'`,
  )
}

const ask = fc
  .tuple(fc.constantFrom(...PEOPLE), fc.constantFrom(...THINGS))
  .map(([person, thing]) => new Ask(person, thing))
const approve = fc
  .tuple(fc.nat(20), fc.constantFrom(...APPROVERS))
  .map(([which, by]) => new Decide(which, by, 'approve'))
/** Long ones: two grants of the same, of which one ends, need five commands that fit together. */
const history = fc.array(
  fc.oneof(
    { arbitrary: ask, weight: 4 },
    { arbitrary: approve, weight: 4 },
    {
      arbitrary: fc
        .tuple(fc.nat(20), fc.constantFrom(...APPROVERS))
        .map(([which, by]) => new Decide(which, by, 'deny')),
      weight: 1,
    },
    { arbitrary: fc.nat(20).map((which) => new Withdraw(which)), weight: 1 },
    { arbitrary: fc.nat(20).map((which) => new End(which, 'return')), weight: 1 },
    { arbitrary: fc.nat(20).map((which) => new End(which, 'expire')), weight: 1 },
  ),
  { minLength: 15, maxLength: 30 },
)

it('whatever people do in whatever order, the target shows exactly the access that lives', {
  timeout: 180_000,
}, async () => {
  const real: Real = {
    world: elevate.world,
    databaseUrl: test.databaseUrl,
    orders: test.target.orders.superuserUrl,
  }
  await fc.assert(
    fc.asyncProperty(history, async (commands) => {
      const model: Model = { pending: new Map(), live: new Map() }
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands)
      } finally {
        await clear(model, real)
      }
    }),
    { numRuns: 8 },
  )
})

/** Ends what a history left open, so that the next begins with nothing. */
async function clear(model: Model, real: Real): Promise<void> {
  for (const [key, request] of model.pending)
    await bindVerbs(real.world).withdrawRequest({ request, by: key.split(' ')[0] ?? '' })
  const live = await real.world.store.reads.liveGrants()
  for (const { grant } of live)
    await bindVerbs(real.world).endGrant({ grant: grant.id, by: grant.person, note: '' })
  await settle(real)
}
