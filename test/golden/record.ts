/** The files to compare, from what a run left in a folder. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { WireRecord } from 'slack-simulator/record'
import { stringify } from 'yaml'
import { Placeholders } from './placeholders.ts'
import { orderedCalls } from './slack-calls.ts'

export type Golden = Readonly<Record<string, string>>

export type Run = {
  readonly folder: string
  readonly wire: readonly WireRecord[]
  /** Values that only this run has, and what to call them. */
  readonly literals: Readonly<Record<string, string>>
}

/**
 * Of the evidence: not the events, which the export has too, nor their proofs, the tree and the verifier in Go, which
 * `old-evidence.test.ts` is about; the manifest names them all.
 */
const NOT_KEPT = /^(events\/|log\/|configuration\/|verify\.go$)/

export function goldenOf({ folder, wire, literals }: Run): Golden {
  const read = (...parts: string[]) => readFileSync(path.join(folder, ...parts), 'utf8')
  const events = read('export', 'events.jsonl')
  const happened = events
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event: { time: string } }).event.time)
  const placeholders = new Placeholders(happened, literals)
  const chance = new Placeholders(happened, literals)
  const evidence = globSync('**/*', { cwd: path.join(folder, 'evidence'), withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => path.relative(path.join(folder, 'evidence'), path.join(one.parentPath, one.name)))
    .filter((name) => !NOT_KEPT.test(name))
    .sort()
  const found = {
    'events.jsonl': events,
    'events.csv': read('export', 'events.csv'),
    'events.ocsf.jsonl': read('export', 'events.ocsf.jsonl'),
    'slack.yaml': stringify(
      orderedCalls(wire, (text) => chance.in(text)),
      { lineWidth: 0, aliasDuplicateObjects: false },
    ),
    'evidence.txt': evidence.map((name) => `==> ${name}\n${tidy(name, read('evidence', name))}\n`).join('\n'),
  }
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, placeholders.in(text)]))
}

function tidy(name: string, text: string): string {
  switch (name) {
    // How many checkpoints were signed on the way depends on the clock: three a minute.
    case 'README.txt':
      return text.replace(/(also by administrators: )\d+ rows/, '$1<number> rows')
    case 'controls/11-protection.txt':
      return text.replace(/(11-protection\.csv: )\d+ rows/, '$1<number> rows')
    case 'controls/11-protection.csv': {
      const rows = text.split('\n')
      return [rows[0], rows.at(-2), ''].join('\n')
    }
    case 'controls/03-time-limit.csv':
      return text.replace(/"\d+"(?=,"[a-z-]+","[a-z-]+"\r?\n)/g, '"<number>"')
    case 'controls/03-time-limit.txt':
      return text.replace(/(within|at worst) \d+/g, '$1 <number>')
    case 'controls/15-tool.csv':
      return text.replace(/"v\d+\.\d+\.\d+"/, '"<version>"')
    default:
      return text
  }
}
