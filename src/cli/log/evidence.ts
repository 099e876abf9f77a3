import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { wrongUse } from '../exit-codes.ts'
import { withElevate } from '../open.ts'
import { count, print } from '../print.ts'
import { readTime } from '../typed.ts'
import { lastSigned, progress, recordExport } from './audit-files.ts'

type EvidenceOptions = {
  readonly from: Date
  readonly to: Date
  readonly out: string
  readonly person?: string
  readonly target?: string
  readonly json?: boolean
}

/** `elevate evidence` */
export function evidenceCommand(): Command {
  const command = new Command('evidence')
  return command
    .description(
      'one folder for an auditor: sixteen controls, every grant and what was done with it, every proof, and how to check it without us',
    )
    .requiredOption('--from <moment>', 'for example 2026-11-01', readTime)
    .requiredOption('--to <moment>', 'up to here, not included', readTime)
    .requiredOption('--out <folder>', 'a new or empty folder')
    .option('--person <id>', 'only what this person did, or what was about them (Slack id)')
    .option('--target <target>', 'only this target')
    .option('--json', 'for programs')
    .action(async ({ from, to, out, person, target, json }: EvidenceOptions) => {
      if (from >= to) wrongUse(command, '--from must be before --to')
      const span = { from, to, ...(person ? { person } : {}), ...(target ? { target } : {}) }
      const made = await withElevate(async (inside) => {
        const signed = await lastSigned(inside.proofs)
        const shown = new Map<string, ReturnType<typeof progress>>()
        const findings = await inside.excessRights()
        try {
          return await inside.proofs.buildEvidence({
            span,
            out,
            ...signed,
            installation: await installation(findings),
            record: (manifest) =>
              recordExport(inside, {
                ...span,
                formats: ['evidence'],
                manifest,
                contradicted: signed.contradicted,
              }),
            onProgress: (what, done) => {
              const one = shown.get(what) ?? progress(what)
              shown.set(what, one)
              one.at(done)
            },
          })
        } finally {
          for (const one of shown.values()) one.end()
        }
      })
      print(
        json,
        { ok: true, folder: out, ...made },
        [
          `${count(made.grants, 'grant')} and ${count(made.events, 'event')}, each with its proof, in ${out}.`,
          ...made.controls.map((line) => `  ${line}`),
          `README.txt says how to check it; the manifest’s hash is ${made.manifest}.`,
        ].join('\n'),
      )
    })
}

const root = path.join(import.meta.dirname, '../../..')

/** Facts for control 15: which version this is, and which rights its database login has beyond what it needs. */
export async function installation(
  findings: readonly { readonly level: string; readonly text: string }[],
): Promise<readonly (readonly [string, string])[]> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version?: string
  }
  const lock = await readFile(path.join(root, 'package-lock.json')).catch(() => undefined)
  return [
    ['elevate', version ?? 'unknown'],
    ['node', process.version],
    [
      'package-lock.json, SHA-256',
      lock ? createHash('sha256').update(lock).digest('hex') : 'not installed with it',
    ],
    ...findings.map(({ level, text }) => [`database login: ${level}`, text] as const),
    ...(findings.length === 0 ? [['database login', 'may do nothing beyond what it needs'] as const] : []),
  ]
}
