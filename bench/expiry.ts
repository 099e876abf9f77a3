/**
 * A thousand grants are live and ten end each second: how late is the access gone? Told twice, by the audit events
 * (`late_by_ms`, until it was checked) and by somebody who looks into the target all the time. Limit: a bare program
 * that has as many memberships and revokes each at its moment, in the same seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Due } from './bare/revoke-on-time.ts'
import { atOnce, give, verbsOnly } from './lifecycles.ts'
import type { Bench, Finding } from './report.ts'
import { type Rig, startRig } from './rig.ts'
import { percentile } from './statistics.ts'
import { type Asker, DATABASE_ROLE, LANES, type Mode } from './workspace.ts'

const A_SECOND = 10
const LEAD_MS = 4_000
/** Nothing needs so long; a machine that is busy makes figures worse, and breaks nothing. */
const AFTER_MS = 30_000
const LOOK_EVERY_MS = 10
const BARE_ROLE = 'bare_read'

type Watched = { readonly role: string; readonly account: string; readonly at: number }

export const expiry: Bench = async ({ quick }) => {
  const people = quick ? 200 : 1_000
  const seconds = quick ? 10 : 60
  const rig = await startRig(people)
  try {
    await giveAll(rig)
    const store = await rig.connect(rig.storeAdminUrl)
    const target = await rig.connect(rig.targetAdminUrl)
    await giveBare(target, rig.askers)
    // A thousand grants in a few seconds leave a thousand cards to be posted, at one a second; nobody waits for them.
    await store.query('delete from elevate.outbox')
    const slack = await rig.startSlack()
    await rig.startElevate(slack)
    const bare = await rig.startBare('bench/bare/revoke-on-time.ts', { TARGET_URL: rig.targetBotUrl })

    const moments = momentsOf(seconds, Date.now() + LEAD_MS)
    const ours = await endAt(store, moments)
    const bares = moments.map((at, index) => ({ role: BARE_ROLE, account: bareLogin(rig.askers[index]), at }))
    bare.process.send(bares.map(({ role, account, at }): Due => ({ role, login: account, at })))
    const gone = await watch(target, [...ours, ...bares])

    const told = await recorded(store, moments.length)
    const seen = (all: readonly Watched[]) => all.map((one) => (gone.get(keyOf(one)) ?? Infinity) - one.at)
    return findings(told, seen(ours), seen(bares))
  } finally {
    await rig.close()
  }
}

/** Half of them in each mode, by the verbs themselves. */
async function giveAll(rig: Rig): Promise<void> {
  const world = await verbsOnly(rig)
  const all = rig.askers.map((by, number) => ({ by, number }))
  await atOnce(all, async ({ by, number }) => {
    const mode: Mode = number % 2 === 0 ? 'temporary-login' : 'membership'
    await give(world, mode, by, Math.floor(number / 2) % LANES)
  })
}

const bareLogin = (by: Asker | undefined) => `bare_${by?.login}`

/** As the bot's own login, because only the grantor can revoke a membership. */
async function giveBare(target: pg.Client, askers: readonly Asker[]): Promise<void> {
  await target.query(`create role ${BARE_ROLE}; grant ${BARE_ROLE} to elevate_bot with admin option`)
  for (const by of askers) {
    const login = bareLogin(by)
    await target.query(`create role ${login} login; grant ${BARE_ROLE} to ${login} granted by elevate_bot`)
  }
}

/** Ten at any moments of each second; spread by a fixed rule, so that each run has the same. */
function momentsOf(seconds: number, from: number): number[] {
  const moments = Array.from({ length: seconds * A_SECOND }, (_, index) => {
    const second = Math.floor(index / A_SECOND)
    return from + second * 1_000 + ((index * 7919 + second * 104_729) % 1_000)
  })
  return moments.toSorted((a, b) => a - b)
}

/**
 * Grants last for minutes at least, so their end is moved in elevate's tables. That is past the rule that an end is
 * set once, which only a superuser's session can silence.
 */
async function endAt(store: pg.Client, moments: readonly number[]): Promise<Watched[]> {
  await store.query('begin; set local session_replication_role = replica')
  const { rows } = await store.query<{ account: string; target: string; at: number }>(
    `with live as (
       select id, row_number() over (order by number) as turn from elevate.access_grant where state = 'active'
     )
     update elevate.access_grant g set expires_at = to_timestamp(due.at / 1000), wake_at = to_timestamp(due.at / 1000)
     from unnest($1::float8[]) with ordinality as due (at, turn) join live using (turn)
     where g.id = live.id returning g.account, g.target, due.at`,
    [moments],
  )
  await store.query('commit')
  if (rows.length !== moments.length) throw new Error(`only ${rows.length} grants are live`)
  return rows.map(({ account, target, at }) => ({
    account,
    at,
    role: DATABASE_ROLE[target.startsWith('orders-own') ? 'membership' : 'temporary-login'],
  }))
}

const keyOf = ({ role, account }: Pick<Watched, 'role' | 'account'>) => `${role} ${account}`

/** Looks for all that is due and not gone yet. What is not there a moment before it is due went too early. */
async function watch(target: pg.Client, all: readonly Watched[]): Promise<Map<string, number>> {
  const gone = new Map<string, number>()
  const last = Math.max(...all.map((one) => one.at))
  let waiting = all.toSorted((a, b) => a.at - b.at)
  while (waiting.length > 0 && Date.now() < last + AFTER_MS) {
    const looked = Date.now()
    const due = waiting.filter((one) => one.at <= looked + 2 * LOOK_EVERY_MS)
    const there = await present(target, due)
    const seen = Date.now()
    for (const one of due) {
      if (there.has(keyOf(one))) continue
      if (seen < one.at) throw new Error(`${one.account} lost ${one.role} before its time`)
      gone.set(keyOf(one), seen)
    }
    waiting = waiting.filter((one) => !gone.has(keyOf(one)))
    await sleep(LOOK_EVERY_MS)
  }
  if (waiting.length > 0)
    throw new Error(
      `${waiting.length} are still there, such as ${keyOf(waiting[0] ?? { role: '', account: '' })}`,
    )
  return gone
}

/** A membership that neither inherits nor sets gives nothing. */
async function present(target: pg.Client, due: readonly Watched[]): Promise<Set<string>> {
  if (due.length === 0) return new Set()
  const { rows } = await target.query<{ role: string; account: string }>({
    name: 'present',
    text: `select g.rolname as role, u.rolname as account from pg_auth_members m
      join pg_roles u on u.oid = m.member join pg_roles g on g.oid = m.roleid
      where u.rolname = any($1) and (m.inherit_option or m.set_option) and u.rolcanlogin`,
    values: [due.map((one) => one.account)],
  })
  return new Set(rows.map(keyOf))
}

/** How late each of so many was recorded. The event comes after the access is gone: the target is read again before it. */
async function recorded(store: pg.Client, count: number): Promise<number[]> {
  const deadline = Date.now() + AFTER_MS
  for (;;) {
    const { rows } = await store.query<{ late: number }>(
      `select (bytes::jsonb #>> '{detail,late_by_ms}')::int as late from audit.body where type = 'grant.revoked'`,
    )
    if (rows.length === count) return rows.map(({ late }) => late)
    if (rows.length > count || Date.now() > deadline)
      throw new Error(`${count} were to end, and ${rows.length} events say so`)
    await sleep(LOOK_EVERY_MS)
  }
}

function findings(told: readonly number[], ours: readonly number[], bare: readonly number[]): Finding[] {
  const none = { kind: 'none' } as const
  const promised = { kind: 'value-under', than: 1_000 } as const
  const points = [
    { name: 'p50', of: (all: readonly number[]) => percentile(all, 50), required: none },
    { name: 'p99', of: (all: readonly number[]) => percentile(all, 99), required: promised },
    { name: 'worst', of: (all: readonly number[]) => Math.max(...all), required: none },
  ]
  const row = (what: string, all: readonly number[]) =>
    points.map(({ name, of, required }) => ({
      name: `expiry: ${what}, ${name}`,
      unit: 'ms' as const,
      elevate: of(all),
      limit: of(bare),
      required,
    }))
  return [...row('due → gone from the target', ours), ...row('due → recorded as checked', told)]
}
