/** The tree of the whole log, without its events: enough to prove that every checkpoint is of one and the same log. */
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { parseCheckpoint } from '../checkpoint/checkpoint.ts'
import type { AbandonedSet } from '../checkpoint/restore-statement.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { type Tile, TileBuilder, tilePath } from '../tree/tiles.ts'
import type { EvidenceJob } from './build.ts'
import type { Pack } from './pack.ts'

const PAGE = 10_240

/**
 * Compares each checkpoint with the tree on the way; throws when one is of another log. Those that an operator abandoned
 * with his signature, after a backup was restored, are left out: their events are gone, and the log says so. Gives how
 * many these are.
 */
export async function addLog(
  pack: Pack,
  proof: ProofStore,
  { checkpoint, note }: Pick<EvidenceJob, 'checkpoint' | 'note'>,
  abandoned: AbandonedSet,
  seen: (size: number, root: string, origin: string) => Promise<void>,
): Promise<number> {
  const tiles = new TileBuilder()
  const range = new CompactRange()
  const put = ({ level, n, width, hashes }: Tile) => pack.add(`log/${tilePath(level, n, width)}`, hashes)
  const notes = await pack.grow('log/checkpoints')
  let left = 0
  const kept = checkpointsUpTo(proof, checkpoint.size)
  let coming = await kept.next()
  const compare = async (): Promise<void> => {
    for (; !coming.done && coming.value.size <= range.size; coming = await kept.next()) {
      const one = parseCheckpoint(coming.value.note.slice(0, coming.value.note.indexOf('\n\n') + 1))
      if (one && abandoned.has(one)) {
        left += 1
        continue
      }
      if (!one || one.size !== range.size || !sameHash(one.root, range.root()))
        throw new Error(
          `The checkpoint of ${coming.value.size} events is not of this log. Run: elevate audit verify`,
        )
      await notes.write(`${coming.value.note}\n`)
      await seen(one.size, Buffer.from(one.root).toString('base64'), one.origin)
    }
  }
  await compare()
  while (range.size < checkpoint.size) {
    const page = await proof.leafHashes(range.size, Math.min(PAGE, checkpoint.size - range.size))
    for (const { hash } of page) {
      for (const tile of tiles.append(hash)) await put(tile)
      range.append(hash)
      if (!coming.done && coming.value.size <= range.size) await compare()
    }
    if (page.length === 0) throw new Error(`The log ends at event ${range.size}. Run: elevate audit verify`)
  }
  for (const tile of tiles.rest()) await put(tile)
  await notes.end()
  await pack.add('log/checkpoint', note)
  return left
}

async function* checkpointsUpTo(proof: Pick<ProofStore, 'checkpoints'>, size: number) {
  for (let above = -1; above < size; ) {
    const page = await proof.checkpoints(above, 1_000)
    for (const one of page) {
      if (one.size > size) return
      yield one
    }
    if (page.length === 0) return
    above = page.at(-1)?.size ?? size
  }
}
