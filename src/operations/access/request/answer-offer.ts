import { canRequest } from '../../../core/access/lifecycle.ts'
import { groupsToAskWith, policyFor, refuseUnlessMember, rehearse } from '../../../core/access/policy.ts'
import { askerOf, ownersOf, type Request, requestName } from '../../../core/access/request.ts'
import type { ApprovalStage } from '../../../core/catalog.ts'
import type { RequestId } from '../../../core/ids.ts'
import { offerAnswered } from '../../../core/log/request-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { isRefused } from '../../../core/refusal.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { notify } from '../../record.ts'
import { attemptOn, type RefusedError, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { closedAlready } from '../decide/decide-request.ts'
import {
  applyEarlierApprovals,
  type EarlierApprovals,
  readEarlierApprovals,
} from '../decide/earlier-approvals.ts'
import { type AskingPlan, planAsking, sendCardsDirectly } from './ask-approvers.ts'

type Answering = {
  /** One of those that were asked for together. */
  readonly request: RequestId
  readonly by: PersonId
  readonly answer: 'accept' | 'decline'
}

/** One request as it is now, and what it still needs beside a pre-approval. */
export type Answered = {
  readonly request: Request
  readonly missing?: readonly ApprovalStage[] | undefined
}

/**
 * The receiver accepts or declines what somebody else asked for on their behalf. Approvers are asked only after they
 * accept; what was asked for together is answered together. Refuses everybody else (recorded), and offers that are
 * answered or expired.
 */
export async function answerOffer(
  world: World,
  { request: id, by, answer }: Answering,
): Promise<{ readonly answered: readonly Answered[] }> {
  const bundle = await world.store.reads.bundleOf(id)
  const [first] = bundle
  if (!first) throw refusal('no-such-request')
  if (first.requester !== by)
    throw refusal(
      'not-offered-to-you',
      { person: first.requester, answer, request: requestName(first.number) },
      attemptOn(by, answer, first),
    )
  // To say no one need not be anybody.
  if (answer === 'accept') unlessRefused(refuseUnlessMember(await world.directory.person(by)))
  const earlier: ReadonlyMap<RequestId, EarlierApprovals> =
    answer === 'accept' ? await readAllEarlierApprovals(world, bundle) : new Map()
  const plan = answer === 'accept' ? await planFor(world, first) : undefined
  const now = await world.store.reads.now()
  return world.store.transaction(async (tx) => {
    const answered: Answered[] = []
    let late: RefusedError | undefined
    for (const { id: one } of bundle) {
      const request = await tx.requests.lock(one)
      if (!request) continue
      if (await answerOne(world, tx, request, by, answer)) {
        const given = earlier.get(one)
        const pending: Request = { ...request, state: 'pending', version: request.version + 1 }
        const approved = given && (await applyEarlierApprovals(world, tx, pending, given, now))
        answered.push(approved ?? { request: answer === 'accept' ? pending : request })
      } else late ??= tooLate(request)
    }
    const [lead] = answered
    if (!lead) throw late ?? refusal('no-such-request')
    await notify(world.catalog(), tx, answer === 'accept' ? 'request.accepted' : 'request.declined', {
      lead: lead.request,
      requests: answered.map((one) => one.request),
    })
    const waiting = answered.flatMap(({ request }) => (request.state === 'pending' ? [request] : []))
    if (plan && waiting.length > 0) await sendCardsDirectly(tx, waiting, plan)
    return { answered }
  })
}

/**
 * What was decided before counts from the moment on in which it is somebody's own wish: judged by who the two are then
 * and by the policy of then, like a request of that moment. What would be refused today is left to people.
 */
async function readAllEarlierApprovals(
  world: World,
  bundle: readonly Request[],
): Promise<ReadonlyMap<RequestId, EarlierApprovals>> {
  const catalog = world.catalog()
  const found = new Map<RequestId, EarlierApprovals>()
  for (const request of bundle) {
    const { id, requester, target, role } = request
    const [asker, receiver, groups] = await Promise.all([
      world.directory.person(askerOf(request)),
      world.directory.person(requester),
      world.directory.groups(groupsToAskWith(catalog, target, role)),
    ])
    const allowed = rehearse(catalog, request, asker, groups, receiver)
    if (isRefused(allowed)) continue
    const one = await readEarlierApprovals(world, { person: requester, target, role }, allowed.policy)
    if (one) found.set(id, one)
  }
  return found
}

/** Whom to ask is read when it is put to them, not when it was offered. */
async function planFor(world: World, request: Request): Promise<AskingPlan | undefined> {
  const catalog = world.catalog()
  const groups = await world.directory.groups(groupsToAskWith(catalog, request.target, request.role))
  const policy = policyFor(catalog, request, groups)
  return policy && planAsking(world, policy, ownersOf(request), request)
}

async function answerOne(
  world: World,
  tx: Tx,
  request: Request,
  by: PersonId,
  answer: Answering['answer'],
): Promise<boolean> {
  if (!canRequest(answer, request.state)) return false
  const done =
    answer === 'accept' ? await tx.requests.accept(request) : await tx.requests.close(request, 'declined', by)
  if (!done) return false
  tx.append(offerAnswered(request, { by, policy: world.catalog().hash }, answer))
  return true
}

function tooLate(request: Request): RefusedError {
  if (request.state === 'pending' || request.state === 'approved')
    return refusal('offer-accepted', { request: requestName(request.number) })
  if (request.state === 'offered') return refusal('offer-expired', { request: requestName(request.number) })
  return closedAlready(request)
}
