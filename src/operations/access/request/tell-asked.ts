/** Who hears of a request that was just asked: approvers in the channel or directly, or first whoever is to have it. */

import { askerOf } from '../../../core/access/request.ts'
import type { Catalog } from '../../../core/catalog.ts'
import { cardLanes } from '../../../core/feed.ts'
import { channelLane, type Lane, personLane } from '../../../core/notice.ts'
import type { ChannelId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { tellCards } from '../../tell-cards.ts'
import { tellHomes } from '../../tell-homes.ts'
import type { World } from '../../world.ts'
import { type AskingPlan, tellDirectly } from './plan-asking.ts'
import type { Asked } from './request-access.ts'

/** Where a request stands: not in the target's channel when approvers are asked in their direct messages only. */
export function lanesOf(catalog: Catalog, channel: ChannelId, plan: AskingPlan): readonly Lane[] {
  const lanes = cardLanes(catalog, channel)
  return plan.channel || lanes.length === 1 ? lanes : lanes.filter((lane) => lane !== channelLane(channel))
}

/** One card shows them all, so whoever decides on one of them gets it. */
export function together(plans: readonly AskingPlan[]): AskingPlan {
  const direct = new Map(plans.flatMap((plan) => plan.direct.map((one) => [one.person, one] as const)))
  return {
    widened: plans.some((plan) => plan.widened),
    channel: plans.some((plan) => plan.channel),
    direct: [...direct.values()],
  }
}

/** What is for somebody else goes to that person first; the approvers see it when it is accepted. */
export async function tellAsked(
  world: World,
  tx: Tx,
  opened: readonly Asked[],
  plan: AskingPlan,
): Promise<void> {
  const [first] = opened
  if (!first) return
  const { request: lead } = first
  const requests = opened.map((one) => one.request)
  if (lead.state === 'offered')
    tx.tell({
      lane: personLane(lead.requester),
      notice: { kind: 'told', step: 'offered', request: lead.id },
    })
  for (const request of requests) {
    await tellCards(tx, request)
    // Where nobody has to be asked, one line says it all.
    if (request.state !== 'approved')
      tx.tell({
        lane: channelLane(world.catalog().securityChannel),
        notice: { kind: 'feed', what: 'asked', request: request.id },
      })
  }
  // What was decided beforehand disturbs nobody.
  if (requests.some((request) => request.state === 'pending')) await tellDirectly(tx, requests, plan)
  await tellHomes(tx, lead.requester, askerOf(lead))
}
