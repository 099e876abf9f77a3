/** The reference pages, written from what the program itself says: run `npm run reference` after a change. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { makeMetrics } from '../../src/api/metrics.ts'
import { refusalWords } from '../../src/cli/refusals.ts'
import { auditEventTypes } from '../../src/core/log/audit-event.ts'
import { CASES, type Case } from '../../src/core/refusal.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'
import { names, refusedAs } from '../support/refusals.ts'

const root = path.join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

const WRITTEN = 'Written by `npm run reference`; a test holds it to the program.\n'
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

type EventKeys = {
  readonly outcome: readonly string[]
  readonly detail: readonly string[]
  readonly detail_sometimes: readonly string[]
  readonly private: readonly string[]
  readonly private_sometimes: readonly string[]
}

/** Every event of the audit log, with the keys that every test world is held to. */
function events(): string {
  const known: Record<string, EventKeys> = JSON.parse(read('test/contract/events.json'))
  const rows = auditEventTypes.map((type) => {
    const keys = known[type]
    if (!keys) return [`\`${type}\``, 'not written by this version', '', '']
    const often = [codes(keys.detail), codes(keys.detail_sometimes.map((key) => `${key}?`))]
    return [
      `\`${type}\``,
      codes(keys.outcome.filter((one) => one !== '-')),
      often.filter(Boolean).join(', '),
      codes([...keys.private, ...keys.private_sometimes.map((key) => `${key}?`)]),
    ]
  })
  return `# Events of the audit log

${WRITTEN}
Every event has \`type\`, \`actor\` and, where they apply, \`subject\`, \`target\`, \`role\`, \`account\`, \`request\`, \`grant\` and \`policy\`. A
key with \`?\` is there only sometimes. Private texts are not in the event's bytes: the bytes hold a salted hash of each.

${table(['event', 'outcome', '`detail`', 'private texts'], rows)}
`
}

/** The gauges at `/metrics`. Node's own, which prom-client adds, are left out. */
async function metrics(): Promise<string> {
  const none = async () => 0
  const { scrape } = makeMetrics({
    liveGrants: none,
    overdue: none,
    stuck: none,
    quarantine: none,
    outboxAge: none,
    worstLateness: none,
    deliveryLag: async () => [],
  })
  const { body } = await scrape()
  const rows = [...body.matchAll(/^# HELP (elevate_\S+) (.*)\n# TYPE \S+ (\S+)$/gm)]
    .filter(([, name = '']) => !/^elevate_(process|nodejs)_/.test(name))
    .map(([, name = '', help = '', type = '']) => [`\`${name}\``, type, help])
  return `# Metrics

${WRITTEN}
At \`/metrics\`, in Prometheus' text format. Those of the process and of Node (\`elevate_process_*\`, \`elevate_nodejs_*\`) are there too.

${table(['metric', 'type', 'what it counts'], rows)}
`
}

type Schema = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

/** Every key of elevate.yaml, as its schema has them. */
function configuration(): string {
  const rows: string[][] = []
  const walk = (schema: Schema, at: string): void => {
    for (const [name, one] of Object.entries(schema.properties ?? {})) {
      const key = at ? `${at}.${name}` : name
      const values = one.enum ? codes(one.enum.map(String)) : (one.type ?? '')
      const fallback = one.default === undefined ? '' : `\`${JSON.stringify(one.default)}\``
      const row = [
        `\`${key}\``,
        values,
        schema.required?.includes(name) ? 'required' : fallback,
        one.description ?? '',
      ]
      if (!rows.some(([known]) => known === row[0])) rows.push(row)
      inside(one, key)
    }
  }
  const inside = (one: Schema, key: string): void => {
    walk(one, key)
    if (one.items) inside(one.items, `${key}[]`)
    for (const part of [...(one.anyOf ?? []), ...(one.oneOf ?? [])]) inside(part, key)
  }
  walk(JSON.parse(read('elevate.schema.json')), '')
  return `# Keys of elevate.yaml

${WRITTEN}
\`a[].b\` is the key \`b\` of each entry of the list \`a\`. The same for editors is \`elevate.schema.json\`.

${table(['key', 'value', 'default', 'meaning'], rows)}
`
}

/** The codes of refusals, which events keep as \`outcome\`. */
function refusals(): string {
  const union = /RefusalCode =([\s\S]*?)\n\n/.exec(read('src/core/refusal.ts'))?.[1] ?? ''
  const all = [...new Set([...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? ''))].sort()
  const attempts = /ATTEMPTS[\s\S]*?\[([\s\S]*?)\]/.exec(read('src/core/log/audit-event.ts'))?.[1] ?? ''
  const cases = Object.entries(CASES)
  const rows = all.map((code) => [
    `\`${code}\``,
    attempts.includes(`'${code}'`) ? 'yes' : '',
    codes(cases.flatMap(([name, one]) => (one.code === code ? [name] : []))),
  ])
  const sentences = (Object.keys(CASES) as Case[]).map((name) => {
    const inSlack = refusalText(refusedAs(name), names)
    const said = inSlack.startsWith('Refused: ')
      ? `${refusalWords(refusedAs(name))} (in the terminal)`
      : inSlack
    return [`\`${name}\``, said]
  })
  return `# Refusal codes

${WRITTEN}
A refusal has a code and a case. An audit event keeps the code as its \`outcome\`; for each case the door where it is read has the words
(\`src/slack/words/refusals.ts\`, \`src/cli/refusals.ts\`). Of an attempt, somebody who wanted what is not theirs, security hears at
once and in the digest.

${table(['code', 'an attempt', 'cases'], rows)}

## What people read

With names and numbers of an example.

${table(['case', 'words'], sentences)}
`
}

const README = `# Reference

${WRITTEN}
- [Events of the audit log](events.md)
- [Keys of elevate.yaml](configuration.md)
- [Metrics](metrics.md)
- [Refusal codes](refusals.md)
`

/** File name and text of each page. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['README.md', README],
    ['events.md', events()],
    ['configuration.md', configuration()],
    ['metrics.md', await metrics()],
    ['refusals.md', refusals()],
  ])
}

export const REFERENCE = path.join(root, 'docs/reference')
