import { canRequest } from '../core/lifecycle.ts'
import { channelLane, personLane } from '../core/notice.ts'
import type { PersonId } from '../core/person.ts'
import { groupsToAskWith, policyFor, refuseUnlessMember } from '../core/policy.ts'
import type { Tx, World } from '../core/ports.ts'
import { isRefused, type Refused, refuse } from '../core/refusal.ts'
import { askerOf, ownersOf, type Request, type RequestId, requestName } from '../core/request.ts'
import { approveAtOnce, type Beforehand, readBeforehand } from './approve-at-once.ts'
import { closedAlready } from './decide-request.ts'
import { type AskingPlan, planAsking, tellDirectly } from './plan-asking.ts'
import { recordAttempt } from './record-attempt.ts'
import { tellCards } from './tell-cards.ts'
import { tellHomes } from './tell-homes.ts'

export type Answering = {
  /** One of those that were asked for together. */
  readonly request: RequestId
  readonly by: PersonId
  readonly answer: 'accept' | 'decline'
}

/**
 * Whoever is to have the access says whether he wants it. Only a yes puts it to the approvers; everything that was
 * asked for together is answered together.
 */
export async function answerOffer(
  world: World,
  { request: id, by, answer }: Answering,
): Promise<{ readonly requests: readonly Request[] } | Refused> {
  const bundle = await world.store.reads.bundleOf(id)
  const [first] = bundle
  if (!first) return refuse('unknown-request', 'There is no such request.')
  if (first.requester !== by) {
    await recordAttempt(world, { by, verdict: answer, request: first })
    return refuse('not-yours', `Only <@${first.requester}> can ${answer} ${requestName(first.number)}.`)
  }
  // To say no one need not be anybody.
  const stranger = answer === 'accept' ? refuseUnlessMember(await world.directory.person(by)) : undefined
  if (stranger) return stranger
  const beforehand: ReadonlyMap<RequestId, Beforehand> =
    answer === 'accept' ? await readAllBeforehand(world, bundle) : new Map()
  const plan = answer === 'accept' ? await planFor(world, first) : undefined
  let grants: string[] = []
  const result = await world.store.transaction(async (tx) => {
    const answered: Request[] = []
    grants = []
    let late: Refused | undefined
    for (const { id: one } of bundle) {
      const request = await tx.requests.lock(one)
      if (!request) continue
      if (await answerOne(world, tx, request, by, answer)) {
        answered.push(request)
        const given = beforehand.get(one)
        const pending: Request = { ...request, state: 'pending', version: request.version + 1 }
        const atOnce = given && (await approveAtOnce(world, tx, pending, given))
        if (atOnce?.grant && !atOnce.grant.startsAt) grants.push(atOnce.grant.id)
      } else late ??= tooLate(request)
    }
    const [lead] = answered
    if (!lead) return late ?? refuse('unknown-request', 'There is no such request.')
    await tell(world, tx, answered, answer)
    if (plan && grants.length < answered.length) await tellDirectly(tx, answered, plan)
    return { requests: answered }
  })
  if (isRefused(result)) return result
  for (const grant of grants) world.nudge.grant(grant)
  world.nudge.outbox()
  return result
}

/** What was said yes to before it was asked counts from the moment on in which it is somebody's own wish. */
async function readAllBeforehand(
  world: World,
  bundle: readonly Request[],
): Promise<ReadonlyMap<RequestId, Beforehand>> {
  const catalog = world.catalog()
  const found = new Map<RequestId, Beforehand>()
  for (const request of bundle) {
    const { id, requester: person, target, role } = request
    const groups = await world.directory.groups(groupsToAskWith(catalog, target, role))
    const policy = policyFor(catalog, request, groups)
    const one = policy && (await readBeforehand(world, { person, target, role }, policy))
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
  tx.append({
    type: answer === 'accept' ? 'request.accepted' : 'request.declined',
    actor: { kind: 'person', id: by },
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: world.catalog().hash,
    detail: { asked_by: askerOf(request) },
  })
  return true
}

async function tell(
  world: World,
  tx: Tx,
  answered: readonly Request[],
  answer: Answering['answer'],
): Promise<void> {
  const [lead] = answered
  if (!lead) return
  if (answer === 'accept') for (const { id } of answered) await tellCards(tx, { id, state: 'pending' })
  else
    tx.tell({
      lane: channelLane(world.catalog().securityChannel),
      notice: { kind: 'feed', what: 'decided', request: lead.id },
    })
  tx.tell({
    lane: personLane(askerOf(lead)),
    notice: { kind: 'told', step: 'for-other', request: lead.id },
  })
  await tellHomes(tx, lead.requester, askerOf(lead))
}

function tooLate(request: Request): Refused {
  if (request.state === 'pending' || request.state === 'approved')
    return refuse('already-closed', `You have accepted ${requestName(request.number)} already.`)
  if (request.state === 'offered')
    return refuse(
      'already-closed',
      `${requestName(request.number)} lapsed because you did not answer in time; nothing was changed.`,
    )
  return closedAlready(request)
}
