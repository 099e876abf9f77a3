import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { OperatorInterior } from '../../app/operator.ts'
import { prepareFolder, writeBelow, writePieces } from '../../audit/files.ts'
import type { Proofs } from '../../audit/proofs.ts'
import { formatProof } from '../../audit/tree/proof.ts'
import { grantName } from '../../core/access/grant.ts'
import { cleanText } from '../../core/access/reason.ts'
import { requestName } from '../../core/access/request.ts'
import type { LeafFilter, StoredLeaf } from '../../core/log/audit-proof.ts'
import {
  OCSF_DEFAULT,
  OCSF_VERSIONS,
  type OcsfVersion,
  readOcsfVersion,
} from '../../core/log/ocsf-version.ts'
import { wrongUse } from '../exit-codes.ts'
import { withElevate } from '../open.ts'
import { print } from '../print.ts'
import { grantNumber, readTime } from '../typed.ts'
import { contradictionNow, lastSigned, progress, recordExport } from './audit-files.ts'

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

/** `elevate audit export`: whole pages go from the database to the disk, so the length of the log does not matter. */
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
        wrongUse(command, 'tiles are the whole log; leave them out, or leave out the filter')
      await prepareFolder(options.out)
      const made = await withElevate(async (inside) => {
        // Recorded before the last signing, so that this event is in the tiles too. But a log that is not the one that was
        // signed must not grow, and the bot may be down and not have noticed yet.
        const contradicted = await contradictionNow(inside.proofs)
        await recordExport(inside, { ...options, formats, contradicted })
        return exportTo(inside.proofs, options, formats, filter)
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
  proofs: Proofs,
  { out: folder, ocsfVersion }: ExportOptions,
  formats: readonly Format[],
  filter: LeafFilter,
): Promise<{ events: number; size: number; erased: number; checkpoint?: string; vkey?: string }> {
  const signed = formats.includes('tiles') ? await lastSigned(proofs) : undefined
  // During a quarantine, events that are not proven are wanted too; only the tiles end with the checkpoint.
  const before = signed && signed.contradicted === undefined ? signed.checkpoint.size : await proofs.size()
  let events = 0
  for (const format of formats) {
    if (format === 'tiles') continue
    const { at, end } = progress(format)
    events = 0
    const job = { filter, before, onProgress: at, onPage: (rows: number) => (events += rows) }
    if (format === 'csv') await writePieces(path.join(folder, 'events.csv'), proofs.csvPieces(job))
    else if (format === 'jsonl') await writePieces(path.join(folder, 'events.jsonl'), proofs.jsonlPieces(job))
    else await writePieces(path.join(folder, 'events.ocsf.jsonl'), proofs.ocsfPieces(job, ocsfVersion))
    end()
  }
  if (!signed) return { events, size: before, erased: 0 }
  const { at, end } = progress('tiles')
  const { erased } = await proofs.exportTiles({ folder, ...signed, vkey: signed.vkeys, onProgress: at })
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

/** More events than a grant has. */
const MAX_EVENTS = 1_000

/** `elevate audit proof` */
export function auditProofCommand(): Command {
  return new Command('proof')
    .description('prove single events to somebody without showing the rest of the log')
    .argument('<what>', 'a grant, for example G-12, or the index of one event')
    .requiredOption('--out <folder>', 'a new or empty folder')
    .option('--json', 'for programs')
    .action(async (what: string, { out, json }: { out: string; json?: boolean }) => {
      const wanted = readWanted(what)
      await prepareFolder(out)
      const made = await withElevate(async (inside) => {
        const { proofs } = inside
        const leaves = await wantedLeaves(inside, wanted)
        const contradicted = await contradictionNow(proofs)
        const of = 'grant' in wanted ? { grant: wanted.grant } : {}
        await recordExport(inside, { formats: ['tlog-proof'], ...of, contradicted })
        return prove(proofs, leaves, out)
      })
      const indexes = made.indexes.join(', ')
      print(
        json,
        { ok: true, folder: out, ...made },
        [
          `${made.indexes.length === 1 ? `Event ${indexes} is` : `Events ${indexes} are`} proven in ${out}.`,
          'Check one without us, and without the database:',
          `  elevate audit verify --proof ${path.join(out, `${made.indexes[0]}.tlog-proof`)} --vkey KEY`,
        ].join('\n'),
      )
    })
}

type Wanted = { readonly grant: number } | { readonly index: number }

function readWanted(typed: string): Wanted {
  const grant = grantNumber(typed)
  if (grant !== undefined) return { grant }
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(typed)) return { index: Number(typed) }
  throw new Error(
    `“${cleanText(typed)}” is neither a grant nor an event: write for example G-12, or 4711 for event 4711.`,
  )
}

async function wantedLeaves(
  { proofs, queries }: OperatorInterior,
  wanted: Wanted,
): Promise<readonly StoredLeaf[]> {
  if ('index' in wanted) {
    const found = (await proofs.leaves(wanted.index, 1)).filter((leaf) => leaf.index === wanted.index)
    if (found.length === 0) throw new Error(`There is no event ${wanted.index}.`)
    return found
  }
  const row = await queries.grantByNumber(wanted.grant)
  if (!row) throw new Error(`There is no grant ${grantName(wanted.grant)}.`)
  const about = {
    person: row.grant.person,
    request: requestName(row.request.number),
    grant: grantName(wanted.grant),
  }
  return proofs.matching({ about }, { from: 0, before: await proofs.size(), limit: MAX_EVENTS })
}

/** Writes for each event its exact bytes, its proof, and the private texts that are left, named by its index. */
async function prove(proofs: Proofs, leaves: readonly StoredLeaf[], folder: string) {
  const { checkpoint, note, vkey } = await lastSigned(proofs)
  const late = leaves.find((leaf) => leaf.index >= checkpoint.size)
  if (late) throw new Error(`Event ${late.index} is not signed yet. Try again in a minute.`)
  const { at, end } = progress('reading')
  const maker = await proofs.proofMaker(checkpoint, at)
  end()
  for (const { index, bytes, texts } of leaves) {
    const hashes = await maker.inclusion(index)
    await writeBelow(folder, `${index}.tlog-proof`, formatProof({ index, hashes, checkpoint: note }))
    if (bytes !== undefined) await writeBelow(folder, `${index}.json`, bytes)
    if (texts.length > 0) await writeBelow(folder, `${index}.private.json`, JSON.stringify(texts))
  }
  return { indexes: leaves.map((leaf) => leaf.index), size: checkpoint.size, ...(vkey ? { vkey } : {}) }
}
