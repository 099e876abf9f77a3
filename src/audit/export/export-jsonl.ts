import type { Json } from '../../core/connector.ts'
import type { LeafFilter, ProofStore, StoredLeaf } from '../../core/log/audit-proof.ts'
import { canonicalJson } from '../../core/log/canonical-json.ts'

const PAGE = 1_000

export type RowsExport = {
  readonly proof: Pick<ProofStore, 'matching'>
  readonly filter: LeafFilter
  /** Events from this index on are left out: the log grows while it is read. */
  readonly before: number
  readonly onProgress?: (index: number) => void
}

/** Pages of what matches, in order. */
export async function* pagesOf(job: RowsExport): AsyncGenerator<readonly StoredLeaf[]> {
  const { proof, filter, before, onProgress } = job
  for (let from = 0; from < before; ) {
    const page = await proof.matching(filter, { from, before, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) break
    from = (page.at(-1)?.index ?? from) + 1
    onProgress?.(from)
  }
  onProgress?.(before)
}

/**
 * One event a line: its own bytes, its leaf hash, and the private texts with their salts, so that each text can be
 * checked against the commitment in the event.
 */
export async function* jsonlPieces(job: RowsExport): AsyncGenerator<string> {
  for await (const page of pagesOf(job)) yield page.map(jsonlLine).join('')
}

export function jsonlLine({ bytes, leafHash, texts }: StoredLeaf): string {
  const hash = leafHash ? JSON.stringify(Buffer.from(leafHash).toString('hex')) : 'null'
  // The bytes go in as they are: canonical JSON is its own spelling.
  return `{"event":${bytes ?? 'null'},"leaf_hash":${hash},"private":${canonicalJson(texts as unknown as Json)}}\n`
}
