import { canGrant, canRequest } from '../../../core/access/lifecycle.ts'
import type { PreApproval } from '../../../core/access/pre-approval.ts'
import { cleanText } from '../../../core/access/reason.ts'
import type { Request } from '../../../core/access/request.ts'
import type { GrantId, PreApprovalId, RequestId } from '../../../core/ids.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import { isRefused, refuse } from '../../../core/refusal.ts'
import { notify } from '../../record.ts'
import { answerOf, refuseUnlessSecurity } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { endPreApproval, endPreApprovalsOfLeaver } from '../decide/pre-approvals.ts'
import { withdrawIn } from '../request/close-request.ts'
import { endExtensionChain, sayWhy } from './end-grant.ts'

/** More than anybody can have waiting among their newest. */
const MAX_REQUESTS_READ = 200

/** What somebody has and waits for now. */
export type Everything = {
  readonly person: PersonId
  /** What would end; not what is ending already. */
  readonly grants: readonly GrantRow[]
  /** What would be withdrawn. */
  readonly requests: readonly Request[]
  /** Pre-approvals by which this person would have access again immediately. */
  readonly preApprovals: readonly PreApproval[]
}

type Ask = { readonly by: PersonId; readonly person: PersonId }

/** For the dialog that asks for confirmation: what would end. Refuses everybody but security, recorded. */
export async function offerEverything(world: World, ask: Ask): Promise<Everything> {
  await refuseUnlessMayEnd(world, ask)
  return readEverything(world, ask.person)
}

/**
 * Ends all access of a person, their pre-approvals and their waiting requests: for security, when an account or a
 * laptop is in wrong hands. Includes what was approved since the dialog was opened. Each grant and each request has
 * an event. Refuses everybody but security, recorded, and a missing reason.
 */
export async function endEverything(
  world: World,
  { by, person, note: typed }: Ask & { readonly note: string },
): Promise<Everything> {
  await refuseUnlessMayEnd(world, { by, person })
  const note = cleanText(typed)
  if (note === '') throw sayWhy()
  const actor = { kind: 'person', id: by } as const
  // Pre-approvals first: they would open new grants.
  const preApprovals: PreApproval[] = []
  for (const { id } of (await readEverything(world, person)).preApprovals) {
    const ended = await answerOf(world, () => endPreApproval(world, { by, id }))
    if (!isRefused(ended)) preApprovals.push(ended)
  }
  // Then requests: one that is approved in between leaves a grant, which is looked for afterwards.
  const { requests } = await readEverything(world, person)
  const withdrawn: Request[] = []
  for (const { id } of requests)
    await world.store.transaction(async (tx) => {
      const request = await tx.requests.lock(id)
      if (request && (await withdrawIn(world, tx, request, { actor, outcome: 'ended-by-security' })))
        withdrawn.push(request)
    })
  const { grants } = await readEverything(world, person)
  const ended: GrantRow[] = []
  for (const row of grants) {
    const policy = world.catalog().hash
    const why = { reason: 'ended-early', by, note, actor, policy } as const
    // Ending one grant of an extension chain ends all of it: a later turn may find nothing left to end.
    await world.store.transaction((tx) => endExtensionChain(tx, row.grant.id, why))
    ended.push(row)
  }
  if (ended.length + withdrawn.length + preApprovals.length > 0)
    await notifySecurity(world, by, { person, grants: ended, requests: withdrawn, preApprovals })
  return { person, grants: ended, requests: withdrawn, preApprovals }
}

async function readEverything(world: World, person: PersonId): Promise<Everything> {
  const { reads, preApprovals } = world.store
  const [live, asked, concerned] = await Promise.all([
    reads.liveGrants(person),
    reads.requestsOf(person, MAX_REQUESTS_READ),
    preApprovals.live({ concerns: person }, MAX_REQUESTS_READ),
  ])
  return {
    person,
    grants: live.filter((row) => canGrant('end', row.grant.state)),
    requests: asked.filter((one) => one.requester === person && canRequest('withdraw', one.state)),
    preApprovals: concerned.filter((one) => one.person === person),
  }
}

async function notifySecurity(world: World, by: PersonId, all: Everything): Promise<void> {
  const grants: GrantId[] = all.grants.map((row) => row.grant.id)
  const requests: RequestId[] = all.requests.map((one) => one.id)
  const beforehand: PreApprovalId[] = all.preApprovals.map((one) => one.id)
  await world.store.transaction(async (tx) => {
    await notify(world.catalog(), tx, 'everything ended', {
      by,
      person: all.person,
      grants,
      requests,
      beforehand,
    })
  })
}

function refuseUnlessMayEnd(world: World, { by, person }: Ask): Promise<void> {
  const no = refuse('not-security-for-all-of', { person })
  return refuseUnlessSecurity(world, by, { verdict: 'end-everything', person }, no)
}

const NOTE = 'The account was deactivated in Slack.'
const SWEEPER = { kind: 'system', id: 'sweeper' } as const

/**
 * Ends all access and all pre-approvals of somebody whose Slack account was deactivated, and withdraws their
 * requests: expiring would say that the approvers were too slow. Slack's events and the sweeper only name the person;
 * Slack is asked here. True when the account is deactivated.
 */
export async function endForLeaver(world: World, id: PersonId): Promise<boolean> {
  const person = await world.directory.person(id)
  if (person.kind !== 'deactivated') return false
  const { reads, transaction } = world.store
  // What opens the door again goes first.
  await endPreApprovalsOfLeaver(world, id)
  const [live, asked] = await Promise.all([reads.liveGrants(id), reads.requestsOf(id, MAX_REQUESTS_READ)])
  for (const request of asked.filter((one) => canRequest('withdraw', one.state)))
    await transaction(async (tx) => {
      const locked = await tx.requests.lock(request.id)
      if (locked) await withdrawIn(world, tx, locked, { actor: SWEEPER, outcome: 'requester-gone' })
    })
  for (const { grant } of live.filter((row) => canGrant('end', row.grant.state)))
    await transaction(async (tx) => {
      const why = { reason: 'ended-early', by: undefined, note: NOTE, actor: SWEEPER } as const
      await endExtensionChain(tx, grant.id, why)
    })
  return true
}
