import { userInfo } from 'node:os'
import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { parseCheckpoint } from '../audit/checkpoint.ts'
import { csvPieces } from '../audit/export-csv.ts'
import { prepareFolder, writePieces } from '../audit/export-folder.ts'
import { jsonlPieces } from '../audit/export-jsonl.ts'
import { exportTiles } from '../audit/export-tiles.ts'
import { openSigningKey } from '../audit/signing-key.ts'
import { MOMENT_HELP, readMoment } from '../audit/who.ts'
import type { LeafFilter, ProofStore } from '../core/audit-proof.ts'
import { keyFile, progress, signing, withProofs } from './audit-files.ts'
import { withStore } from './database.ts'
import { print } from './print.ts'

const FORMATS = ['jsonl', 'csv', 'tiles'] as const
type Format = (typeof FORMATS)[number]

type ExportOptions = {
  readonly out: string
  readonly format?: readonly Format[]
  readonly from?: Date
  readonly to?: Date
  readonly person?: string
  readonly target?: string
  readonly json?: boolean
}

export function auditExportCommand(): Command {
  const command = new Command('export')
  return command
    .description('write the log to files: for a spreadsheet, for a program, or to be checked without us')
    .requiredOption('--out <folder>', 'a new or empty folder')
    .option('--format <list>', `${FORMATS.join(',')}; all of them when left out`, readFormats)
    .option('--from <moment>', 'for example 2026-11-20T03:00Z', readTime)
    .option('--to <moment>', 'up to here, not included', readTime)
    .option('--person <id>', 'what this person did, or what was about them (Slack id)')
    .option('--target <target>')
    .option('--json', 'for programs')
    .action(async (options: ExportOptions) => {
      const filter = filterOf(options)
      const isPart = Object.keys(filter).length > 0
      const formats = options.format ?? (isPart ? ['jsonl', 'csv'] : FORMATS)
      if (isPart && formats.includes('tiles'))
        command.error('error: tiles are the whole log; leave them out, or leave out the filter', {
          exitCode: 2,
        })
      if (!(await prepareFolder(options.out)))
        throw new Error(`${options.out} is not empty. Give a new folder.`)
      await record(options, formats)
      const made = await withProofs((proof) => exportTo(proof, options.out, formats, filter))
      print(
        options.json,
        { ok: true, folder: options.out, formats, ...made },
        `${made.events} events, in ${options.out}: ${formats.join(', ')}.${
          made.erased > 0
            ? ` Of the tiles, ${made.erased} events are erased: their bundles were left out.`
            : ''
        }`,
      )
    })
}

async function exportTo(
  proof: ProofStore,
  folder: string,
  formats: readonly Format[],
  filter: LeafFilter,
): Promise<{ events: number; size: number; erased: number; checkpoint?: string; vkey?: string }> {
  const signed = formats.includes('tiles') ? await lastSigned(proof) : undefined
  const before = signed?.checkpoint.size ?? (await proof.size())
  let events = 0
  for (const format of formats) {
    if (format === 'tiles') continue
    const { at, end } = progress(format)
    const counting: Pick<ProofStore, 'matching'> = {
      matching: async (...asked) => {
        const page = await proof.matching(...asked)
        events += page.length
        return page
      },
    }
    events = 0
    const job = { proof: counting, filter, before, onProgress: at }
    const pieces = format === 'csv' ? csvPieces(job) : jsonlPieces(job)
    await writePieces(path.join(folder, `events.${format}`), pieces)
    end()
  }
  if (!signed) return { events, size: before, erased: 0 }
  const { at, end } = progress('tiles')
  const { erased } = await exportTiles({ proof, folder, ...signed, onProgress: at })
  end()
  return {
    events: before,
    size: before,
    erased,
    checkpoint: signed.note,
    ...(signed.vkey ? { vkey: signed.vkey } : {}),
  }
}

/** Signed now when the key is here, so that the export has the newest events; else the last one there is. */
async function lastSigned(proof: ProofStore) {
  const key = await openSigningKey(keyFile())
  if (key.ok) {
    const result = await signing(proof, key.signer).sign()
    if (result.kind === 'refused') throw new Error(`Not exported: ${result.text}`)
    if (result.kind === 'signed')
      return { checkpoint: result.checkpoint, note: result.note, vkey: key.signer.verifier.vkey }
  }
  const kept = await proof.lastCheckpoint()
  const checkpoint = kept && parseCheckpoint(kept.note.slice(0, kept.note.indexOf('\n\n') + 1))
  if (!kept || !checkpoint)
    throw new Error(
      `There is no checkpoint to export tiles under, and no key to sign one: ${key.ok ? '' : key.fault}`,
    )
  process.stderr.write('The key is not here: events after the last checkpoint are left out of the tiles.\n')
  return { checkpoint, note: kept.note, vkey: undefined }
}

/** Who took what out is an event itself. */
async function record(options: ExportOptions, formats: readonly Format[]): Promise<void> {
  const { from, to, person, target } = options
  await withStore((store) =>
    store.transaction(async (tx) =>
      tx.append({
        type: 'export.made',
        actor: { kind: 'operator', id: userInfo().username },
        ...(person ? { subject: person } : {}),
        ...(target ? { target } : {}),
        detail: {
          formats: [...formats],
          ...(from ? { from: from.toISOString() } : {}),
          ...(to ? { to: to.toISOString() } : {}),
        },
      }),
    ),
  )
}

function filterOf({ from, to, person, target }: ExportOptions): LeafFilter {
  return {
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(person ? { person } : {}),
    ...(target ? { target } : {}),
  }
}

function readFormats(typed: string): readonly Format[] {
  const wanted = typed.split(',').map((one) => one.trim())
  const unknown = wanted.find((one) => !FORMATS.includes(one as Format))
  if (unknown !== undefined) throw new InvalidArgumentError(`There are ${FORMATS.join(', ')}.`)
  return FORMATS.filter((one) => wanted.includes(one))
}

function readTime(typed: string): Date {
  const moment = readMoment(typed)
  if (!moment) throw new InvalidArgumentError(`To say when, ${MOMENT_HELP}.`)
  return moment
}
