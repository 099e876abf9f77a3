/** The stored log in pages, for all that reads through the whole of it. */
import type { KeptCheckpoint, LeafFilter, StoredLeaf } from '../../core/log/audit-proof.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'

const HASHES_A_PAGE = 10_240
const ROWS_A_PAGE = 1_000

/** Leaf hashes from index `from` up to `size` (not included). Ends early where the log does; gaps are for the caller to notice. */
export async function* hashPages(
  proof: Pick<ProofStore, 'leafHashes'>,
  from: number,
  size: number,
): AsyncGenerator<readonly { readonly index: number; readonly hash: Uint8Array }[]> {
  for (let next = from; next < size; ) {
    const page = await proof.leafHashes(next, Math.min(HASHES_A_PAGE, size - next))
    const last = page.at(-1)
    if (!last) return
    yield page
    next = last.index + 1
  }
}

/** The checkpoints in the database of at most `size` events, smallest first; after a restore some sizes have two. */
export async function* checkpointsUpTo(
  proof: Pick<ProofStore, 'checkpoints'>,
  size: number,
): AsyncGenerator<KeptCheckpoint> {
  for (let above = -1; above < size; ) {
    const page = await proof.checkpoints(above, ROWS_A_PAGE)
    const last = page.at(-1)
    if (!last) return
    for (const one of page) if (one.size <= size) yield one
    above = last.size
  }
}

export type RowsExport = {
  readonly proof: Pick<ProofStore, 'matching'>
  readonly filter: LeafFilter
  /** Events from this index on are left out: the log grows while it is read. */
  readonly before: number
  /** Called after each page with the index up to which everything was read. */
  readonly onProgress?: (index: number) => void
  /** Called before each page with how many events it has. */
  readonly onPage?: (events: number) => void
}

/** Events that match, in order of index; no empty pages. */
export async function* matchingPages(job: RowsExport): AsyncGenerator<readonly StoredLeaf[]> {
  const { proof, filter, before, onProgress, onPage } = job
  for (let from = 0; from < before; ) {
    const page = await proof.matching(filter, { from, before, limit: ROWS_A_PAGE })
    onPage?.(page.length)
    if (page.length > 0) yield page
    if (page.length < ROWS_A_PAGE) break
    from = (page.at(-1)?.index ?? from) + 1
    onProgress?.(from)
  }
  onProgress?.(before)
}
