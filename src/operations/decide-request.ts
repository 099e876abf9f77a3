import { decide, groupsToDecide, type Outcome } from '../core/approval.ts'
import { findRole } from '../core/catalog.ts'
import { grantName } from '../core/grant.ts'
import { canRequest } from '../core/lifecycle.ts'
import { channelLane, personLane } from '../core/notice.ts'
import type { Groups, Person, PersonId } from '../core/person.ts'
import type { Tx, World } from '../core/ports.ts'
import { cleanText } from '../core/reason.ts'
import { isAttempt, isRefused, type Refused, refuse } from '../core/refusal.ts'
import { ownersOf, type Request, type RequestId, requestName, type Verdict } from '../core/request.ts'
import { PROVISION_WITHIN } from '../core/retry.ts'
import {
  type ApprovalStage,
  approvalsNeeded,
  type FilledStage,
  stillMissing,
  writeFilled,
} from '../core/stages.ts'
import { tellHomes } from './tell-homes.ts'

export type Deciding = {
  readonly request: RequestId
  readonly by: PersonId
  readonly verdict: Verdict
  /** Reaches the requester when the answer is no. */
  readonly note: string
}

export type Decided = {
  readonly outcome: Outcome['outcome']
  readonly request: Request
  /** What it still needs after a yes, stage by stage. */
  readonly missing: readonly ApprovalStage[]
  /** It matters from whom the yeses come. */
  readonly staged: boolean
}

/**
 * One approver's yes or no. Policy, people and groups are asked anew for this click; the request's row is locked
 * while core judges, so that of two approvers in the same instant exactly one completes it and the other is told.
 */
export async function decideRequest(world: World, deciding: Deciding): Promise<Decided | Refused> {
  const seen = await world.store.reads.request(deciding.request)
  if (!seen) return refuse('unknown-request', 'There is no such request.')
  const catalog = world.catalog()
  const [approver, requester, groups] = await Promise.all([
    world.directory.person(deciding.by),
    world.directory.person(seen.requester),
    world.directory.groups(groupsToDecide(catalog, seen)),
  ])
  let grant: string | undefined
  const result = await world.store.transaction(async (tx): Promise<Decided | Refused> => {
    grant = undefined
    const request = await tx.requests.lock(deciding.request)
    if (!request) return refuse('unknown-request', 'There is no such request.')
    const verdict = judge(world, request, requester, approver, deciding, groups)
    if (isRefused(verdict)) return recordRefusal(world, tx, request, deciding, verdict)
    const note = cleanText(deciding.note)
    const outcome = verdict.outcome
    if (outcome !== 'counted') {
      const closed = await tx.requests.close(request, outcome, deciding.by)
      if (!closed) return recordRefusal(world, tx, request, deciding, lapsed(request))
    }
    record(world, tx, request, deciding, verdict, note)
    // The request is closed and ours: what follows from it is written in one go.
    const [opened] = await Promise.all([
      outcome === 'approved' ? openGrant(world, tx, request, requester, deciding.by) : undefined,
      tx.requests.decide(request.id, {
        approver: deciding.by,
        verdict: deciding.verdict,
        self: verdict.self,
        note,
      }),
      tell(world, tx, request, outcome),
    ])
    grant = opened
    const missing = verdict.outcome === 'counted' ? stillMissing(verdict.stages) : []
    return { outcome, request, missing, staged: verdict.policy.approve.stages.length > 1 }
  })
  // Access first: what there is to tell follows when it is given, and with the next second at the latest.
  if (grant) world.nudge.grant(grant)
  else world.nudge.outbox()
  return result
}

function judge(
  world: World,
  request: Request,
  requester: Person,
  approver: Person,
  deciding: Deciding,
  groups: Groups,
): Outcome | Refused {
  if (!canRequest(deciding.verdict, request.state)) return closedAlready(request)
  return decide(world.catalog(), request, requester, approver, deciding.verdict, groups)
}

export function closedAlready(request: Request): Refused {
  const who = request.closedBy ? ` by <@${request.closedBy}>` : ''
  return refuse(
    'already-closed',
    `${requestName(request.number)} was already ${request.state}${who}; nothing was changed.`,
  )
}

function lapsed(request: Request): Refused {
  return refuse(
    'already-closed',
    `${requestName(request.number)} lapsed because nobody answered in time; nothing was changed.`,
  )
}

function facts(world: World, request: Request, by: PersonId) {
  return {
    actor: { kind: 'person', id: by },
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: world.catalog().hash,
  } as const
}

function record(
  world: World,
  tx: Tx,
  request: Request,
  deciding: Deciding,
  verdict: Outcome,
  note: string,
): void {
  const about = facts(world, request, deciding.by)
  tx.append({
    ...about,
    type: 'decision.recorded',
    outcome: deciding.verdict,
    detail: {
      self: verdict.self,
      rule: verdict.policy.name,
      ...(verdict.fallback ? { via: 'fallback' } : {}),
    },
    ...(note ? { private: { note } } : {}),
  })
  if (verdict.outcome === 'approved') {
    const by = approversIn(request, deciding.by, verdict.stages)
    tx.append({
      ...about,
      type: 'request.approved',
      detail: {
        approvers: by,
        needed: approvalsNeeded(verdict.stages),
        stages: verdict.stages.map(writeFilled),
        self_approved: by.some((one) => ownersOf(request).includes(one)),
      },
    })
  }
  if (verdict.outcome === 'denied')
    tx.append({ ...about, type: 'request.denied', ...(note ? { private: { note } } : {}) })
}

/** Those whose yes fills a stage, in the order they gave it. */
function approversIn(request: Request, last: PersonId, stages: readonly FilledStage[]): PersonId[] {
  const came = [...request.decisions.map((one) => one.approver), last]
  return came.filter((one) => stages.some((stage) => stage.by.includes(one)))
}

/** Intent first: what will be true, until when at the latest, and all that is needed to undo it, before any call. */
export async function openGrant(
  world: World,
  tx: Tx,
  request: Request,
  requester: Person,
  by: PersonId,
): Promise<string> {
  const catalog = world.catalog()
  const role = findRole(catalog, request.target, request.role)
  if (!role) throw new Error(`${request.role} on ${request.target} vanished between judgement and grant`)
  const grant = await tx.grants.open({
    requestId: request.id,
    person: request.requester,
    target: request.target,
    role: request.role,
    entitlement: role.settings,
    subject: {
      person: requester.id,
      name: requester.name,
      ...(requester.email ? { email: requester.email } : {}),
    },
    duration: request.duration,
    policyHash: catalog.hash,
    provisionWithin: PROVISION_WITHIN,
    prolongs: request.prolongs,
  })
  tx.append({
    ...facts(world, request, by),
    type: 'grant.provisioning',
    grant: grantName(grant.number),
    detail: { duration_s: grant.duration, not_after: grant.notAfter.toISOString() },
  })
  return grant.id
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

async function recordRefusal(
  world: World,
  tx: Tx,
  request: Request,
  deciding: Deciding,
  answer: Refused,
): Promise<Refused> {
  tx.append({
    ...facts(world, request, deciding.by),
    type: 'decision.refused',
    outcome: answer.refused.code,
    detail: { verdict: deciding.verdict },
  })
  // A late click is drawn right again; a click without the right to it is for security to know.
  for (const lane of await tx.requests.cards(request.id))
    tx.tell({ lane, notice: { kind: 'card', request: request.id } })
  if (isAttempt(answer.refused.code))
    tx.tell({
      lane: channelLane(world.catalog().securityChannel),
      notice: {
        kind: 'refused',
        person: deciding.by,
        code: answer.refused.code,
        target: request.target,
        role: request.role,
        request: request.id,
      },
    })
  return answer
}
