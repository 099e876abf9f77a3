import { grantName, isWaiting } from '../../../core/access/grant.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import { askerOf, ownersOf, type Request, requestName } from '../../../core/access/request.ts'
import type { RequestId } from '../../../core/ids.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import { requestExpired, requestWithdrawn } from '../../../core/log/request-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'
import { attemptOn, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { closedAlready } from '../decide/decide-request.ts'

/**
 * Withdraws a request that waits, for its requester or who asked on their behalf. Refuses everybody else (recorded),
 * one that is closed, and an approved one that waits for its start: that is ended as a grant.
 */
export async function withdrawRequest(
  world: World,
  { request: id, by }: { readonly request: RequestId; readonly by: PersonId },
): Promise<{ readonly request: Request }> {
  const seen = await world.store.reads.request(id)
  if (seen && !ownersOf(seen).includes(by))
    throw refusal(
      'not-the-asker',
      { asker: askerOf(seen), request: requestName(seen.number) },
      attemptOn(by, 'withdraw', seen),
    )
  const grant = seen?.state === 'approved' ? await world.store.reads.grantOfRequest(id) : undefined
  const seenWaiting =
    grant && isWaiting(grant)
      ? refusal('waits-for-its-start', {
          request: requestName(seen?.number ?? 0),
          grant: grantName(grant.number),
        })
      : undefined
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request) throw refusal('no-such-request')
    const actor = { kind: 'person', id: by } as const
    if (!(await withdrawIn(world, tx, request, { actor }))) throw seenWaiting ?? closedAlready(request)
    return { request }
  })
}

/** Closes a locked request as withdrawn, for `actor`. False when it was closed before. */
export async function withdrawIn(
  world: World,
  tx: Tx,
  request: Request,
  { actor, outcome }: { readonly actor: Actor; readonly outcome?: 'ended-by-security' | 'requester-gone' },
): Promise<boolean> {
  const by = actor.kind === 'person' ? actor.id : undefined
  if (!canRequest('withdraw', request.state) || !(await tx.requests.close(request, 'withdrawn', by)))
    return false
  const catalog = world.catalog()
  const event = requestWithdrawn(request, { by: actor, policy: catalog.hash }, outcome)
  await record(catalog, tx, event, { request, by: actor })
  return true
}

const MAX_REQUESTS_READ = 20

/** `withdraw R-12`, or `withdraw` alone when only one request waits. Refuses an unknown number, none, and several. */
export async function withdrawByName(
  world: World,
  { by, request: number }: { readonly by: PersonId; readonly request: number | undefined },
): Promise<{ readonly request: Request }> {
  if (number !== undefined) {
    const request = await world.store.reads.requestByNumber(number)
    if (!request) throw refusal('no-request-named', { request: requestName(number) })
    return withdrawRequest(world, { request: request.id, by })
  }
  const mine = await world.store.reads.requestsOf(by, MAX_REQUESTS_READ)
  const waiting = mine.filter((request) => canRequest('withdraw', request.state))
  const [only] = waiting
  if (!only) throw refusal('nothing-to-withdraw')
  if (waiting.length === 1) return withdrawRequest(world, { request: only.id, by })
  const these = waiting.map(({ number, role, target }) => ({ name: requestName(number), role, target }))
  throw refusal('more-than-one', { verb: 'withdraw', these })
}

/** Closes a request that nobody answered in time. True when this call closed it. */
export async function expireRequest(world: World, id: RequestId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !canRequest('expire', request.state)) return false
    if (!(await tx.requests.close(request, 'lapsed', undefined))) return false
    await record(world.catalog(), tx, requestExpired(request, world.catalog().hash), { request })
    return true
  })
}
