/** Events about requests: asked, decided, withdrawn, and pre-approvals that decide some of them. */
import type { Outcome } from '../access/approval.ts'
import { grantName } from '../access/grant.ts'
import { type PreApproval, preApprovalName } from '../access/pre-approval.ts'
import { cleanTexts } from '../access/reason.ts'
import {
  askerOf,
  type Limit,
  ownersOf,
  type Request,
  requestName,
  type Terms,
  type Verdict,
} from '../access/request.ts'
import { approvalsNeeded, type FilledStage, nameOfStage, writeFilled, writeStage } from '../access/stages.ts'
import type { ApprovalStage } from '../catalog.ts'
import type { QuestionId } from '../ids.ts'
import type { PersonId } from '../people/person.ts'
import type { RefusalCode } from '../refusal.ts'
import { type Acting, type Actor, type AuditEvent, actorOf, type EventOf } from './audit-event.ts'

type Named = Pick<Request, 'number' | 'requester' | 'target' | 'role'>

/** The part of elevate that applies the configuration's rules. */
export const POLICY: Actor = { kind: 'system', id: 'policy' }

/** What every event about a request says of it. */
export function aboutRequest({ number, requester, target, role }: Named, { by, policy }: Acting) {
  return { actor: actorOf(by), subject: requester, target, role, request: requestName(number), policy }
}

/** `through` and `receiverThrough`: what the policy says of the asker and of the receiver (groups, own id, `everyone`). */
export function requestCreated(
  request: Request,
  {
    through,
    receiverThrough,
    stages,
    extendsGrant,
    togetherWith,
  }: {
    readonly through: readonly string[]
    readonly receiverThrough?: readonly string[] | undefined
    /** Who has to approve; undefined for break-glass, where nobody has. */
    readonly stages: readonly ApprovalStage[] | undefined
    /** The number of the grant that this request extends. */
    readonly extendsGrant?: number | undefined
    /** `R-12`: the first of the requests that were made together. */
    readonly togetherWith?: string | undefined
  },
): EventOf<'request.created'> {
  return {
    ...aboutRequest(request, { by: askerOf(request), policy: request.policyHash }),
    type: 'request.created',
    grant: extendsGrant === undefined ? undefined : grantName(extendsGrant),
    detail: {
      rule: request.policyName,
      through,
      receiver_through: receiverThrough,
      duration_s: request.duration,
      approvals_needed: stages ? approvalsNeeded(stages) : 0,
      stages: stages?.map(writeStage),
      starts_at: request.startsAt?.toISOString(),
      ticket: request.ticket,
      together_with: togetherWith,
      kind: stages ? undefined : 'break-glass',
    },
    private: cleanTexts(request),
  }
}

/** The receiver's answer to what somebody else asked for them. */
export function offerAnswered(
  request: Request,
  acting: Acting,
  answer: 'accept' | 'decline',
): EventOf<'request.accepted' | 'request.declined'> {
  return {
    ...aboutRequest(request, acting),
    type: answer === 'accept' ? 'request.accepted' : 'request.declined',
    detail: { asked_by: askerOf(request) },
  }
}

export function decisionRecorded(
  request: Named,
  acting: Acting,
  {
    verdict,
    outcome,
    limit = {},
    note,
    preApproval,
  }: {
    readonly verdict: Verdict
    /** By what right it counts, and for which stage: group members change, so it is written down. */
    readonly outcome: Outcome
    readonly limit?: Limit
    readonly note?: string
    readonly preApproval?: PreApproval
  },
): EventOf<'decision.recorded'> {
  return {
    ...aboutRequest(request, acting),
    type: 'decision.recorded',
    outcome: verdict,
    detail: {
      self: outcome.self,
      rule: outcome.policy.name,
      through: outcome.through,
      via: outcome.fallback ? 'fallback' : undefined,
      stage: 'stage' in outcome ? nameOfStage(outcome.stage) : undefined,
      pre_approval: preApproval && preApprovalName(preApproval.number),
      ...termsIn(limit),
    },
    private: { note: note || undefined },
  }
}

function termsIn({ duration, startsAt }: Limit) {
  return { duration_s: duration, starts_at: startsAt?.toISOString() }
}

/** With `last`'s approval there are enough. */
export function requestApproved(
  request: Request,
  { by: last, policy }: { readonly by: PersonId; readonly policy: string },
  { stages, terms }: { readonly stages: readonly FilledStage[]; readonly terms: Terms },
): EventOf<'request.approved'> {
  const inOrder = [...request.decisions.map((one) => one.approver), last]
  const approvers = inOrder.filter((one) => stages.some((stage) => stage.by.includes(one)))
  return {
    ...aboutRequest(request, { by: last, policy }),
    type: 'request.approved',
    detail: {
      approvers,
      needed: approvalsNeeded(stages),
      stages: stages.map(writeFilled),
      self_approved: approvers.some((one) => ownersOf(request).includes(one)),
      ...termsIn(terms),
    },
  }
}

/** Approved by a rule of the configuration, by nobody else. */
export function requestApprovedByRule(
  request: Named,
  policy: string,
  rule: {
    readonly policyName: string
    readonly name: string
    readonly through: readonly string[] | undefined
  },
): EventOf<'request.approved'> {
  return {
    ...aboutRequest(request, { by: POLICY, policy }),
    type: 'request.approved',
    outcome: 'rule',
    detail: {
      rule: rule.policyName,
      auto_rule: rule.name,
      through: rule.through,
      approvers: [],
      needed: 0,
      self_approved: false,
    },
  }
}

export function requestDenied(request: Named, acting: Acting, note: string): EventOf<'request.denied'> {
  return {
    ...aboutRequest(request, acting),
    type: 'request.denied',
    private: { note: note || undefined },
  }
}

/** `outcome` says why where it was not withdrawn by its asker. */
export function requestWithdrawn(
  request: Named,
  acting: Acting,
  outcome: 'ended-by-security' | 'requester-gone' | undefined,
): EventOf<'request.withdrawn'> {
  return { ...aboutRequest(request, acting), type: 'request.withdrawn', outcome }
}

export function requestExpired(request: Request, policy: string): EventOf<'request.lapsed'> {
  return {
    ...aboutRequest(request, { by: { kind: 'system', id: 'sweeper' }, policy }),
    type: 'request.lapsed',
    detail: { approvals: request.decisions.filter((one) => one.verdict === 'approve').length },
  }
}

/** What somebody tried: to decide on or to act on what is not theirs, or to ask for what they cannot have. */
export type Attempted = Pick<AuditEvent, 'subject' | 'target' | 'role' | 'request' | 'grant'> & {
  /** Without, `decision.refused`. */
  readonly event?: 'request.refused' | 'decision.refused'
  /** `verdict` is what was tried: `approve`, `end`, `show`, `accept`. */
  readonly detail?: { readonly verdict: string } | { readonly kind: 'break-glass' }
  /** `typed`: target and role, where one of them does not exist. Names that exist are facts. */
  readonly private?: { readonly reason: string; readonly ticket?: string; readonly typed?: string }
}

export function attemptRefused(
  { event = 'decision.refused', ...attempted }: Attempted,
  { by, policy }: Acting,
  outcome: RefusalCode,
): EventOf<'request.refused' | 'decision.refused'> {
  return { ...attempted, type: event, actor: actorOf(by), policy, outcome }
}

export function questionAsked(
  request: Named,
  acting: Acting,
  id: QuestionId,
  question: string,
): EventOf<'question.asked'> {
  return {
    ...aboutRequest(request, acting),
    type: 'question.asked',
    detail: { question: id },
    private: { question },
  }
}

export function questionAnswered(
  request: Named,
  acting: Acting,
  id: QuestionId,
  answer: string,
): EventOf<'question.answered'> {
  return {
    ...aboutRequest(request, acting),
    type: 'question.answered',
    detail: { question: id },
    private: { answer },
  }
}
