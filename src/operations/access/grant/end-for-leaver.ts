import { canGrant, canRequest } from '../../../core/access/lifecycle.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { World } from '../../world.ts'
import { endPreApprovalsOfLeaver } from '../decide/end-pre-approval.ts'
import { withdrawIn } from '../request/withdraw-request.ts'
import { endChain } from './end-chain.ts'

const NOTE = 'The account was deactivated in Slack.'
const SWEEPER = { kind: 'system', id: 'sweeper' } as const
/** More than anybody can have waiting among his newest. */
const MOST = 200

/**
 * Who was deactivated in Slack loses what he has, and what he asked for, or was asked for him, is withdrawn: it is nobody's wish any more,
 * and `lapsed` would say that the approvers were too slow. What he approved beforehand, or was approved for him, ends. News and sweeper only bring up the name: Slack is asked
 * here. True when there is nobody there any more.
 */
export async function endForLeaver(world: World, id: PersonId): Promise<boolean> {
  const person = await world.directory.person(id)
  if (person.kind !== 'deactivated') return false
  const { reads, transaction } = world.store
  // What opens the door again goes first.
  await endPreApprovalsOfLeaver(world, id)
  const [live, asked] = await Promise.all([reads.liveGrants(id), reads.requestsOf(id, MOST)])
  for (const request of asked.filter((one) => canRequest('withdraw', one.state)))
    await transaction(async (tx) => {
      const locked = await tx.requests.lock(request.id)
      if (locked) await withdrawIn(world, tx, locked, { actor: SWEEPER, outcome: 'requester-gone' })
    })
  for (const { grant } of live.filter((row) => canGrant('end', row.grant.state)))
    await transaction(async (tx) => {
      const why = { reason: 'ended-early', by: undefined, note: NOTE, actor: SWEEPER } as const
      await endChain(tx, grant.id, why)
    })
  return true
}
