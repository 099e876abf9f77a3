/**
 * Measures elevate and, in the same run and turn about, what the same thing costs when nothing else is done: that is
 * the limit. A ratio says more than a number, because both ran on the same machine in the same minutes.
 *
 *   npm run bench [-- NAME…] [--quick] [--json FILE]
 *
 * Exit code 0 when it ran, whatever it found; 1 when a bench broke; 2 for wrong use.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { approve } from './approve.ts'
import { command } from './command.ts'
import { expiry } from './expiry.ts'
import { lifecycles } from './lifecycles.ts'
import { questions } from './questions.ts'
import { type Bench, type Judged, judge, machine, printTable } from './report.ts'
import { start } from './start.ts'

const BENCHES: ReadonlyMap<string, Bench> = new Map([
  ['command', command],
  ['approve', approve],
  ['lifecycles', lifecycles],
  ['expiry', expiry],
  ['start', start],
  ['questions', questions],
])

async function main(): Promise<number> {
  const asked = readArguments()
  if (!asked) return 2
  const { names, quick, json } = asked
  const before = machine()
  const rows: Judged[] = []
  const broken: string[] = []
  const seconds: Record<string, number> = {}
  for (const name of names) {
    process.stderr.write(`${name} …\n`)
    const began = performance.now()
    try {
      rows.push(...((await BENCHES.get(name)?.({ quick })) ?? []).map(judge))
    } catch (error) {
      broken.push(name)
      process.stderr.write(`${name} broke: ${error instanceof Error ? error.stack : error}\n`)
    }
    seconds[name] = Math.round((performance.now() - began) / 1000)
  }
  const result = { at: new Date().toISOString(), quick, machine: before, seconds, broken, rows }
  writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
  process.stdout.write(`\n${printTable(rows)}\n\n`)
  const times = Object.entries(seconds).map(([name, time]) => `${name} ${time} s`)
  process.stdout.write(`Took: ${times.join(', ')}\n`)
  const { node, platform, cpus, cpu, load } = before
  process.stdout.write(
    `Node ${node}, ${platform}, ${cpus} × ${cpu}, load before ${load.join(' ')}; ${json}\n`,
  )
  return broken.length === 0 ? 0 : 1
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
    })
    const unknown = positionals.filter((name) => !BENCHES.has(name))
    if (unknown.length > 0) throw new Error(`There is no bench ${unknown.join(', ')}.`)
    const names = positionals.length > 0 ? positionals : [...BENCHES.keys()]
    const json = values.json ?? path.join(import.meta.dirname, 'result.json')
    return { names, quick: values.quick, json }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.stderr.write(
      `npm run bench -- [NAME…] [--quick] [--json FILE]; names: ${[...BENCHES.keys()].join(', ')}\n`,
    )
    return undefined
  }
}

// Leaving by `exit` takes the measured programs along; the servers see for themselves that we are gone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

// Timers and pools of what was measured are stopped by then; whatever is not must not keep us.
if (import.meta.main) process.exit(await main())
