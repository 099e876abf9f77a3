import { groupsToBreakGlass, mayBreakGlass, rehearseBreakGlass } from '../../../core/access/break-glass.ts'
import type { Entitlement } from '../../../core/access/policy.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import { cardLanes } from '../../../core/feed.ts'
import type { Groups, Person } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { unlessRefused } from '../../refusals.ts'
import { tellHomes } from '../../tell-homes.ts'
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
    record(tx, request, through)
    await openGrant(world, tx, request, person, asking.by)
    for (const lane of cards) tx.tell({ lane, notice: { kind: 'card', request: request.id } })
    await tellHomes(tx, asking.by)
    return { request }
  })
}

/** No approval is among the events: there was none. */
function record(tx: Tx, request: Request, through: readonly string[]): void {
  const rule = request.policyName
  const about = {
    actor: { kind: 'person', id: request.requester },
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: request.policyHash,
  } as const
  const { ticket } = request
  const detail = {
    rule,
    through: [...through],
    duration_s: request.duration,
    approvals_needed: 0,
    ...(ticket ? { ticket } : {}),
    ...BREAK_GLASS,
  }
  tx.append({ ...about, type: 'request.created', detail, private: { reason: request.reason } })
  tx.append({
    ...about,
    type: 'break_glass.used',
    detail: { rule, through: [...through], duration_s: request.duration },
  })
}

const BREAK_GLASS = { kind: 'break-glass' } as const

function whoIsThere(world: World, by: string): Promise<[Person, Groups]> {
  return Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsToBreakGlass(world.catalog())),
  ])
}
