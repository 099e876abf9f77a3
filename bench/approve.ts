/**
 * An approver presses Approve: how long until the access is there. Limit: a bare program that on the click asks Slack
 * for one group and runs one statement.
 *
 * "There" is when the target committed it, by the target's own note of that moment (`track_commit_timestamp`), so
 * nothing has to poll the target while it is measured. The click is timed here and put on the target's clock.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Bench, Finding } from './report.ts'
import { type Rig, startRig } from './rig.ts'
import { buttonIn, type Slack } from './slack.ts'
import { medianOfRounds, percentile } from './statistics.ts'
import { APPROVER, type Asker, channelOf, DATABASE_ROLE, type Mode, targetOf } from './workspace.ts'

const MODES: readonly Mode[] = ['temporary-login', 'membership']
const QUIET_MS = 40
/** Each target has connections of its own. With few of them they stay open, as the bare program's one does. */
const BUSY_LANES = 4
const PATIENCE_MS = 10_000

type Samples = Record<Mode, number[][]>

export const approve: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 5
  const samples = quick ? 4 : 8
  const warmUp = 4
  const rig = await startRig(2 * (warmUp + rounds * samples))
  try {
    const ours = await rig.startSlack()
    await rig.startElevate(ours)
    const bares = await rig.startSlack()
    await rig.startBare('bench/bare/grant-at-click.ts', {
      ...bares.environment,
      BARE_DATABASE_URL: rig.bareUrl,
      TARGET_URL: rig.targetBotUrl,
    })
    const watch = await makeWatch(rig)
    const elevate: Samples = { 'temporary-login': [], membership: [] }
    const limit: Samples = { 'temporary-login': [], membership: [] }
    let next = 0
    const both = async (mode: Mode) => {
      const by = rig.askers[next++]
      if (!by) throw new Error('there are not enough people')
      const lane = next % BUSY_LANES
      const card = await askElevate(ours, mode, by, lane)
      const first = await click(ours, card, watch, mode, accountLike(mode, by, 'elevate'))
      const bareCard = await askBare(bares, mode, by, lane)
      const second = await click(bares, bareCard, watch, mode, accountLike(mode, by, 'bare'))
      return [first, second] as const
    }
    for (let round = -1; round < rounds; round++) {
      for (const mode of MODES) {
        const mine: number[] = []
        const bare: number[] = []
        for (let sample = 0; sample < (round < 0 ? warmUp : samples); sample++) {
          const [first, second] = await both(mode)
          mine.push(first)
          bare.push(second)
        }
        if (round < 0) continue
        elevate[mode].push(mine)
        limit[mode].push(bare)
      }
    }
    return MODES.flatMap((mode) => findings(mode, elevate[mode], limit[mode]))
  } finally {
    await rig.close()
  }
}

/** Which new member of the role to look for; elevate's temporary logins end in a number of its own. */
function accountLike(mode: Mode, by: Asker, who: 'elevate' | 'bare'): string {
  if (mode === 'membership') return who === 'bare' ? `bare\\_${by.login}` : by.login
  return who === 'bare' ? `tmp\\_${by.login}` : `elv\\_${by.login}\\_g%`
}

type Card = { readonly channel: string; readonly block: string; readonly action: string; readonly ts: string }

async function askElevate(slack: Slack, mode: Mode, by: Asker, lane: number): Promise<Card> {
  const channel = channelOf(lane)
  const reason = `fix INC-1 for ${by.login}.`
  const posted = slack.nextCall(
    ({ method, args }) =>
      method === 'chat.postMessage' && args.channel === channel && JSON.stringify(args).includes(reason),
  )
  const text = `/elevate ${targetOf(mode, lane)} read 30m ${reason}`
  await slack.simulator.as(by.id).act({ kind: 'command', channel, text })
  return { channel, ...buttonIn((await posted).call, 'Approve') }
}

async function askBare(slack: Slack, mode: Mode, by: Asker, lane: number): Promise<Card> {
  const channel = channelOf(lane)
  const role = DATABASE_ROLE[mode]
  const statement =
    mode === 'membership'
      ? `grant ${role} to bare_${by.login}`
      : `create role tmp_${by.login} login in role ${role}`
  const posted = slack.nextCall(({ method }) => method === 'chat.postMessage')
  const text = `/elevate card|${channel}|${statement}`
  await slack.simulator.as(by.id).act({ kind: 'command', channel, text })
  return { channel, ...buttonIn((await posted).call, 'Approve') }
}

async function click(slack: Slack, card: Card, watch: Watch, mode: Mode, account: string): Promise<number> {
  await slack.quiet(QUIET_MS)
  const offset = await watch.offset()
  const approver = slack.simulator.as(APPROVER)
  const began = performance.now()
  const outcome = await approver.press(
    { kind: 'message', channel: card.channel, ts: card.ts },
    card.block,
    card.action,
  )
  if (!outcome.ok) throw new Error(`the click failed: ${outcome.error}`)
  const there = await watch.committed(DATABASE_ROLE[mode], account)
  await slack.quiet(QUIET_MS)
  return there - (began + offset)
}

type Watch = {
  /** What to add to a reading of `performance.now()` to have the target's clock, in milliseconds. */
  offset(): Promise<number>
  /** When the membership came into being, by the target's clock. */
  committed(role: string, account: string): Promise<number>
}

async function makeWatch(rig: Rig): Promise<Watch> {
  const client = await rig.connect(rig.targetAdminUrl)
  // People who have a login of their own before the bare program is asked: it has to grant only.
  await client.query(
    `do $$ declare login text; begin
       for login in select rolname from pg_roles where rolname like 'p0%' loop
         execute format('create role %I login', 'bare_' || login);
       end loop; end $$`,
  )
  return {
    offset: () => clockOffset(client),
    async committed(role, account) {
      const until = performance.now() + PATIENCE_MS
      for (;;) {
        const { rows } = await client.query<{ at: number }>({
          name: 'committed',
          text: `select extract(epoch from pg_xact_commit_timestamp(m.xmin))::float8 * 1000 as at
            from pg_auth_members m join pg_roles u on u.oid = m.member
            where m.roleid = (select oid from pg_roles where rolname = $1) and u.rolname like $2 and u.rolcanlogin
              and m.inherit_option`,
          values: [role, account],
        })
        if (rows[0]) return rows[0].at
        if (performance.now() > until) throw new Error(`${account} never got ${role}`)
        await sleep(5)
      }
    },
  }
}

/** From the quickest of several answers, as that one was the least on its way. */
export async function clockOffset(client: pg.Client): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, offset: 0 }
  for (let turn = 0; turn < 8; turn++) {
    const asked = performance.now()
    const { rows } = await client.query<{ now: number }>({
      name: 'now',
      text: 'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    })
    const took = performance.now() - asked
    if (took < best.took) best = { took, offset: (rows[0]?.now ?? 0) - (asked + took / 2) }
  }
  return best.offset
}

function findings(mode: Mode, elevate: readonly number[][], limit: readonly number[][]): Finding[] {
  const name = `approve (${mode}): click → access`
  return [
    {
      name: `${name}, p50`,
      unit: 'ms',
      elevate: medianOfRounds(elevate),
      limit: medianOfRounds(limit),
      required: { kind: 'ratio-at-most', than: 2 },
    },
    {
      name: `${name}, p99`,
      unit: 'ms',
      elevate: percentile(elevate.flat(), 99),
      limit: percentile(limit.flat(), 99),
      required: { kind: 'none' },
    },
  ]
}
