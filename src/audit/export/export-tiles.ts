import path from 'node:path'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { writeBelow, writePieces } from '../files.ts'
import { checkpointsUpTo } from '../tree/pages.ts'
import { bundleEntry, TILE_WIDTH, type Tile, TileBuilder, tilePath } from '../tree/tiles.ts'

const EVENTS_A_PAGE = 1_024

export type TilesExport = {
  readonly proof: Pick<ProofStore, 'leaves' | 'checkpoints'>
  readonly folder: string
  /** The tiles end where this checkpoint does. */
  readonly checkpoint: Checkpoint
  readonly note: string
  /** Written beside the tiles when it is known; after a rotation all keys, one a line, oldest first. */
  readonly vkey: string | undefined
  readonly onProgress?: (events: number) => void
}

/**
 * Writes the log up to a checkpoint (c2sp.org/tlog-tiles), and returns how many events had to be left out because they are
 * erased. Throws when the log has a hole or ends before.
 */
export async function exportTiles(job: TilesExport): Promise<{ readonly erased: number }> {
  const { proof, folder, checkpoint, note, vkey, onProgress } = job
  const tiles = new TileBuilder()
  const put = ({ level, n, width, hashes }: Tile) => writeBelow(folder, tilePath(level, n, width), hashes)
  let bundle: Buffer[] = []
  let erased = 0
  let next = 0
  /** A bundle without one of its events cannot be read, so it is not written. Its hashes are. */
  const putBundle = async (n: number, width: number) => {
    if (bundle.length === width)
      await writeBelow(folder, tilePath('entries', n, width), Buffer.concat(bundle))
    bundle = []
  }

  while (next < checkpoint.size) {
    const page = await proof.leaves(next, Math.min(EVENTS_A_PAGE, checkpoint.size - next))
    for (const { index, leafHash, bytes } of page) {
      if (index !== next || !leafHash)
        throw new Error(
          `The log has no whole event ${next}, so it cannot be exported as tiles. Run: elevate audit verify`,
        )
      if (bytes === undefined) erased += 1
      else bundle.push(bundleEntry(bytes))
      for (const tile of tiles.append(leafHash)) {
        if (tile.level === 0) await putBundle(tile.n, TILE_WIDTH)
        await put(tile)
      }
      next += 1
    }
    if (page.length === 0) throw new Error(`The log ends at event ${next}. Run: elevate audit verify`)
    onProgress?.(next)
  }
  for (const tile of tiles.rest()) {
    if (tile.level === 0) await putBundle(tile.n, tile.width)
    await put(tile)
  }
  await writePieces(path.join(folder, 'checkpoints'), notesUpTo(proof, checkpoint.size))
  if (vkey) await writeBelow(folder, 'vkey', `${vkey}\n`)
  await writeBelow(folder, 'checkpoint', note)
  return { erased }
}

async function* notesUpTo(proof: TilesExport['proof'], size: number): AsyncGenerator<string> {
  for await (const { note } of checkpointsUpTo(proof, size)) yield `${note}\n`
}
