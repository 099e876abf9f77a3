import { groupsToBreakGlass, mayBreakGlass, rehearseBreakGlass } from '../../../core/access/break-glass.ts'
import type { Entitlement } from '../../../core/access/policy.ts'
import type { Request } from '../../../core/access/request.ts'
import { cardLanes } from '../../../core/feed.ts'
import { breakGlassUsed } from '../../../core/log/grant-events.ts'
import { requestCreated } from '../../../core/log/request-events.ts'
import type { Groups, Person } from '../../../core/people/person.ts'
import { record } from '../../record.ts'
import { unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { openGrant } from '../grant/open-grant.ts'
import { type Asking, attemptToAsk, readAsk } from './request-access.ts'

/** May this person do it at all? For the dialog that asks whether it is meant; a no is on record like any other. */
export async function offerBreakGlass(world: World, asking: Asking): Promise<Entitlement> {
  const [person, groups] = await whoIsThere(world, asking.by)
  const open = await world.store.reads.openReviews(1, asking.by)
  const may = mayBreakGlass(world.catalog(), asking, person, groups, open.length)
  return unlessRefused(may, attemptToAsk(world, asking, BREAK_GLASS))
}

/**
 * Takes access without approval. Everybody who could have approved is told loudly in the same instant, and the
 * review stays open until one of them, or security, writes it.
 */
export async function breakGlass(world: World, asking: Asking): Promise<{ readonly request: Request }> {
  const attempt = attemptToAsk(world, asking, BREAK_GLASS)
  const ask = unlessRefused(readAsk(asking), attempt)
  const [person, groups] = await whoIsThere(world, asking.by)
  const catalog = world.catalog()
  return world.store.transaction(async (tx) => {
    const { policy, target, role, duration, ticket, through } = unlessRefused(
      rehearseBreakGlass(catalog, ask, person, groups, await tx.reviews.openOf(asking.by)),
      attempt,
    )
    const cards = cardLanes(catalog, target.channel)
    const request = await tx.reviews.open(
      {
        requester: asking.by,
        target: target.id,
        role: role.id,
        duration,
        reason: ask.reason,
        ticket,
        policyName: policy.name,
        policyHash: catalog.hash,
        lapseAfter: policy.lapseAfter,
      },
      cards,
    )
    // No approval is among the events: there was none.
    tx.append(requestCreated(request, { through, stages: undefined }))
    await record(catalog, tx, breakGlassUsed(request, through), { request })
    await openGrant(world, tx, request, person, asking.by)
    return { request }
  })
}

const BREAK_GLASS = { kind: 'break-glass' } as const

function whoIsThere(world: World, by: string): Promise<[Person, Groups]> {
  return Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsToBreakGlass(world.catalog())),
  ])
}
