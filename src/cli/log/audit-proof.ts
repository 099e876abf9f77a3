import path from 'node:path'
import { Command } from 'commander'
import { prepareFolder, writeBelow } from '../../audit/files.ts'
import { formatProof, ProofMaker } from '../../audit/tree/proof.ts'
import { grantName } from '../../core/access/grant.ts'
import { cleanText } from '../../core/access/reason.ts'
import { requestName } from '../../core/access/request.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { withStore } from '../database.ts'
import { print } from '../print.ts'
import { contradictionNow, lastSigned, progress, recordExport, withProofs } from './audit-files.ts'

const PAGE = 1_000

export function auditProofCommand(): Command {
  return new Command('proof')
    .description('prove single events to somebody without showing the rest of the log')
    .argument('<what>', 'a grant, for example G-12, or the index of one event')
    .requiredOption('--out <folder>', 'a new or empty folder')
    .option('--json', 'for programs')
    .action(async (what: string, { out, json }: { out: string; json?: boolean }) => {
      const wanted = readWanted(what)
      if (!(await prepareFolder(out))) throw new Error(`${out} is not empty. Give a new folder.`)
      const made = await withProofs(async (proof) => {
        const leaves = await wantedLeaves(proof, wanted)
        const contradicted = await contradictionNow(proof)
        const of = 'grant' in wanted ? { grant: wanted.grant } : {}
        await recordExport({ formats: ['tlog-proof'], ...of, contradicted })
        return prove(proof, leaves, out)
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
  const grant = /^G-?([1-9][0-9]{0,14})$/i.exec(typed)?.[1]
  if (grant) return { grant: Number(grant) }
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(typed)) return { index: Number(typed) }
  throw new Error(
    `“${cleanText(typed)}” is neither a grant nor an event: write for example G-12, or 4711 for event 4711.`,
  )
}

async function wantedLeaves(proof: ProofStore, wanted: Wanted): Promise<readonly StoredLeaf[]> {
  if ('index' in wanted) {
    const found = (await proof.leaves(wanted.index, 1)).filter((leaf) => leaf.index === wanted.index)
    if (found.length === 0) throw new Error(`There is no event ${wanted.index}.`)
    return found
  }
  const row = await withStore((store) => store.reads.grantByNumber(wanted.grant))
  if (!row) throw new Error(`There is no grant ${grantName(wanted.grant)}.`)
  const about = {
    person: row.grant.person,
    request: requestName(row.request.number),
    grant: grantName(wanted.grant),
  }
  return proof.matching({ about }, { from: 0, before: await proof.size(), limit: PAGE })
}

/** For each event its exact bytes, its proof, and the private texts that are left, under its index. */
async function prove(proof: ProofStore, leaves: readonly StoredLeaf[], folder: string) {
  const { checkpoint, note, vkey } = await lastSigned(proof)
  const late = leaves.find((leaf) => leaf.index >= checkpoint.size)
  if (late) throw new Error(`Event ${late.index} is not signed yet. Try again in a minute.`)
  const { at, end } = progress('reading')
  const maker = await ProofMaker.over(proof, checkpoint, at)
  end()
  for (const { index, bytes, texts } of leaves) {
    const hashes = await maker.inclusion(index)
    await writeBelow(folder, `${index}.tlog-proof`, formatProof({ index, hashes, checkpoint: note }))
    if (bytes !== undefined) await writeBelow(folder, `${index}.json`, bytes)
    if (texts.length > 0) await writeBelow(folder, `${index}.private.json`, JSON.stringify(texts))
  }
  return { indexes: leaves.map((leaf) => leaf.index), size: checkpoint.size, ...(vkey ? { vkey } : {}) }
}
