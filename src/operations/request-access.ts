import type { Catalog } from '../core/catalog.ts'
import type { JsonObject } from '../core/connector.ts'
import { DURATION_HELP, parseDuration } from '../core/duration.ts'
import { type Grant, grantName } from '../core/grant.ts'
import { channelLane, type Lane } from '../core/notice.ts'
import { groupsIn, type PersonId } from '../core/person.ts'
import { type Allowed, type Ask, groupsToAskWith, rehearse } from '../core/policy.ts'
import type { Tx, World } from '../core/ports.ts'
import { cleanText } from '../core/reason.ts'
import { isAttempt, isRefused, type Refused, refuse } from '../core/refusal.ts'
import { type Request, requestName } from '../core/request.ts'
import { approvalsNeeded } from '../core/stages.ts'
import { tellHomes } from './tell-homes.ts'

/** One person can have this many open questions at a time; more would only drown the approvers. */
const MAX_PENDING = 10

export type Asking = {
  readonly by: PersonId
  readonly target: string
  readonly role: string
  /** As typed (`30m`); undefined takes the policy's default. */
  readonly duration: string | undefined
  readonly reason: string
  /** One's own live grant of the same, when it is to go on. */
  readonly prolongs?: Pick<Grant, 'id' | 'number'>
}

/** What would happen: the same answer as {@link requestAccess} gives, and nothing is written. */
export async function rehearseAccess(world: World, asking: Asking): Promise<Allowed | Refused> {
  const ask = readAsk(asking)
  if (isRefused(ask)) return ask
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(asking.by),
    world.directory.groups(groupsOf(world, ask)),
  ])
  const answer = rehearse(catalog, ask, person, groups)
  if (!isRefused(answer) || answer.refused.code !== 'not-allowed') return answer
  // What this person may have instead is said too, and the groups of the other roles are needed for that.
  return rehearse(catalog, ask, person, await world.directory.groups(everyGroup(catalog)))
}

/** Opens a request, or refuses it with an event. The card, the feed and Home follow through the outbox. */
export async function requestAccess(
  world: World,
  asking: Asking,
): Promise<{ readonly request: Request; readonly allowed: Allowed } | Refused> {
  const reason = cleanText(asking.reason)
  const allowed = await rehearseAccess(world, asking)
  if (isRefused(allowed)) return recordRefusal(world, asking, allowed)
  const catalog = world.catalog()
  const { policy, target, role, duration } = allowed
  const cards: readonly Lane[] = [channelLane(target.channel)]
  const opened = await world.store.transaction(async (tx) => {
    if ((await tx.requests.pendingOf(asking.by)) >= MAX_PENDING)
      return refuse(
        'too-many-pending',
        `You have ${MAX_PENDING} requests waiting already; withdraw one first.`,
      )
    const request = await tx.requests.open(
      {
        requester: asking.by,
        target: target.id,
        role: role.id,
        duration,
        reason,
        policyName: policy.name,
        policyHash: catalog.hash,
        lapseAfter: policy.lapseAfter,
        remindAfter: policy.remindAfter,
        fallbackAfter: policy.fallback?.after,
        prolongs: asking.prolongs?.id,
      },
      cards,
    )
    if (!request)
      return refuse(
        'already-pending',
        `You have asked for ${role.id} on ${target.id} already, and it waits for an answer.`,
      )
    tx.append({
      type: 'request.created',
      actor: { kind: 'person', id: asking.by },
      subject: asking.by,
      target: target.id,
      role: role.id,
      request: requestName(request.number),
      ...(asking.prolongs ? { grant: grantName(asking.prolongs.number) } : {}),
      policy: catalog.hash,
      detail: {
        rule: policy.name,
        duration_s: duration,
        approvals_needed: approvalsNeeded(policy.approve.stages),
      },
      private: { reason },
    })
    for (const lane of cards) tx.tell({ lane, notice: { kind: 'card', request: request.id } })
    tx.tell({
      lane: channelLane(catalog.securityChannel),
      notice: { kind: 'feed', what: 'asked', request: request.id },
    })
    await tellHomes(tx, asking.by)
    return { request, allowed }
  })
  if (isRefused(opened)) return recordRefusal(world, asking, opened)
  world.nudge.outbox()
  return opened
}

/** What was typed, with the duration in seconds. */
export function readAsk(asking: Asking): Ask | Refused {
  const reason = cleanText(asking.reason)
  if (asking.duration === undefined)
    return { target: asking.target, role: asking.role, duration: undefined, reason }
  const duration = parseDuration(asking.duration)
  if (duration === undefined)
    return refuse(
      'bad-duration',
      `“${cleanText(asking.duration)}” is not a duration: ${DURATION_HELP}.`,
      'duration',
    )
  return { target: asking.target, role: asking.role, duration, reason }
}

/** A mistyped target is answered with a name from the person's own list, so every group that gives one is needed. */
function groupsOf(world: World, ask: Ask): string[] {
  const catalog = world.catalog()
  const named = groupsToAskWith(catalog, ask.target, ask.role)
  if (named.length > 0) return named
  return everyGroup(catalog)
}

function everyGroup(catalog: Catalog): string[] {
  return [...new Set(catalog.policies.flatMap((policy) => groupsIn(policy.request)))]
}

export async function recordRefusal(
  world: World,
  asking: Asking,
  answer: Refused,
  detail?: JsonObject,
): Promise<Refused> {
  const catalog = world.catalog()
  const known = catalog.targets.find((target) => target.id === asking.target)
  const role = known?.roles.find((one) => one.id === asking.role)
  await world.store.transaction(async (tx: Tx) => {
    tx.append({
      type: 'request.refused',
      actor: { kind: 'person', id: asking.by },
      subject: asking.by,
      // Names that exist are facts; anything else is what somebody typed, and goes into the erasable part.
      ...(known ? { target: known.id } : {}),
      ...(role ? { role: role.id } : {}),
      policy: catalog.hash,
      outcome: answer.refused.code,
      ...(detail ? { detail } : {}),
      private: {
        reason: cleanText(asking.reason),
        ...(known && role ? {} : { typed: cleanText(`${asking.target} ${asking.role}`) }),
      },
    })
    if (isAttempt(answer.refused.code))
      tx.tell({
        lane: channelLane(catalog.securityChannel),
        notice: {
          kind: 'refused',
          person: asking.by,
          code: answer.refused.code,
          target: known?.id ?? '',
          role: role?.id ?? '',
        },
      })
  })
  world.nudge.outbox()
  return answer
}
