import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { exportTiles } from '../../audit/export/export-tiles.ts'
import { ocsfPieces } from '../../audit/export/ocsf.ts'
import { csvPieces, jsonlPieces } from '../../audit/export/rows.ts'
import { prepareFolder, writePieces } from '../../audit/files.ts'
import { MOMENT_HELP, readMoment } from '../../audit/report/window.ts'
import type { LeafFilter } from '../../core/log/audit-proof.ts'
import {
  OCSF_DEFAULT,
  OCSF_VERSIONS,
  type OcsfVersion,
  readOcsfVersion,
} from '../../core/log/ocsf-version.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { print } from '../print.ts'
import { contradictionNow, lastSigned, progress, recordExport, withProofs } from './audit-files.ts'

const FORMATS = ['jsonl', 'csv', 'ocsf', 'tiles'] as const
type Format = (typeof FORMATS)[number]

type ExportOptions = {
  readonly out: string
  readonly format?: readonly Format[]
  readonly ocsfVersion: OcsfVersion
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
    .option(
      '--ocsf-version <version>',
      `${OCSF_VERSIONS[0]} to ${OCSF_VERSIONS.at(-1)}`,
      readVersion,
      OCSF_DEFAULT,
    )
    .option('--from <moment>', 'for example 2026-11-20T03:00Z', readTime)
    .option('--to <moment>', 'up to here, not included', readTime)
    .option('--person <id>', 'what this person did, or what was about them (Slack id)')
    .option('--target <target>')
    .option('--json', 'for programs')
    .action(async (options: ExportOptions) => {
      const filter = filterOf(options)
      const isPart = Object.keys(filter).length > 0
      const formats = options.format ?? (isPart ? ['jsonl', 'csv', 'ocsf'] : FORMATS)
      if (isPart && formats.includes('tiles'))
        command.error('error: tiles are the whole log; leave them out, or leave out the filter', {
          exitCode: 2,
        })
      if (!(await prepareFolder(options.out)))
        throw new Error(`${options.out} is not empty. Give a new folder.`)
      const made = await withProofs(async (proof) => {
        // On record before the last signing, so that its own event is in the tiles. But a log that is not the one that was
        // signed must not grow, and the bot may be down and not have noticed yet.
        const contradicted = await contradictionNow(proof)
        await recordExport({ ...options, formats, contradicted })
        return exportTo(proof, options, formats, filter)
      })
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
  { out: folder, ocsfVersion }: ExportOptions,
  formats: readonly Format[],
  filter: LeafFilter,
): Promise<{ events: number; size: number; erased: number; checkpoint?: string; vkey?: string }> {
  const signed = formats.includes('tiles') ? await lastSigned(proof) : undefined
  // In quarantine what is not proven is wanted too; the tiles alone end with the checkpoint.
  const before = signed && signed.contradicted === undefined ? signed.checkpoint.size : await proof.size()
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
    if (format === 'csv') await writePieces(path.join(folder, 'events.csv'), csvPieces(job))
    else if (format === 'jsonl') await writePieces(path.join(folder, 'events.jsonl'), jsonlPieces(job))
    else await writePieces(path.join(folder, 'events.ocsf.jsonl'), ocsfPieces(job, ocsfVersion))
    end()
  }
  if (!signed) return { events, size: before, erased: 0 }
  const { at, end } = progress('tiles')
  const { erased } = await exportTiles({ proof, folder, ...signed, vkey: signed.vkeys, onProgress: at })
  end()
  return {
    events: formats.length > 1 ? before : signed.checkpoint.size,
    size: before,
    erased,
    checkpoint: signed.note,
    ...(signed.vkey ? { vkey: signed.vkey } : {}),
  }
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

function readVersion(typed: string): OcsfVersion {
  const version = readOcsfVersion(typed)
  if (!version) throw new InvalidArgumentError(`There are ${OCSF_VERSIONS.join(', ')}.`)
  return version
}

function readTime(typed: string): Date {
  const moment = readMoment(typed)
  if (!moment) throw new InvalidArgumentError(`To say when, ${MOMENT_HELP}.`)
  return moment
}
