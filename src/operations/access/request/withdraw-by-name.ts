import { canRequest } from '../../../core/access/lifecycle.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { sentence } from '../../../core/refusal.ts'
import { refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { withdrawRequest } from './withdraw-request.ts'

const MOST = 20

/** `withdraw R-12`, or `withdraw` alone when only one request waits. */
export async function withdrawByName(
  world: World,
  { by, request: number }: { readonly by: PersonId; readonly request: number | undefined },
): Promise<{ readonly request: Request }> {
  if (number !== undefined) {
    const request = await world.store.reads.requestByNumber(number)
    if (!request) throw refusal('unknown-request', `There is no request ${requestName(number)}.`)
    return withdrawRequest(world, { request: request.id, by })
  }
  const mine = await world.store.reads.requestsOf(by, MOST)
  const waiting = mine.filter((request) => canRequest('withdraw', request.state))
  const [only] = waiting
  if (!only) throw refusal('unknown-request', 'None of your requests waits for an answer.')
  if (waiting.length === 1) return withdrawRequest(world, { request: only.id, by })
  const names = waiting.map((one) => `${requestName(one.number)} (${one.role} on ${one.target})`)
  throw refusal(
    'usage',
    sentence`There is more than one: ${names.join(', ')}. Say which, for example ${{ command: `withdraw ${requestName(only.number)}` }}.`,
  )
}
