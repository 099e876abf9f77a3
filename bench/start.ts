/** From the spawn to the word that it is ready, and the memory it holds then. Limit: bare Bolt with one command. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startProgram } from './children.ts'
import type { Bench } from './report.ts'
import { startElevate, startRig } from './rig.ts'
import { median } from './statistics.ts'

const SETTLE_MS = 1_000

type Sample = { readonly ready: number; readonly memory: number }

export const start: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 9
  const rig = await startRig(10)
  try {
    const slack = await rig.startSlack()
    const elevate: Sample[] = []
    const limit: Sample[] = []
    for (let round = -1; round < rounds; round++) {
      const ours = await measure(startElevate(rig, slack), 'elevate is ready')
      const bare = await measure(startProgram('bench/bare/one-command.ts', slack.environment), 'ready')
      // The first start of each finds cold files.
      if (round < 0) continue
      elevate.push(ours)
      limit.push(bare)
    }
    const middle = (what: keyof Sample) => ({
      elevate: median(elevate.map((one) => one[what])),
      limit: median(limit.map((one) => one[what])),
      required: { kind: 'ratio-at-most', than: 2 } as const,
    })
    return [
      { name: 'start: spawn → ready', unit: 'ms', ...middle('ready') },
      { name: 'start: resident memory once ready', unit: 'MB', ...middle('memory') },
    ]
  } finally {
    await rig.close()
  }
}

async function measure(child: Child, word: string): Promise<Sample> {
  try {
    const ready = await child.says(word)
    await sleep(SETTLE_MS)
    return { ready, memory: await child.memory() }
  } finally {
    await child.stop()
  }
}
