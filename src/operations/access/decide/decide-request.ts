import { decide, groupsToDecide, type Outcome } from '../../../core/access/approval.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import { cleanText } from '../../../core/access/reason.ts'
import {
  type Limit,
  type Request,
  requestName,
  type Terms,
  termsOf,
  type Verdict,
} from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { ApprovalStage } from '../../../core/catalog.ts'
import type { RequestId } from '../../../core/ids.ts'
import { decisionRecorded, requestApproved, requestDenied } from '../../../core/log/request-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { isRefused, type Refused } from '../../../core/refusal.ts'
import { notify } from '../../record.ts'
import {
  type Attempt,
  answerOf,
  attemptOn,
  type RefusedError,
  refusal,
  unlessRefused,
} from '../../refusals.ts'
import type { World } from '../../world.ts'
import { openGrant } from '../grant/open-grant.ts'

type Deciding = {
  readonly request: RequestId
  readonly by: PersonId
  readonly verdict: Verdict
  /** Reaches the requester when the answer is no. */
  readonly note: string
  /** What an approval allows of what was asked; all of it when left out. */
  readonly limit?: Limit
}

export type Decided = {
  readonly outcome: Outcome['outcome']
  readonly request: Request
  /** What it still needs after an approval, stage by stage. */
  readonly missing: readonly ApprovalStage[]
  /** It matters whose approvals they are. */
  readonly staged: boolean
  /** Duration and start of the grant, by the limits of all who approved. */
  readonly terms: Terms
}

/** Of the events of a decision, the one that people are notified of. */
const HAPPENED = {
  counted: 'decision.recorded',
  approved: 'request.approved',
  denied: 'request.denied',
} as const

/**
 * One approver's approval or denial. Asks Slack for people and groups again, and locks the request's row while core
 * judges, so that of two approvers in the same instant exactly one completes it. Refuses what core's `decide`
 * refuses, and a request that is closed or has expired; both are recorded.
 */
export async function decideRequest(world: World, deciding: Deciding): Promise<Decided> {
  const seen = await world.store.reads.request(deciding.request)
  if (!seen) throw refusal('no-such-request')
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
    if (!request) throw refusal('no-such-request')
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
      if (!closed) throw expired(request, attempt)
    }
    const acting = { by: deciding.by, policy: catalog.hash }
    const decision = { verdict: deciding.verdict, outcome: verdict, limit, note }
    tx.append(decisionRecorded(request, acting, decision))
    if (verdict.outcome === 'approved') tx.append(requestApproved(request, acting, verdict))
    if (verdict.outcome === 'denied') tx.append(requestDenied(request, acting, note))
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
      notify(catalog, tx, HAPPENED[outcome], { request, automatic: false }),
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

/** The refusal for acting on a request that is decided, withdrawn or expired. */
export function closedAlready(request: Request, attempt?: Attempt): RefusedError {
  return refusal(
    'request-closed',
    { request: requestName(request.number), state: request.state, by: request.closedBy },
    attempt,
  )
}

function expired(request: Request, attempt: Attempt): RefusedError {
  return refusal('request-expired', { request: requestName(request.number) }, attempt)
}

/** What Slack's picker knows of a moment. */
function inSeconds(moment: Date | undefined): number | undefined {
  return moment && Math.floor(moment.getTime() / 1000)
}

/** What became of each: decided, refused (somebody was first), or not this approver's to decide. */
export type DecidedTogether = {
  readonly decided: readonly Decided[]
  readonly overtaken: readonly { readonly request: Request; readonly answer: Refused }[]
  readonly left: readonly Request[]
}

/**
 * One press on the card of several roles: decides each that this person may decide, in a transaction of its own, so
 * that losing a race for one changes nothing about the others. Those that are for others to decide are left open and
 * not recorded as attempts, because the button was about all. Refuses, as for the first, when none is theirs.
 */
export async function decideTogether(
  world: World,
  deciding: {
    readonly request: RequestId
    readonly by: PersonId
    readonly verdict: Verdict
    readonly note: string
  },
): Promise<DecidedTogether> {
  const { by, verdict, note } = deciding
  const bundle = await world.store.reads.bundleOf(deciding.request)
  const open = bundle.filter((one) => one.state === 'pending')
  const mine = await mayDecide(world, open, by, verdict)
  if (mine.length === 0) {
    // None of them is theirs to decide: the refusal of the first says why, and is on record.
    const one = await decideRequest(world, { request: (open[0] ?? bundle[0])?.id ?? '', by, verdict, note })
    return { decided: [one], overtaken: [], left: open.slice(1) }
  }
  const decided: Decided[] = []
  const overtaken: { request: Request; answer: Refused }[] = []
  for (const request of mine) {
    const one = await answerOf(world, () => decideRequest(world, { request: request.id, by, verdict, note }))
    if (isRefused(one)) overtaken.push({ request, answer: one })
    else decided.push(one)
  }
  return { decided, overtaken, left: open.filter((one) => !mine.includes(one)) }
}

/** Asked once for all of them; each is judged again when it is decided. */
async function mayDecide(
  world: World,
  open: readonly Request[],
  by: PersonId,
  verdict: Verdict,
): Promise<readonly Request[]> {
  const catalog = world.catalog()
  const [approver, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups([...new Set(open.flatMap((one) => groupsToDecide(catalog, one)))]),
  ])
  return open.filter((one) => {
    const requester = { id: one.requester, kind: 'member', name: '' } as const
    return !isRefused(decide(catalog, one, requester, approver, verdict, groups))
  })
}
