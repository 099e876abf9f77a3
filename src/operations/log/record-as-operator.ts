import { exportMade, keyRotated } from '../../core/log/log-events.ts'
import { Quarantined } from '../../core/log/quarantine.ts'
import type { Store } from '../../store/database/open-store.ts'

export type OperatorExport = {
  /** Who exports: the login name of the operator. */
  readonly by: string
  readonly formats: readonly string[]
  readonly person?: string | undefined
  readonly target?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly grant?: number | undefined
  /** SHA-256 of what was made, in hex. */
  readonly manifest?: string
}

/**
 * Records that an operator takes something out of the log, before anything leaves. Returns why that was not possible:
 * during a quarantine nothing may be written, and those who investigate need an export just then.
 */
export async function recordOperatorExport(
  store: Pick<Store, 'transaction' | 'quarantine'>,
  { by, formats, manifest, ...about }: OperatorExport,
): Promise<string | undefined> {
  const event = exportMade({ kind: 'operator', id: by }, { ...about, detail: { formats, manifest } })
  try {
    await store.transaction(async (tx) => tx.append(event))
    return undefined
  } catch (error) {
    if (!(error instanceof Quarantined)) throw error
    return (await store.quarantine.current())?.said ?? 'it is not the log that was signed.'
  }
}

/** Records that another key signs the log from now on. `former` and `next` are key ids, `statement` is the signed note. */
export async function recordKeyRotation(
  store: Pick<Store, 'transaction'>,
  {
    by,
    lost,
    reason,
    ...keys
  }: {
    readonly by: string
    readonly former: string
    readonly next: string
    readonly statement: string
    /** The former key did not sign that. */
    readonly lost: boolean
    readonly reason: string | undefined
  },
): Promise<void> {
  const outcome = lost ? 'lost' : 'handed-over'
  const event = keyRotated(by, { ...keys, outcome, reason: reason?.trim() || undefined })
  await store.transaction(async (tx) => tx.append(event))
}
