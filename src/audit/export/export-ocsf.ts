import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { OcsfVersion } from '../../core/log/ocsf-version.ts'
import { pagesOf, type RowsExport } from './export-jsonl.ts'
import { toOcsf } from './ocsf.ts'

/** One OCSF event a line; an event whose bytes are erased has none. */
export async function* ocsfPieces(job: RowsExport, version: OcsfVersion): AsyncGenerator<string> {
  for await (const page of pagesOf(job)) yield page.map((leaf) => ocsfLine(leaf, version)).join('')
}

export function ocsfLine(leaf: StoredLeaf, version: OcsfVersion): string {
  const event = toOcsf(leaf, version)
  return event ? `${JSON.stringify(event)}\n` : ''
}
