import path from 'node:path'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { bundleEntry, TILE_WIDTH, type Tile, TileBuilder, tilePath } from '../tree/tiles.ts'
import { writeBelow, writePieces } from './export-folder.ts'

const PAGE = 1_024

export type TilesExport = {
  readonly proof: Pick<ProofStore, 'leaves' | 'checkpoints'>
  readonly folder: string
  /** What the tiles will answer to: its size is theirs. */
  readonly checkpoint: Checkpoint
  readonly note: string
  /** Put beside the tiles when it is known; after a rotation one a line, oldest first. */
  readonly vkey: string | undefined
  readonly onProgress?: (events: number) => void
}

/** Writes the log up to a checkpoint; returns how many events had to be left out because they are erased. */
export async function exportTiles(job: TilesExport): Promise<{ readonly erased: number }> {
  const { proof, folder, checkpoint, note, vkey, onProgress } = job
  const tiles = new TileBuilder()
  const put = ({ level, n, width, hashes }: Tile) => writeBelow(folder, tilePath(level, n, width), hashes)
  let bundle: Buffer[] = []
  let erased = 0
  let next = 0
  /** A bundle with a hole cannot be read, so it is not written; its hashes are. */
  const putBundle = async (n: number, width: number) => {
    if (bundle.length === width)
      await writeBelow(folder, tilePath('entries', n, width), Buffer.concat(bundle))
    bundle = []
  }

  while (next < checkpoint.size) {
    const page = await proof.leaves(next, Math.min(PAGE, checkpoint.size - next))
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

async function* notesUpTo(proof: Pick<ProofStore, 'checkpoints'>, size: number): AsyncGenerator<string> {
  for (let above = -1; ; ) {
    const page = await proof.checkpoints(above, PAGE)
    for (const one of page) if (one.size <= size) yield `${one.note}\n`
    above = page.at(-1)?.size ?? size
    if (page.length === 0 || above >= size) return
  }
}
