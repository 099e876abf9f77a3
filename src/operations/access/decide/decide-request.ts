import { decide, groupsToDecide, type Outcome } from '../../../core/access/approval.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import { cleanText } from '../../../core/access/reason.ts'
import {
  type Limit,
  ownersOf,
  type Request,
  type RequestId,
  requestName,
  type Terms,
  termsOf,
  type Verdict,
} from '../../../core/access/request.ts'
import {
  type ApprovalStage,
  approvalsNeeded,
  type FilledStage,
  nameOfStage,
  stillMissing,
  writeFilled,
} from '../../../core/access/stages.ts'
import type { JsonObject } from '../../../core/connector.ts'
import { channelLane, personLane } from '../../../core/notice.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { type Attempt, attemptOn, type RefusedError, refusal, unlessRefused } from '../../refusals.ts'
import { tellHomes } from '../../tell-homes.ts'
import type { World } from '../../world.ts'
import { aboutRequest, openGrant } from '../grant/open-grant.ts'

export type Deciding = {
  readonly request: RequestId
  readonly by: PersonId
  readonly verdict: Verdict
  /** Reaches the requester when the answer is no. */
  readonly note: string
  /** What a yes allows of what was asked; all of it without. */
  readonly limit?: Limit
}

export type Decided = {
  readonly outcome: Outcome['outcome']
  readonly request: Request
  /** What it still needs after a yes, stage by stage. */
  readonly missing: readonly ApprovalStage[]
  /** It matters from whom the yeses come. */
  readonly staged: boolean
  /** What comes of a yes, by the limits of all who approved. */
  readonly terms: Terms
}

/**
 * One approver's yes or no. Policy, people and groups are asked anew for this click; the request's row is locked
 * while core judges, so that of two approvers in the same instant exactly one completes it and the other is told.
 */
export async function decideRequest(world: World, deciding: Deciding): Promise<Decided> {
  const seen = await world.store.reads.request(deciding.request)
  if (!seen) throw refusal('unknown-request', 'There is no such request.')
  const catalog = world.catalog()
  const limit = changesIn(seen, deciding.verdict === 'approve' ? deciding.limit : undefined)
  const [approver, requester, groups, now] = await Promise.all([
    world.directory.person(deciding.by),
    world.directory.person(seen.requester),
    world.directory.groups(groupsToDecide(catalog, seen)),
    limit.startsAt && world.store.reads.now(),
  ])
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(deciding.request)
    if (!request) throw refusal('unknown-request', 'There is no such request.')
    // A late click is drawn right again; a click without the right to it is for security to know.
    const attempt = { ...attemptOn(deciding.by, deciding.verdict, request), redraw: request.id }
    if (!canRequest(deciding.verdict, request.state)) throw closedAlready(request, attempt)
    const verdict = unlessRefused(
      decide(catalog, request, requester, approver, deciding.verdict, groups, { ...limit, now }),
      attempt,
    )
    const note = cleanText(deciding.note)
    const outcome = verdict.outcome
    if (outcome !== 'counted') {
      const closed = await tx.requests.close(request, outcome, deciding.by)
      if (!closed) throw lapsed(request, attempt)
    }
    record(world, tx, request, { ...deciding, limit, note }, verdict)
    const terms = 'terms' in verdict ? verdict.terms : termsOf(request, [])
    // The request is closed and ours: what follows from it is written in one go.
    const [opened] = await Promise.all([
      outcome === 'approved' ? openGrant(world, tx, request, requester, deciding.by, terms) : undefined,
      tx.requests.decide(request.id, {
        approver: deciding.by,
        verdict: deciding.verdict,
        self: verdict.self,
        note,
        ...limit,
      }),
      tell(world, tx, request, outcome),
    ])
    const missing = verdict.outcome === 'counted' ? stillMissing(verdict.stages) : []
    return {
      outcome,
      request,
      missing,
      staged: verdict.policy.approve.stages.length > 1,
      terms: opened ?? terms,
    }
  })
}

/** A limit that says what was asked anyway changes nothing. */
function changesIn(request: Request, { duration, startsAt }: Limit = {}): Limit {
  return {
    ...(duration === undefined || duration === request.duration ? {} : { duration }),
    ...(startsAt === undefined || inSeconds(startsAt) === inSeconds(request.startsAt) ? {} : { startsAt }),
  }
}

export function closedAlready(request: Request, attempt?: Attempt): RefusedError {
  const who = request.closedBy ? ` by <@${request.closedBy}>` : ''
  return refusal(
    'already-closed',
    `${requestName(request.number)} was already ${request.state}${who}; nothing was changed.`,
    attempt ? { attempt } : {},
  )
}

function lapsed(request: Request, attempt: Attempt): RefusedError {
  return refusal(
    'already-closed',
    `${requestName(request.number)} lapsed because nobody answered in time; nothing was changed.`,
    { attempt },
  )
}

/** What Slack's picker knows of a moment. */
function inSeconds(moment: Date | undefined): number | undefined {
  return moment && Math.floor(moment.getTime() / 1000)
}

function record(
  world: World,
  tx: Tx,
  request: Request,
  { limit = {}, note, ...deciding }: Deciding,
  verdict: Outcome,
): void {
  const about = aboutRequest(world, request, deciding.by)
  tx.append({
    ...about,
    type: 'decision.recorded',
    outcome: deciding.verdict,
    detail: {
      self: verdict.self,
      rule: verdict.policy.name,
      ...entitlementIn(verdict),
      ...termsIn(limit),
    },
    ...(note ? { private: { note } } : {}),
  })
  if (verdict.outcome === 'approved') recordApproval(world, tx, request, deciding.by, verdict)
  if (verdict.outcome === 'denied')
    tx.append({ ...about, type: 'request.denied', ...(note ? { private: { note } } : {}) })
}

/** By what right, and for which stage: who is in a group tomorrow says nothing of who was when it was decided. */
export function entitlementIn(verdict: Outcome): JsonObject {
  return {
    through: [...verdict.through],
    ...(verdict.fallback ? { via: 'fallback' } : {}),
    ...('stage' in verdict ? { stage: nameOfStage(verdict.stage) } : {}),
  }
}

function termsIn({ duration, startsAt }: Limit): JsonObject {
  return {
    ...(duration === undefined ? {} : { duration_s: duration }),
    ...(startsAt ? { starts_at: startsAt.toISOString() } : {}),
  }
}

/** Those whose yes fills a stage, in the order they gave it. */
function approversIn(request: Request, last: PersonId, stages: readonly FilledStage[]): PersonId[] {
  const came = [...request.decisions.map((one) => one.approver), last]
  return came.filter((one) => stages.some((stage) => stage.by.includes(one)))
}

/** It is enough, with the last one's yes. */
export function recordApproval(
  world: World,
  tx: Tx,
  request: Request,
  last: PersonId,
  { stages, terms }: Extract<Outcome, { outcome: 'counted' | 'approved' }>,
): void {
  const by = approversIn(request, last, stages)
  tx.append({
    ...aboutRequest(world, request, last),
    type: 'request.approved',
    detail: {
      approvers: by,
      needed: approvalsNeeded(stages),
      stages: stages.map(writeFilled),
      self_approved: by.some((one) => ownersOf(request).includes(one)),
      ...termsIn(terms),
    },
  })
}

async function tell(world: World, tx: Tx, request: Request, outcome: Outcome['outcome']): Promise<void> {
  const [cards] = await Promise.all([tx.requests.cards(request.id), tellHomes(tx, ...ownersOf(request))])
  for (const lane of cards) tx.tell({ lane, notice: { kind: 'card', request: request.id } })
  tx.tell({
    lane: personLane(request.requester),
    notice: { kind: 'told', step: outcome, request: request.id },
  })
  if (request.askedBy !== undefined && outcome !== 'counted')
    tx.tell({
      lane: personLane(request.askedBy),
      notice: { kind: 'told', step: 'for-other', request: request.id },
    })
  tx.tell({
    lane: channelLane(world.catalog().securityChannel),
    notice: { kind: 'feed', what: 'decided', request: request.id },
  })
}
