import { canGrant, canRequest } from '../../../core/access/lifecycle.ts'
import type { PreApproval } from '../../../core/access/pre-approval.ts'
import { cleanText } from '../../../core/access/reason.ts'
import type { Request } from '../../../core/access/request.ts'
import type { GrantId, PreApprovalId, RequestId } from '../../../core/ids.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import { isRefused, sentence } from '../../../core/refusal.ts'
import { notify } from '../../record.ts'
import { answerOf, refuseUnlessSecurity } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { endPreApproval } from '../decide/end-pre-approval.ts'
import { withdrawIn } from '../request/withdraw-request.ts'
import { endChain } from './end-chain.ts'
import { sayWhy } from './end-grant.ts'

/** More than anybody can have waiting among his newest. */
const MOST = 200

/** What somebody has and waits for now. */
export type Everything = {
  readonly person: PersonId
  /** What would end; not what is ending already. */
  readonly grants: readonly GrantRow[]
  /** What would be withdrawn. */
  readonly requests: readonly Request[]
  /** Yeses given beforehand, with which this person would have access again at once. */
  readonly beforehand: readonly PreApproval[]
}

type Ask = { readonly by: PersonId; readonly person: PersonId }

/** What would go, for the dialog that asks whether it is meant. A no is on record like any other. */
export async function offerEverything(world: World, ask: Ask): Promise<Everything> {
  await refuseUnlessMayEnd(world, ask)
  return readEverything(world, ask.person)
}

/**
 * Ends all that a person has and withdraws all that he waits for: for security, when somebody's account or laptop is
 * not his any more. What came in between looking and pressing goes with it. Each grant and each request has an event.
 */
export async function endEverything(
  world: World,
  { by, person, note: typed }: Ask & { readonly note: string },
): Promise<Everything> {
  await refuseUnlessMayEnd(world, { by, person })
  const note = cleanText(typed)
  if (note === '') throw sayWhy()
  const actor = { kind: 'person', id: by } as const
  // What opens the door again goes first.
  const beforehand: PreApproval[] = []
  for (const { id } of (await readEverything(world, person)).beforehand) {
    const ended = await answerOf(world, () => endPreApproval(world, { by, id }))
    if (!isRefused(ended)) beforehand.push(ended)
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
    // The end of a chain ends all of it, so that a later turn finds nothing to end and is none the less done.
    await world.store.transaction((tx) => endChain(tx, row.grant.id, why))
    ended.push(row)
  }
  if (ended.length + withdrawn.length + beforehand.length > 0)
    await notifySecurity(world, by, { person, grants: ended, requests: withdrawn, beforehand })
  return { person, grants: ended, requests: withdrawn, beforehand }
}

async function readEverything(world: World, person: PersonId): Promise<Everything> {
  const { reads, preApprovals } = world.store
  const [live, asked, concerned] = await Promise.all([
    reads.liveGrants(person),
    reads.requestsOf(person, MOST),
    preApprovals.live({ concerns: person }, MOST),
  ])
  return {
    person,
    grants: live.filter((row) => canGrant('end', row.grant.state)),
    requests: asked.filter((one) => one.requester === person && canRequest('withdraw', one.state)),
    beforehand: concerned.filter((one) => one.person === person),
  }
}

async function notifySecurity(world: World, by: PersonId, all: Everything): Promise<void> {
  const grants: GrantId[] = all.grants.map((row) => row.grant.id)
  const requests: RequestId[] = all.requests.map((one) => one.id)
  const beforehand: PreApprovalId[] = all.beforehand.map((one) => one.id)
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
  return refuseUnlessSecurity(
    world,
    by,
    { verdict: 'end-everything', person },
    sentence`Only security can end everything of somebody. Approvers end access on their targets: ${{ command: 'revoke' }} ${{ person }} target reason.`,
  )
}
