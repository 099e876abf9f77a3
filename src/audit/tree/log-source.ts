/** Where a log to be verified comes from: a database, or the files of an export. */
import type { ProofStore, StoredLeaf } from '../../core/log/audit-proof.ts'

const PAGE = 1_000

export type LogSource = {
  /** Everything in order of index, right or wrong, in pages. */
  events(): AsyncIterable<readonly StoredLeaf[]>
  /** The log's own checkpoints, smallest first. */
  notes(): AsyncIterable<string>
  /** Whether private texts come with the events; where they do not, nothing can be said about those that are missing. */
  readonly hasTexts: boolean
  /** What was wrong with the source itself; complete when `events` has ended. */
  faults?(): readonly SourceFault[]
}

export type SourceFault = { readonly text: string; readonly index: number }

/** Checkpoints that are signed while the events are read would speak of events that were not read. */
export async function databaseSource(
  proof: Pick<ProofStore, 'leaves' | 'lastCheckpoint' | 'checkpoints'>,
): Promise<LogSource> {
  const newest = (await proof.lastCheckpoint())?.size ?? -1
  return {
    hasTexts: true,
    async *events() {
      let coming: Promise<readonly StoredLeaf[]> | undefined = proof.leaves(0, PAGE)
      while (coming) {
        const page: readonly StoredLeaf[] = await coming
        const last = page.length < PAGE ? undefined : page.at(-1)
        // The database reads on while this page is checked.
        coming = last && proof.leaves(last.index + 1, PAGE)
        coming?.catch(() => {})
        if (page.length > 0) yield page
      }
    },
    async *notes() {
      for (let above = -1; ; ) {
        const page = (await proof.checkpoints(above, PAGE)).filter((one) => one.size <= newest)
        for (const { note } of page) yield note
        if (page.length === 0) return
        above = page.at(-1)?.size ?? above
      }
    },
  }
}
