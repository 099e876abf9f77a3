import { groupsToDecide, policyNow } from '../../../core/access/approval.ts'
import { groupsToAskWith, policyFor } from '../../../core/access/policy.ts'
import { ownersOf, type Request } from '../../../core/access/request.ts'
import { approvalsNeeded, approvalsPossible, approversNamed } from '../../../core/access/stages.ts'
import { type Catalog, type Policy, policiesFor } from '../../../core/catalog.ts'
import { cardLanes } from '../../../core/feed.ts'
import type { RequestId } from '../../../core/ids.ts'
import { channelLane, type Lane, laneEnd, personLane } from '../../../core/notice.ts'
import { MAX_DIRECT_CARDS, peopleToAlert, type QuietUntil } from '../../../core/people/alerting.ts'
import { endOfHours } from '../../../core/people/hours.ts'
import { type ChannelId, type GroupId, groupsIn, type PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { notify } from '../../record.ts'
import type { World } from '../../world.ts'

/** Where approvers are asked: in the channel, in their direct messages, and whether the fallback approvers are needed now. */
export type AskingPlan = {
  readonly fallbackActive: boolean
  readonly channel: boolean
  /** From when on each may get the message; undefined for now. */
  readonly direct: readonly { readonly person: PersonId; readonly notBefore: Date | undefined }[]
}

/**
 * How approvers are asked. Reads Slack's groups of this moment: an on-call group may be empty now, and another one in
 * an hour.
 */
export async function planAsking(
  world: World,
  asked: Policy,
  owners: readonly PersonId[],
  already: { readonly widened: boolean } = { widened: false },
): Promise<AskingPlan> {
  const { tell = 'channel', allowSelfApproval } = asked.approve
  if (tell === 'channel' && !asked.fallback)
    return { fallbackActive: already.widened, channel: true, direct: [] }
  const groups = await world.directory.groups([
    ...new Set(groupsIn([...approversNamed(asked), ...(asked.fallback?.from ?? [])])),
  ])
  const mayApprove = (one: PersonId) => allowSelfApproval || !owners.includes(one)
  const short =
    approvalsPossible(asked.approve.stages, mayApprove, groups) < approvalsNeeded(asked.approve.stages)
  const widened = already.widened || (short && asked.fallback?.whenEmpty === true)
  if (tell === 'channel') return { fallbackActive: widened, channel: true, direct: [] }
  const { stages } = policyNow(asked, { widened }).approve
  const people = peopleToAlert(stages, groups).filter((one) => !owners.includes(one))
  const direct = people.slice(0, MAX_DIRECT_CARDS)
  const quietUntil = await readQuietHours(world, asked, direct)
  return {
    fallbackActive: widened,
    // Somebody has to see it: the rest of them, or anybody where it says everyone.
    channel: tell === 'both' || direct.length === 0 || people.length > direct.length,
    direct: direct.map((person) => ({ person, notBefore: quietUntil.get(person) })),
  }
}

/** Where a request is shown: not in the target's channel when approvers are asked in their direct messages only. */
export function lanesOf(catalog: Catalog, channel: ChannelId, plan: AskingPlan): readonly Lane[] {
  const lanes = cardLanes(catalog, channel)
  return plan.channel || lanes.length === 1 ? lanes : lanes.filter((lane) => lane !== channelLane(channel))
}

/** One plan for requests that share a card: everybody who decides on one of them gets it. */
export function together(plans: readonly AskingPlan[]): AskingPlan {
  const direct = new Map(plans.flatMap((plan) => plan.direct.map((one) => [one.person, one] as const)))
  return {
    fallbackActive: plans.some((plan) => plan.fallbackActive),
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

/**
 * From now on the policy's fallback approvers may decide too: the card names them, its thread alerts them. `early`
 * does not wait for `fallback_after`, because nobody else could decide. True when this call did it.
 */
export async function askFallback(
  world: World,
  id: RequestId,
  { early = false }: { readonly early?: boolean } = {},
): Promise<boolean> {
  const plan = await planFallback(world, id)
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.activateFallback(request, { early }))) return false
    await notify(world.catalog(), tx, 'fallback asked', { request })
    if (plan) await sendCardsDirectly(tx, [request], plan)
    return true
  })
}

async function planFallback(world: World, id: RequestId) {
  const request = await world.store.reads.request(id)
  if (!request) return undefined
  const catalog = world.catalog()
  const groups = await world.directory.groupsLately(groupsToDecide(catalog, request))
  const policy = policyFor(catalog, request, groups)
  return policy && planAsking(world, policy, ownersOf(request), { widened: true })
}

/**
 * Reminds, in the thread of the card and everybody who has a copy of it, that a request waits; after the quiet hours
 * of those who have them. Asks the fallback approvers instead when the group that was to decide is empty by now. True
 * when this call queued it.
 */
export async function remindApprovers(world: World, id: RequestId): Promise<boolean> {
  const seen = await world.store.reads.request(id)
  if (!seen) return false
  const { whom, quietUntil, stuck } = await readWhom(world, seen)
  // The group that was to decide is empty by now: the fallback is asked, and that is a reminder too.
  if (stuck && (await askFallback(world, id, { early: true }))) return true
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.remind(request))) return false
    const silent = whom.filter((one) => !request.decisions.some((decision) => decision.approver === one))
    const awake = silent.length === 0 || silent.some((one) => !quietUntil.has(one))
    const morning = awake ? undefined : earliest(silent.map((one) => quietUntil.get(one)))
    for (const lane of await tx.requests.cards(id)) {
      const direct = lane.startsWith('person:')
      if (direct && !silent.includes(laneEnd(lane))) continue
      const notBefore = direct ? quietUntil.get(laneEnd(lane)) : morning
      tx.enqueue({ lane, notice: { kind: 'reminder', request: id }, notBefore })
    }
    return true
  })
}

async function readWhom(
  world: World,
  request: Request,
): Promise<{ whom: readonly string[]; quietUntil: QuietUntil; stuck: boolean }> {
  const catalog = world.catalog()
  const groups = await world.directory.groupsLately(groupsToDecide(catalog, request))
  const found = policyFor(catalog, request, groups)
  if (!found) return { whom: [], quietUntil: new Map(), stuck: false }
  const whom = peopleToAlert(policyNow(found, request).approve.stages, groups)
  const stuck =
    !request.widened && found.fallback?.whenEmpty === true
      ? (await planAsking(world, found, [request.requester])).fallbackActive
      : false
  return { whom, quietUntil: await readQuietHours(world, found, whom), stuck }
}

function earliest(moments: readonly (Date | undefined)[]): Date | undefined {
  const times = moments.flatMap((one) => (one ? [one.getTime()] : []))
  return times.length > 0 ? new Date(Math.min(...times)) : undefined
}

const MAX_PENDING_READ = 200

/**
 * A group has changed: requests that wait for it and can no longer be approved go to the fallback approvers now,
 * where the policy says `fallback_when_empty`.
 */
export async function askWhenEmpty(world: World, group: GroupId): Promise<void> {
  const catalog = world.catalog()
  for (const request of await world.store.reads.pendingRequests(MAX_PENDING_READ)) {
    const { target, role } = request
    const concerned = policiesFor(catalog, target, role).some(
      (policy) => policy.fallback?.whenEmpty && groupsIn(approversNamed(policy)).includes(group),
    )
    if (request.widened || !concerned) continue
    const policy = policyFor(
      catalog,
      request,
      await world.directory.groups(groupsToAskWith(catalog, target, role)),
    )
    if (!policy?.fallback?.whenEmpty) continue
    const { fallbackActive: widened } = await planAsking(world, policy, ownersOf(request))
    if (widened) await askFallback(world, request.id, { early: true })
  }
}

/** Beyond so many approvers it is not asked where each of them is. */
const MAX_PEOPLE_CHECKED = 200

/**
 * Which of these people are in quiet hours now, and until when, by the database's clock and the time zone that Slack
 * has for each. Looks at the first `MAX_PEOPLE_CHECKED` only.
 */
export async function readQuietHours(
  world: World,
  policy: Pick<Policy, 'quietHours'> | undefined,
  people: readonly PersonId[],
): Promise<QuietUntil> {
  const hours = policy?.quietHours
  if (!hours || people.length === 0) return new Map()
  const now = await world.store.reads.now()
  const known = await Promise.all(
    people.slice(0, MAX_PEOPLE_CHECKED).map((id) => world.directory.personLately(id).catch(() => undefined)),
  )
  return new Map(
    known.flatMap((person) => {
      const end = person && endOfHours(hours, person.timezone, now)
      return person && end ? [[person.id, end] as const] : []
    }),
  )
}
