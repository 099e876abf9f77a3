/** Events about access without a grant: who has it, and who used it. */
import { grantName } from '../access/grant.ts'
import type { Unmatched } from '../activity/activity.ts'
import type { PersonId } from '../people/person.ts'
import type { Standing } from '../standing/standing.ts'
import { type Acting, type Actor, actorOf, type EventOf } from './audit-event.ts'

/** The part of elevate that reads who has access on a target. */
const STANDING: Actor = { kind: 'system', id: 'standing' }

function aboutStanding({ target, role, account }: Standing, { by, policy }: Acting) {
  return { actor: actorOf(by), target, role, account, policy }
}

export function standingFound(one: Standing, policy: string): EventOf<'standing_access.found'> {
  return {
    ...aboutStanding(one, { by: STANDING, policy }),
    type: 'standing_access.found',
    outcome: one.acceptedUntil ? 'no-longer-accepted' : undefined,
    detail: { via: one.via, how: one.how, leftover: one.leftover || undefined },
  }
}

export function standingAccepted(
  one: Standing,
  acting: Acting,
  { until, reason }: { readonly until: Date | undefined; readonly reason: string },
): EventOf<'standing_access.accepted'> {
  return {
    ...aboutStanding(one, acting),
    type: 'standing_access.accepted',
    detail: until && { until: until.toISOString() },
    private: { reason },
  }
}

export function standingAsked(one: Standing, acting: Acting): EventOf<'standing_access.asked'> {
  return { ...aboutStanding(one, acting), type: 'standing_access.asked' }
}

/** `sessionsEnded` is unknown where the target was only seen without it afterwards. */
export function standingRemoved(
  one: Standing,
  acting: Acting & { readonly by: PersonId },
  sessionsEnded?: number,
): EventOf<'standing_access.removed'> {
  return {
    ...aboutStanding(one, acting),
    type: 'standing_access.removed',
    detail: sessionsEnded === undefined ? undefined : { sessions_ended: sessionsEnded },
  }
}

export function standingGone(one: Standing, policy: string): EventOf<'standing_access.gone'> {
  return { ...aboutStanding(one, { by: STANDING, policy }), type: 'standing_access.gone' }
}

/** `source` reported what an account without a grant did. */
export function activityUnmatched(
  { target, account, after, count, first, last }: Unmatched,
  source: string,
): EventOf<'activity.unmatched'> {
  return {
    type: 'activity.unmatched',
    actor: { kind: 'system', id: `source ${source}` },
    subject: after?.person,
    grant: after && grantName(after.number),
    target,
    account,
    outcome: after ? 'after-grant' : 'no-grant',
    detail: { source, count, first: first.toISOString(), last: last.toISOString() },
  }
}
