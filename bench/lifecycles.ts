/**
 * Whole lifecycles a second: asked, approved, given, given back, taken, and checked in the target. elevate's verbs
 * are called directly, so that neither Slack's pace nor drawing counts; its messages are written to the outbox and
 * not sent. Limit: the statements that one such lifecycle sent to both databases, sent by bare pg.
 */

import pg from 'pg'
import { type Elevate, wire } from '../src/app.ts'
import type { Person } from '../src/core/people/person.ts'
import type { Directory } from '../src/core/ports.ts'
import { isRefused } from '../src/core/refusal.ts'
import { makeLog } from '../src/log.ts'
import { advanceGrant } from '../src/operations/access/grant/advance-grant.ts'
import { bindVerbs } from '../src/operations/verbs.ts'
import type { World } from '../src/operations/world.ts'
import { type Particulars, record, replay, type Statement, templateOf } from './recording.ts'
import type { Bench, Finding } from './report.ts'
import { type Rig, startRig } from './rig.ts'
import { median } from './statistics.ts'
import { APPROVER, type Asker, emailOf, type Mode, targetOf } from './workspace.ts'

const MODES: readonly Mode[] = ['temporary-login', 'membership']
const AT_ONCE = 8

export const lifecycles: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 5
  const each = quick ? 24 : 120
  const warmUp = 24
  const rig = await startRig(MODES.length * (1 + 2 * (warmUp + rounds * each)))
  try {
    const world = await verbsOnly(rig)
    let next = 0
    const take = (count: number) => {
      next += count
      return rig.askers.slice(next - count, next)
    }
    const findings: Finding[] = []
    for (const mode of MODES) {
      await atOnce(take(warmUp), (by) => live(world, mode, by).then(() => {}))
      const bare = await bareProgram(rig, world, mode, take(1)[0])
      await atOnce(take(warmUp), bare.run)
      const elevate: number[] = []
      const limit: number[] = []
      for (let round = 0; round < rounds; round++) {
        elevate.push(each / (await atOnce(take(each), (by) => live(world, mode, by).then(() => {}))))
        limit.push(each / (await atOnce(take(each), bare.run)))
      }
      findings.push({
        name: `lifecycles (${mode}, ${AT_ONCE} at once)`,
        unit: 'per s',
        elevate: median(elevate),
        limit: median(limit),
        required: { kind: 'ratio-at-least', than: 0.4 },
      })
      process.stderr.write(`  ${mode}: ${bare.summary}\n`)
    }
    await everyoneEnded(rig, next)
    return findings
  } finally {
    await rig.close()
  }
}

/** elevate put together as always, but not started: nobody talks to Slack, and no sweeper runs. */
export async function verbsOnly(rig: Rig): Promise<World> {
  const elevate: Elevate = await wire(
    {
      slack: {
        botToken: 'xoxb-nobody',
        transport: { kind: 'socket', appToken: 'xapp-nobody' },
        apiUrl: 'http://127.0.0.1:9/',
      },
      databaseUrl: rig.storeUrl,
      configFile: rig.configFile,
      logLevel: 'silent',
    },
    makeLog('silent'),
    { ORDERS_DB_URL: rig.targetBotUrl },
  )
  rig.onClose(() => elevate.stop())
  return { ...elevate.world, directory: directoryOf(rig) }
}

function directoryOf({ askers }: Rig): Directory {
  const people = new Map<string, Person>(
    askers.map((one) => [one.id, { id: one.id, kind: 'member', name: one.login, email: emailOf(one) }]),
  )
  people.set(APPROVER, { id: APPROVER, kind: 'member', name: 'ben' })
  const members = new Map([
    ['S0ENG', askers.map((one) => one.id)],
    ['S0DBA', [APPROVER]],
  ])
  const person = async (id: string): Promise<Person> => people.get(id) ?? { id, kind: 'stranger', name: id }
  const groups = async (ids: readonly string[]) =>
    new Map(ids.flatMap((id) => (members.has(id) ? [[id, members.get(id) ?? []] as const] : [])))
  return { person, groups, presence: async () => new Map(), personLately: person, groupsLately: groups }
}

export type Given = { readonly request: string; readonly requestNumber: number; readonly grant: string }

/** Asked, approved and given. The worker's part is done here and waited for. */
export async function give(world: World, mode: Mode, by: Asker, lane = 0): Promise<Given> {
  const asking = {
    by: by.id,
    target: targetOf(mode, lane),
    role: 'read',
    duration: '30m',
    reason: 'fix INC-1',
  }
  const asked = await bindVerbs(world).requestAccess(asking)
  if (isRefused(asked)) throw new Error(JSON.stringify(asked.refused))
  const request = asked.request.id
  const decided = await bindVerbs(world).decideRequest({
    request,
    by: APPROVER,
    verdict: 'approve',
    note: '',
  })
  if (isRefused(decided)) throw new Error(JSON.stringify(decided.refused))
  const grant = (await world.store.reads.grantOfRequest(request))?.id ?? ''
  await advance(world, grant)
  return { request, requestNumber: asked.request.number, grant }
}

async function live(world: World, mode: Mode, by: Asker): Promise<Given> {
  const given = await give(world, mode, by)
  const ended = await bindVerbs(world).endGrant({ grant: given.grant, by: by.id, note: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
  await advance(world, given.grant)
  return given
}

async function advance(world: World, id: string): Promise<void> {
  const claim = await world.store.claims.one(id)
  if (claim) await advanceGrant(world, claim)
}

/** Seconds until all were through. */
export async function atOnce<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<number> {
  const waiting = [...all]
  const began = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await run(one)
    }),
  )
  return (performance.now() - began) / 1000
}

async function bareProgram(rig: Rig, world: World, mode: Mode, by: Asker | undefined) {
  if (!by) throw new Error('there are not enough people')
  let given: Given | undefined
  const recorded = await record(rig.storeUrl, async () => {
    given = await live(world, mode, by)
  })
  const template = templateOf(recorded.statements, await particulars(world, given, by, recorded.oids))
  const accountOf = (who: Particulars) =>
    mode === 'membership' ? who.login : `elv_${who.login}_g${who.grantNumber}`
  const free = await Promise.all(
    Array.from({ length: AT_ONCE }, async () => ({
      store: await line(rig, rig.storeUrl, 'set search_path to pg_catalog; set role elevate_app'),
      target: await line(rig, rig.targetBotUrl, 'set search_path to pg_catalog'),
    })),
  )
  const run = async (who: Asker) => {
    const lines = free.pop()
    if (!lines) throw new Error('there are not enough lines')
    await replay(template, lines, { person: who.id, login: who.login, email: emailOf(who) }, accountOf)
    free.push(lines)
  }
  return { run, summary: summaryOf(template) }
}

async function particulars(
  world: World,
  given: Given | undefined,
  by: Asker,
  oids: ReadonlyMap<string, string>,
): Promise<Particulars> {
  const row = given && (await world.store.reads.grant(given.grant))
  if (!given || row?.grant.state !== 'revoked') throw new Error('the lifecycle did not come to its end')
  const account = row.grant.account ?? ''
  return {
    person: by.id,
    login: by.login,
    email: emailOf(by),
    request: given.request,
    requestNumber: String(given.requestNumber),
    grant: given.grant,
    grantNumber: String(row.grant.number),
    account,
    oid: oids.get(account) ?? '',
  }
}

/** A line like those that elevate makes for itself. */
async function line(rig: Rig, connectionString: string, settle: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    pipeline: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  client.on('error', () => {})
  await client.connect()
  rig.onClose(() => client.end())
  await client.query(settle)
  return client
}

const INT8 = 20

function summaryOf(template: readonly Statement[]): string {
  const count = (to: Statement['to']) => template.filter((one) => one.to === to)
  const turns = (all: readonly Statement[]) => all.filter((one) => !one.hurried).length
  const commits = (all: readonly Statement[]) => all.filter((one) => /^commit$/i.test(one.text)).length
  return (['store', 'target'] as const)
    .map((to) => {
      const all = count(to)
      return `${to}: ${all.length} statements in ${turns(all)} round trips, ${commits(all)} commits`
    })
    .join('; ')
}

/** What did nothing would be fast: each lifecycle, elevate's and the bare one, must have left its whole trace. */
async function everyoneEnded(rig: Rig, expected: number): Promise<void> {
  const { rows } = await (await rig.connect(rig.storeAdminUrl)).query<{ ended: number; recorded: number }>(
    `select count(*) filter (where state = 'revoked' and end_outcome = 'taken')::int as ended,
       (select count(*)::int from audit.body where type = 'grant.revoked') as recorded from elevate.access_grant`,
  )
  const target = await rig.connect(rig.targetAdminUrl)
  const left = await target.query(
    `select from pg_auth_members m join pg_roles u on u.oid = m.member
      where u.rolname like 'p0%' or u.rolname like 'elv\\_%'`,
  )
  const [{ ended, recorded } = { ended: 0, recorded: 0 }] = rows
  if (ended !== expected || recorded !== expected || left.rowCount !== 0)
    throw new Error(
      `of ${expected} lifecycles ${ended} ended, ${recorded} were recorded, and ${left.rowCount} are in the target`,
    )
}
