import { decide, groupsToDecide } from '../../../core/access/approval.ts'
import type { Request, Verdict } from '../../../core/access/request.ts'
import type { RequestId } from '../../../core/ids.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { isRefused, type Refused } from '../../../core/refusal.ts'
import { answerOf } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { type Decided, decideRequest } from './decide-request.ts'

/** What became of each: decided, refused (somebody was first), or not this approver's to decide. */
export type DecidedTogether = {
  readonly decided: readonly Decided[]
  readonly overtaken: readonly { readonly request: Request; readonly answer: Refused }[]
  readonly left: readonly Request[]
}

/**
 * One press on the card of several roles: a yes (or no) to each that this person may decide on. Each is decided in a
 * transaction of its own, as if it had been pressed alone, so that a race about one of them takes nothing from the
 * others. What is not his to decide is left as it is, and is no attempt: the button was about all.
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
    // Nothing of it can be his: the refusal of the first says why, and is on record.
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
