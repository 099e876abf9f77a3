import { type Grant, grantName, isWaiting, lastOfEachExtensionChain } from '../../../core/access/grant.ts'
import type { GrantId } from '../../../core/ids.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { attemptOn, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { type Asked, requestAccess } from '../request/request-access.ts'
import { onlyOne } from './end-by-name.ts'

type Extending = {
  readonly by: PersonId
  readonly grant: GrantId
  /** As typed; it is added to what there is. */
  readonly duration: string | undefined
  readonly reason: string
  /** Undefined takes the one that was named before; an empty one, from a form that showed it, does not. */
  readonly ticket?: string | undefined
}

/**
 * Asks for a longer time on one's own live grant: a request like any other, decided by today's policy. The new grant
 * continues with the same account. Refuses what {@link extendable} and {@link requestAccess} refuse.
 */
export async function extendAccess(
  world: World,
  { by, grant: id, duration, reason, ticket }: Extending,
): Promise<Asked & { readonly extendedGrant: Grant }> {
  const extendedGrant = await extendable(world, by, id)
  const { target, role } = extendedGrant
  const before = await world.store.reads.request(extendedGrant.requestId)
  const earlierTicket = ticket === undefined ? before?.ticket : undefined
  const asked = await requestAccess(world, {
    by,
    target,
    role,
    duration,
    reason,
    ticket,
    extendedGrant,
    earlierTicket,
  })
  return { ...asked, extendedGrant }
}

/**
 * The grant that an extension would continue: the last of the extension chain. Refuses grants of others (recorded),
 * and those that have not begun or are over.
 */
export async function extendable(world: World, by: PersonId, id: GrantId): Promise<Grant> {
  const row = await world.store.reads.grant(id)
  if (!row) throw refusal('no-such-grant')
  if (row.grant.person !== by)
    throw refusal('not-yours-to-extend', {}, attemptOn(by, 'extend', row.request, row.grant))
  let last = row.grant
  for (
    let next = await world.store.reads.extensionOf(last.id);
    next?.state === 'active' || next?.state === 'provisioning';
    next = await world.store.reads.extensionOf(last.id)
  )
    last = next
  if (last.state === 'active') return last
  const grant = grantName(last.number)
  if (isWaiting(last)) throw refusal('extended-too-early', { grant, state: 'waiting' })
  if (last.state === 'provisioning') throw refusal('extended-too-early', { grant, state: last.state })
  throw refusal('extended-too-late', { grant })
}

/**
 * The same by number (`G-12`), or the only active grant of this person. Refuses an unknown number, none, and several.
 */
export async function extendableByName(
  world: World,
  { by, grant: number }: { readonly by: PersonId; readonly grant: number | undefined },
): Promise<Grant> {
  const { reads } = world.store
  if (number !== undefined) {
    const row = await reads.grantByNumber(number)
    if (!row) throw refusal('no-grant-named', { grant: grantName(number) })
    return extendable(world, by, row.grant.id)
  }
  const active = (await reads.liveGrants(by)).filter((row) => row.grant.state === 'active')
  const rows = lastOfEachExtensionChain(active)
  if (rows.length === 0) throw refusal('nothing-to-extend')
  return onlyOne(rows, 'extend').grant
}
