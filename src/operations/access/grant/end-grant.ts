import { mayEnd, overseersOf } from '../../../core/access/approval.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import type { GrantId } from '../../../core/ids.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import { type Attempt, type RefusedError, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { endChain } from './end-chain.ts'

export type Ending = { readonly grant: GrantId; readonly by: PersonId; readonly note: string }

/**
 * Ends access before its time: its holder gives it back, or an approver or security takes it with a reason. Ends
 * here means `revoking`; that it is gone is said when the target said so.
 */
export async function endGrant(world: World, ending: Ending): Promise<{ readonly grant: Grant }> {
  const row = await world.store.reads.grant(ending.grant)
  if (!row) throw refusal('unknown-grant', 'There is no such grant.')
  const note = cleanText(ending.note)
  const own = row.grant.person === ending.by
  if (!own) {
    await refuseUnlessEnder(world, row, ending.by)
    if (note === '') throw sayWhy()
  }
  return world.store.transaction(async (tx) => {
    const ended = await endChain(tx, ending.grant, {
      reason: own ? 'returned' : 'ended-early',
      by: ending.by,
      note,
      actor: { kind: 'person', id: ending.by },
      policy: world.catalog().hash,
    })
    if (!ended) throw refusal('already-over', `${grantName(row.grant.number)} is over or ending already.`)
    return { grant: ended }
  })
}

export function sayWhy(): RefusedError {
  return refusal('reason-missing', 'Please say why you end it; the holder will read it.', { field: 'note' })
}

/** By Slack's answer of this moment; holders may always give back what is theirs, which is not asked here. */
export async function mayEndNow(world: World, grant: Grant, by: PersonId): Promise<boolean> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(overseersOf(catalog, grant)))]),
  ])
  return mayEnd(catalog, grant, person, groups)
}

/** Throws when ending it is for others. The record says `not-an-approver`. */
export async function refuseUnlessEnder(
  world: World,
  { grant, request }: GrantRow,
  by: PersonId,
): Promise<void> {
  if (await mayEndNow(world, grant, by)) return
  const attempt: Attempt = {
    by,
    subject: grant.person,
    target: grant.target,
    role: grant.role,
    request: requestName(request.number),
    grant: grantName(grant.number),
    outcome: 'not-an-approver',
    detail: { verdict: 'end' },
  }
  throw refusal(
    'not-yours',
    `Only the holder, the approvers of ${grant.role} on ${grant.target} and security can end it.`,
    { attempt },
  )
}
