import type { JsonObject } from '../../core/connector.ts'
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
  { by, formats, person, target, from, to, grant, manifest }: OperatorExport,
): Promise<string | undefined> {
  const detail: JsonObject = {
    formats: [...formats],
    ...(from ? { from: from.toISOString() } : {}),
    ...(to ? { to: to.toISOString() } : {}),
    ...(manifest ? { manifest } : {}),
  }
  try {
    await store.transaction(async (tx) =>
      tx.append({
        type: 'export.made',
        actor: { kind: 'operator', id: by },
        ...(person ? { subject: person } : {}),
        ...(target ? { target } : {}),
        ...(grant ? { grant: `G-${grant}` } : {}),
        detail,
      }),
    )
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
    former,
    next,
    statement,
    lost,
    reason,
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
  await store.transaction(async (tx) =>
    tx.append({
      type: 'key.rotated',
      actor: { kind: 'operator', id: by },
      outcome: lost ? 'lost' : 'handed-over',
      detail: { former, next, statement },
      ...(reason?.trim() ? { private: { reason: reason.trim() } } : {}),
    }),
  )
}
