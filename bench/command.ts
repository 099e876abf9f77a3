/**
 * A person types `/elevate orders-db-0 read 30m fix INC-1`: how long until Slack has the acknowledgement, and until
 * the private answer can be read. Limit: bare Bolt that acknowledges, inserts one row and answers.
 */
import type { Bench, Finding } from './report.ts'
import { startRig } from './rig.ts'
import type { Slack } from './slack.ts'
import { medianOfRounds, percentile } from './statistics.ts'
import { type Asker, channelOf, targetOf } from './workspace.ts'

const QUIET_MS = 25

type Sample = { readonly acknowledged: number; readonly answered: number }

export const command: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 5
  const samples = quick ? 10 : 50
  const rig = await startRig(rounds * samples + 10)
  try {
    const ours = await rig.startSlack()
    await rig.startElevate(ours)
    const bares = await rig.startSlack()
    await rig.startBare('bench/bare/grant-at-click.ts', {
      ...bares.environment,
      BARE_DATABASE_URL: rig.bareUrl,
      TARGET_URL: rig.targetBotUrl,
    })
    const ask = async (slack: Slack, by: Asker | undefined, number: number): Promise<Sample> => {
      if (!by) throw new Error('there are not enough people')
      return type(slack, by, `${targetOf('temporary-login', number)} read 30m fix INC-${number}`, number)
    }
    let next = 0
    for (; next < 10; next++) {
      await ask(ours, rig.askers[next], next)
      await ask(bares, rig.askers[next], next)
    }
    const elevate: Sample[][] = []
    const limit: Sample[][] = []
    for (let round = 0; round < rounds; round++) {
      elevate.push([])
      limit.push([])
      for (let sample = 0; sample < samples; sample++, next++) {
        elevate.at(-1)?.push(await ask(ours, rig.askers[next], next))
        limit.at(-1)?.push(await ask(bares, rig.askers[next], next))
      }
    }
    const [{ kept } = { kept: 0 }] = (
      await (
        await rig.connect(rig.storeAdminUrl)
      ).query<{ kept: number }>('select count(*)::int as kept from elevate.request')
    ).rows
    if (kept !== next) throw new Error(`${next} were asked for, ${kept} were written down`)
    return findings(elevate, limit)
  } finally {
    await rig.close()
  }
}

async function type(slack: Slack, by: Asker, text: string, lane: number): Promise<Sample> {
  const person = slack.simulator.as(by.id)
  await slack.quiet(QUIET_MS)
  const answer = slack.nextCall((call) => call.method === 'response_url')
  const began = performance.now()
  const outcome = await person.act({ kind: 'command', channel: channelOf(lane), text: `/elevate ${text}` })
  const acknowledged = performance.now() - began
  if (!outcome.ok) throw new Error(`the command failed: ${outcome.error}`)
  return { acknowledged, answered: (await answer).at - began }
}

function findings(elevate: readonly Sample[][], limit: readonly Sample[][]): Finding[] {
  const of = (rounds: readonly Sample[][], what: keyof Sample) =>
    rounds.map((round) => round.map((one) => one[what]))
  const middle = (what: keyof Sample) => ({
    unit: 'ms' as const,
    elevate: medianOfRounds(of(elevate, what)),
    limit: medianOfRounds(of(limit, what)),
  })
  const tail = (what: keyof Sample) => ({
    unit: 'ms' as const,
    elevate: percentile(of(elevate, what).flat(), 99),
    limit: percentile(of(limit, what).flat(), 99),
  })
  const none = { kind: 'none' } as const
  return [
    {
      name: 'command: typed → acknowledged, p50',
      ...middle('acknowledged'),
      required: { kind: 'ratio-at-most', than: 2 },
    },
    { name: 'command: typed → acknowledged, p99', ...tail('acknowledged'), required: none },
    { name: 'command: typed → private answer, p50', ...middle('answered'), required: none },
    { name: 'command: typed → private answer, p99', ...tail('answered'), required: none },
  ]
}
