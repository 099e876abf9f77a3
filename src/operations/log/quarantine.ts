import { cleanText } from '../../core/access/reason.ts'
import { checkpointAbandoned, quarantineBegan, quarantineEnded } from '../../core/log/log-events.ts'
import type { Evidence, Quarantine } from '../../core/log/quarantine.ts'
import type { Store } from '../../store/database/open-store.ts'
import { notify } from '../record.ts'
import { refusal } from '../refusals.ts'

/** More events than a minute brings: so many may have been lost unsigned. */
const MAX_UNSIGNED_EVENTS = 1_000

type Confirmation = {
  readonly by: string
  readonly reason: string
  /** The short code of the difference that was seen. */
  readonly code: string
  /** What the log was when it was confirmed; the root in base64. */
  readonly log: { readonly size: number; readonly root: string }
  readonly against: readonly Evidence[]
  /** Signed by the log's key: that these no longer count. */
  readonly statements: readonly string[]
  readonly securityChannel: string | undefined
}

/**
 * An operator has seen the difference and confirmed it: events are accepted again, and the log says when the
 * quarantine began, which checkpoints are abandoned, who confirmed, and why. Refuses a missing reason, and a
 * quarantine that somebody else ended.
 */
export async function endQuarantine(
  store: Pick<Store, 'transaction'>,
  quarantine: Quarantine,
  confirmed: Confirmation,
): Promise<void> {
  const reason = cleanText(confirmed.reason)
  if (!reason) throw refusal('confirm-reason-missing')
  const newest = confirmed.against.at(-1)
  const difference = {
    signed: newest?.size ?? 0,
    signed_root: newest?.root ?? '',
    size: confirmed.log.size,
    root: confirmed.log.root,
  }
  await store.transaction(async (tx) => {
    // First of all: the log takes events again only after this.
    if (!(await tx.quarantine.end(quarantine.id, confirmed.by, reason))) throw refusal('quarantine-over')
    // Every number that the lost line gave has an event; what was not signed any more is at most a minute's.
    await tx.quarantine.skipNumbers(Math.max(0, difference.signed - difference.size) + MAX_UNSIGNED_EVENTS)
    tx.append(quarantineBegan(quarantine, difference))
    for (const statement of confirmed.statements)
      tx.append(checkpointAbandoned(quarantine, confirmed.by, statement))
    const { by, code, against } = confirmed
    tx.append(quarantineEnded(quarantine, by, { difference, abandoned: against.length, code, reason }))
    await notify(confirmed, tx, 'news of elevate', {
      notice: { kind: 'quarantine', id: quarantine.id, step: 'ended' },
    })
  })
}

type Finding = Pick<Quarantine, 'why' | 'said'> & { readonly evidence: readonly Evidence[] }

/**
 * From here on nothing is granted, decided or recorded. No event yet: writing into a log that is not the signed one
 * would fork it before anybody has looked. Every replica adds what it alone remembers. True when this call began it.
 */
export async function beginQuarantine(
  store: Pick<Store, 'transaction'>,
  { evidence, ...found }: Finding,
  securityChannel: string | undefined,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const { id, began } = await tx.quarantine.begin(found)
    await tx.quarantine.add(id, evidence)
    if (began)
      await notify({ securityChannel }, tx, 'news of elevate', {
        notice: { kind: 'quarantine', id, step: 'began' },
      })
    return began
  })
}
