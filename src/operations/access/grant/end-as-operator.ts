import { type Grant, grantName } from '../../../core/access/grant.ts'
import { cleanText } from '../../../core/access/reason.ts'
import type { Store } from '../../../store/database/open-store.ts'
import { refusal } from '../../refusals.ts'
import { endChain } from './end-chain.ts'
import { sayWhy } from './end-grant.ts'

/**
 * Ends a grant from the terminal: for the day when Slack is down. The right to it is the right to the database;
 * the running bot does the taking within a second.
 */
export async function endAsOperator(
  store: Pick<Store, 'reads' | 'transaction'>,
  { number, by, note }: { readonly number: number; readonly by: string; readonly note: string },
): Promise<{ readonly grant: Grant }> {
  const row = await store.reads.grantByNumber(number)
  if (!row) throw refusal('unknown-grant', `There is no ${grantName(number)}.`)
  const reason = cleanText(note)
  if (!reason) throw sayWhy()
  return store.transaction(async (tx) => {
    const ended = await endChain(tx, row.grant.id, {
      reason: 'ended-early',
      by: undefined,
      note: reason,
      actor: { kind: 'operator', id: by },
    })
    if (!ended) throw refusal('already-over', `${grantName(number)} is over or ending already.`)
    return { grant: ended }
  })
}
