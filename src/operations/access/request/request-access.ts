import { parseDuration } from '../../../core/access/duration.ts'
import type { Grant } from '../../../core/access/grant.ts'
import {
  type Allowed,
  type Ask,
  groupsThatAsk,
  groupsToAskWith,
  refuseStart,
  rehearse,
} from '../../../core/access/policy.ts'
import { cleanText, cleanTexts, type RequestTexts } from '../../../core/access/reason.ts'
import type { Request } from '../../../core/access/request.ts'
import { type ApprovalStage, type Catalog, findTarget } from '../../../core/catalog.ts'
import type { RequestId } from '../../../core/ids.ts'
import { requestCreated } from '../../../core/log/request-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../../core/refusal.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { notify } from '../../record.ts'
import { type Attempt, RefusedError, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import {
  applyEarlierApprovals,
  type EarlierApprovals,
  readEarlierApprovals,
} from '../decide/earlier-approvals.ts'
import { type AskingPlan, lanesOf, planAsking, sendCardsDirectly, together } from './ask-approvers.ts'

/** One person can have this many open questions at a time; more would only drown the approvers. */
const MAX_PENDING = 10
/** Roles of one target in one request: what still can be read as one question. */
export const MAX_ROLES_TOGETHER = 5

export type Asking = RequestTexts & {
  readonly by: PersonId
  readonly target: string
  readonly role: string
  /** As typed (`30m`); undefined takes the policy's default. */
  readonly duration: string | undefined
  /** As typed into its own field; without it the first word of the reason that is one. */
  readonly ticket?: string | undefined
  /** Whose access it is to be, when that is somebody else. */
  readonly receiver?: PersonId | undefined
  /** Wanted from then on; undefined for as soon as it is approved. */
  readonly startsAt?: Date | undefined
  /** One's own live grant of the same, when it is to go on, and the ticket that was named for it. */
  readonly extendedGrant?: Pick<Grant, 'id' | 'number'>
  readonly earlierTicket?: string | undefined
}

export type Asked = {
  /** As it is now: approved already by a rule or by pre-approvals. */
  readonly request: Request
  readonly allowed: Allowed
  /** What it still needs beside a pre-approval. */
  readonly missing?: readonly ApprovalStage[] | undefined
}

/** What would happen: the same answer as {@link requestAccess} gives, and nothing is written. */
async function rehearseAccess(world: World, asking: Asking): Promise<Allowed | Refused> {
  const ask = readAsk(asking)
  if (isRefused(ask)) return ask
  const catalog = world.catalog()
  const receiver = receiverOf(asking)
  const [person, other, groups] = await Promise.all([
    world.directory.person(asking.by),
    receiver === undefined ? undefined : world.directory.person(receiver),
    world.directory.groups(groupsOf(catalog, ask)),
  ])
  const answer = rehearse(catalog, ask, person, groups, other)
  if (!isRefused(answer)) return (await refuseItsStart(world, asking, answer)) ?? answer
  if (answer.refused.code !== 'not-allowed') return answer
  // What this person may have instead is said too, and the groups of the other roles are needed for that.
  const everyGroup = await world.directory.groups(groupsThatAsk(catalog.policies))
  return rehearse(catalog, ask, person, everyGroup, other)
}

async function refuseItsStart(
  world: World,
  { startsAt, extendedGrant: prolongs }: Asking,
  { policy }: Allowed,
): Promise<Refused | undefined> {
  if (startsAt === undefined) return undefined
  if (prolongs) return refuse('start-of-extension')
  return refuseStart(startsAt, await world.store.reads.now(), policy)
}

/**
 * Opens a request. Refuses what core's `rehearse` refuses, a start that is not possible, a second request for the
 * same, and more than `MAX_PENDING` that wait; all are recorded.
 */
export async function requestAccess(world: World, asking: Asking): Promise<Asked> {
  const [only] = await requestTogether(world, asking, [asking.role])
  if (!only) throw new Error('a request that was not refused was not opened either')
  return only
}

/**
 * Several roles of one target in one go. Each is a request of its own, with its own rule, decisions and grant; they
 * share one card. All or nothing: when one is refused, none is opened.
 */
export async function requestTogether(
  world: World,
  asking: Asking,
  roles: readonly string[],
): Promise<readonly Asked[]> {
  const wanted = [...new Set(roles)].map((role) => ({ ...asking, role }))
  if (wanted.length > MAX_ROLES_TOGETHER) throw refusal('too-many-roles', { most: MAX_ROLES_TOGETHER })
  const ready: Ready[] = []
  for (const one of wanted) {
    const allowed = await rehearseAccess(world, one)
    if (isRefused(allowed)) throw notAll(world, one, wanted.length, allowed)
    const { policy, target, role } = allowed
    const about = { person: receiverOf(one) ?? one.by, target: target.id, role: role.id }
    const owners = [...new Set([about.person, one.by])]
    const [earlier, plan] = await Promise.all([
      readEarlierApprovals(world, about, policy),
      planAsking(world, policy, owners),
    ])
    ready.push({ allowed, earlier, plan })
  }
  return openAll(world, asking, ready)
}

/** What may be asked for, and what was decided about it before. */
type Ready = {
  readonly allowed: Allowed
  readonly earlier: EarlierApprovals | undefined
  readonly plan: AskingPlan
}

async function openAll(world: World, asking: Asking, ready: readonly Ready[]): Promise<readonly Asked[]> {
  return world.store.transaction(async (tx) => {
    if ((await tx.requests.pendingOf(asking.by)) + ready.length > MAX_PENDING)
      throw new RefusedError(tooMany(ready.length), attemptToAsk(world, asking))
    const opened: Asked[] = []
    for (const { allowed, earlier, plan } of ready) {
      const bundle = ready.length === 1 ? undefined : (opened[0]?.request.id ?? 'first')
      const request = await open(world, tx, asking, allowed, plan, bundle)
      if (!request) {
        const one = { ...asking, role: allowed.role.id }
        throw notAll(world, one, ready.length, alreadyAsked(one, allowed))
      }
      const approved = earlier && (await applyEarlierApprovals(world, tx, request, earlier))
      opened.push({ request, allowed, ...approved })
    }
    const requests = opened.map((one) => one.request)
    const [lead] = requests
    if (lead) await notify(world.catalog(), tx, 'request.created', { lead, requests })
    // Nobody is asked about what is approved already.
    if (requests.some((request) => request.state === 'pending'))
      await sendCardsDirectly(tx, requests, together(ready.map((one) => one.plan)))
    return opened
  })
}

async function open(
  world: World,
  tx: Tx,
  asking: Asking,
  { policy, target, role, duration, ticket, through, receiverThrough }: Allowed,
  plan: AskingPlan,
  bundle: RequestId | 'first' | undefined,
): Promise<Request | undefined> {
  const receiver = receiverOf(asking)
  const policyHash = world.catalog().hash
  const request = await tx.requests.open(
    {
      requester: receiver ?? asking.by,
      askedBy: receiver === undefined ? undefined : asking.by,
      target: target.id,
      role: role.id,
      duration,
      ...cleanTexts(asking),
      ticket,
      bundle,
      policyName: policy.name,
      policyHash,
      lapseAfter: policy.lapseAfter,
      remindAfter: policy.remindAfter,
      fallbackAfter: plan.fallbackActive ? undefined : policy.fallback?.after,
      widened: plan.fallbackActive,
      prolongs: asking.extendedGrant?.id,
      startsAt: asking.startsAt,
    },
    lanesOf(world.catalog(), target.channel, plan),
  )
  if (!request) return undefined
  const event = requestCreated(request, {
    through,
    receiverThrough,
    stages: policy.approve.stages,
    extendsGrant: asking.extendedGrant?.number,
    togetherWith: bundle && bundle !== 'first' ? await tx.requests.name(bundle) : undefined,
  })
  tx.append(event)
  return request
}

/** What was typed, with the duration in seconds. Refuses a duration that cannot be read. */
export function readAsk(asking: Asking): Ask | Refused {
  const { target, role, ticket, earlierTicket } = asking
  const ask = { target, role, ticket, earlierTicket, ...cleanTexts(asking) }
  if (asking.duration === undefined) return { ...ask, duration: undefined }
  const duration = parseDuration(asking.duration)
  if (duration === undefined) return refuse('not-a-duration', { typed: cleanText(asking.duration) })
  return { ...ask, duration }
}

/** Undefined when people name themselves. */
function receiverOf({ by, receiver }: Asking): PersonId | undefined {
  return receiver === by ? undefined : receiver
}

/** A mistyped target is answered with a name from the person's own list, so every group that gives one is needed. */
function groupsOf(catalog: Catalog, ask: Ask): string[] {
  const named = groupsToAskWith(catalog, ask.target, ask.role)
  return named.length > 0 ? named : groupsThatAsk(catalog.policies)
}

function alreadyAsked(asking: Asking, { role, target }: Allowed): Refused {
  return refuse('already-asked', { role: role.id, target: target.id, receiver: receiverOf(asking) })
}

function tooMany(wanted: number): Refused {
  return refuse('too-many-pending', { most: MAX_PENDING, wanted })
}

/** Which of several it was that could not be asked for. */
function notAll(world: World, asking: Asking, of: number, answer: Refused): RefusedError {
  const attempt = attemptToAsk(world, asking)
  if (of === 1) return new RefusedError(answer, attempt)
  return new RefusedError({ refused: { ...answer.refused, amid: { role: asking.role } } }, attempt)
}

/** The attempt to record when a request is refused. */
export function attemptToAsk(world: World, asking: Asking, detail?: Attempt['detail']): Attempt {
  const target = findTarget(world.catalog(), asking.target)
  const role = target?.roles.find((one) => one.id === asking.role)
  return {
    event: 'request.refused',
    by: asking.by,
    subject: asking.receiver ?? asking.by,
    // Names that exist are facts; anything else is what somebody typed, and goes into the erasable part.
    ...(target ? { target: target.id } : {}),
    ...(role ? { role: role.id } : {}),
    ...(detail ? { detail } : {}),
    private: {
      ...cleanTexts(asking),
      // One that was refused is whatever somebody typed.
      ...(asking.ticket ? { ticket: cleanText(asking.ticket) } : {}),
      ...(target && role ? {} : { typed: cleanText(`${asking.target} ${asking.role}`) }),
    },
  }
}
