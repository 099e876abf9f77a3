import { type Grant, grantName } from '../core/grant.ts'
import { canGrant } from '../core/lifecycle.ts'
import type { Store } from '../core/ports.ts'
import { cleanText } from '../core/reason.ts'
import { type Refused, refuse } from '../core/refusal.ts'
import { requestName } from '../core/request.ts'

/**
 * Ends a grant from the terminal: for the day when Slack is down. The right to it is the right to the database;
 * the running bot does the taking within a second.
 */
export async function endAsOperator(
  store: Pick<Store, 'reads' | 'transaction'>,
  { number, by, note }: { readonly number: number; readonly by: string; readonly note: string },
): Promise<{ readonly grant: Grant } | Refused> {
  const row = await store.reads.grantByNumber(number)
  if (!row) return refuse('unknown-grant', `There is no ${grantName(number)}.`)
  const reason = cleanText(note)
  if (!reason) return refuse('reason-missing', 'Please say why you end it; the holder will read it.', 'note')
  return store.transaction(async (tx) => {
    const grant = await tx.grants.lock(row.grant.id)
    const why = { reason: 'ended-early', by: undefined, note: reason } as const
    const ended = grant && canGrant('end', grant.state) ? await tx.grants.end(grant, why) : undefined
    if (!grant || !ended) return refuse('already-over', `${grantName(number)} is over or ending already.`)
    tx.append({
      type: 'grant.revoking',
      actor: { kind: 'operator', id: by },
      subject: grant.person,
      target: grant.target,
      role: grant.role,
      ...(grant.account ? { account: grant.account } : {}),
      request: requestName(row.request.number),
      grant: grantName(number),
      policy: grant.policyHash,
      outcome: why.reason,
      private: { note: reason },
    })
    for (const lane of await tx.requests.cards(grant.requestId))
      tx.tell({ lane, notice: { kind: 'card', request: grant.requestId } })
    return { grant: ended }
  })
}
