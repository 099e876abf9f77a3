import { policyNow } from '../../../core/access/approval.ts'
import { approvalsNeeded, approvalsPossible, approversNamed } from '../../../core/access/stages.ts'
import type { Catalog, Policy } from '../../../core/catalog.ts'
import { cardLanes } from '../../../core/feed.ts'
import type { RequestId } from '../../../core/ids.ts'
import { channelLane, type Lane, personLane } from '../../../core/notice.ts'
import { type ChannelId, groupsIn, type PersonId } from '../../../core/people/person.ts'
import { MOST_DIRECT, peopleToPing } from '../../../core/people/pinging.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { readResting } from '../../people/read-resting.ts'
import type { World } from '../../world.ts'

/** Where approvers are asked: in the channel, in their direct messages, and whether the fallback is needed at once. */
export type AskingPlan = {
  readonly widened: boolean
  readonly channel: boolean
  /** From when on each is told; undefined for now. */
  readonly direct: readonly { readonly person: PersonId; readonly notBefore: Date | undefined }[]
}

/** Read from Slack's groups of this moment: an on-call group may be empty now, and another one in an hour. */
export async function planAsking(
  world: World,
  asked: Policy,
  owners: readonly PersonId[],
  already: { readonly widened: boolean } = { widened: false },
): Promise<AskingPlan> {
  const { tell = 'channel', allowSelfApproval } = asked.approve
  if (tell === 'channel' && !asked.fallback) return { widened: already.widened, channel: true, direct: [] }
  const groups = await world.directory.groups([
    ...new Set(groupsIn([...approversNamed(asked), ...(asked.fallback?.from ?? [])])),
  ])
  const mayApprove = (one: PersonId) => allowSelfApproval || !owners.includes(one)
  const short =
    approvalsPossible(asked.approve.stages, mayApprove, groups) < approvalsNeeded(asked.approve.stages)
  const widened = already.widened || (short && asked.fallback?.whenEmpty === true)
  if (tell === 'channel') return { widened, channel: true, direct: [] }
  const { stages } = policyNow(asked, { widened }).approve
  const people = peopleToPing(stages, groups).filter((one) => !owners.includes(one))
  const told = people.slice(0, MOST_DIRECT)
  const resting = await readResting(world, asked, told)
  return {
    widened,
    // Somebody has to see it: the rest of them, or anybody where it says everyone.
    channel: tell === 'both' || told.length === 0 || people.length > told.length,
    direct: told.map((person) => ({ person, notBefore: resting.get(person) })),
  }
}

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

/** Puts a copy of the card into the direct messages of each, now or when their quiet hours are over. */
export async function sendCardsDirectly(
  tx: Tx,
  requests: readonly { readonly id: RequestId }[],
  { direct }: AskingPlan,
): Promise<void> {
  const [first] = requests
  if (!first || direct.length === 0) return
  for (const { id } of requests)
    await tx.requests.alsoTo(
      id,
      direct.map((one) => one.person),
    )
  for (const { person, notBefore } of direct)
    tx.enqueue({ lane: personLane(person), notice: { kind: 'card', request: first.id }, notBefore })
}
