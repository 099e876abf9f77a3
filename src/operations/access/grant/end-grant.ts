import { approversAndSecurity, mayEnd } from '../../../core/access/approval.ts'
import { type EndReason, type Grant, grantName } from '../../../core/access/grant.ts'
import { canGrant } from '../../../core/access/lifecycle.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import type { GrantId } from '../../../core/ids.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import { grantEnded } from '../../../core/log/grant-events.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import type { Store } from '../../../store/database/open-store.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'
import { type Attempt, type RefusedError, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'

type Ending = { readonly grant: GrantId; readonly by: PersonId; readonly note: string }

/**
 * Ends access early: for its holder, or with a reason for an approver or security. Sets the grant to `revoking`; it
 * is `revoked` when the target confirms it. Refuses `not-yours-to-end` (recorded), a missing reason, and a grant that
 * is over or ending.
 */
export async function endGrant(world: World, ending: Ending): Promise<{ readonly grant: Grant }> {
  const row = await world.store.reads.grant(ending.grant)
  if (!row) throw refusal('no-such-grant')
  const note = cleanText(ending.note)
  const own = row.grant.person === ending.by
  if (!own) {
    await refuseUnlessEnder(world, row, ending.by)
    if (note === '') throw sayWhy()
  }
  return world.store.transaction(async (tx) => {
    const ended = await endExtensionChain(tx, ending.grant, {
      reason: own ? 'returned' : 'ended-early',
      by: ending.by,
      note,
      actor: { kind: 'person', id: ending.by },
      policy: world.catalog().hash,
    })
    if (!ended) throw refusal('grant-over', { grant: grantName(row.grant.number) })
    return { grant: ended }
  })
}

/** The refusal for ending somebody else's access without a reason. */
export function sayWhy(): RefusedError {
  return refusal('end-reason-missing')
}

/**
 * May this person end a grant of somebody else, by Slack's answer of this moment? Holders may always end their own,
 * which is not asked here.
 */
export async function mayEndNow(world: World, grant: Grant, by: PersonId): Promise<boolean> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(approversAndSecurity(catalog, grant)))]),
  ])
  return mayEnd(catalog, grant, person, groups)
}

/** Refuses `not-yours-to-end` unless this person may end it. The record says `not-an-approver`. */
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
  throw refusal('not-yours-to-end', { role: grant.role, target: grant.target }, attempt)
}

/**
 * Ends a grant from the terminal, for when Slack is down. Anyone who may write to the database may do it; the running
 * bot revokes within a second. Refuses a missing reason, an unknown number, and a grant that is over.
 */
export async function endAsOperator(
  store: Pick<Store, 'reads' | 'transaction'>,
  { number, by, note }: { readonly number: number; readonly by: string; readonly note: string },
): Promise<{ readonly grant: Grant }> {
  const row = await store.reads.grantByNumber(number)
  if (!row) throw refusal('no-grant-called', { grant: grantName(number) })
  const reason = cleanText(note)
  if (!reason) throw sayWhy()
  return store.transaction(async (tx) => {
    const ended = await endExtensionChain(tx, row.grant.id, {
      reason: 'ended-early',
      by: undefined,
      note: reason,
      actor: { kind: 'operator', id: by },
    })
    if (!ended) throw refusal('grant-over', { grant: grantName(number) })
    return { grant: ended }
  })
}

type Why = {
  readonly reason: EndReason
  readonly by: PersonId | undefined
  readonly note: string
  readonly actor: Actor
  /** The policy under which it is ended; without it the one of the grant. */
  readonly policy?: string
}

/**
 * Ends this grant, and with it every extension of it and every grant that it extends: for the person who ends access
 * before its time, a chain of extensions is one access. Undefined when this one is over or ending already.
 */
export async function endExtensionChain(tx: Tx, id: GrantId, why: Why): Promise<Grant | undefined> {
  const chain = await tx.grants.lockChain(id)
  const wanted = chain.find((one) => one.id === id)
  if (!wanted || !canGrant('end', wanted.state)) return undefined
  let result: Grant | undefined
  for (const grant of chain.filter((one) => canGrant('end', one.state))) {
    const ended = await tx.grants.end(grant, why)
    if (!ended) continue
    if (grant.id === id) result = ended
    const event = grantEnded(grant, await tx.requests.name(grant.requestId), why)
    // Redraws cards and Home only: an operator at the terminal has no channels of a configuration.
    await record({ securityChannel: undefined }, tx, event, { grant })
  }
  return result
}
