import { isSecurity } from '../core/access/audience.ts'
import { type Grant, grantName } from '../core/access/grant.ts'
import { type Request, requestName } from '../core/access/request.ts'
import type { RequestId } from '../core/ids.ts'
import { type Attempted, attemptRefused } from '../core/log/request-events.ts'
import type { Notice } from '../core/notice.ts'
import { groupsIn, type PersonId } from '../core/people/person.ts'
import {
  type Case,
  type DataOf,
  isRefused,
  type Refusal,
  type RefusalCode,
  type Refused,
  refuse,
  type Said,
} from '../core/refusal.ts'
import { record } from './record.ts'
import type { World } from './world.ts'

/** What somebody tried that goes on record when it is refused, and that security reads when it was no mere mistake. */
export type Attempt = Attempted & {
  readonly by: PersonId
  /** Where the record says another code than the answer. */
  readonly outcome?: RefusalCode
  /** Whose cards are drawn again, because somebody acted on what they no longer show. */
  readonly redraw?: RequestId
  /** What security's message says of it beside the target and the role. */
  readonly about?: Pick<Extract<Notice, { kind: 'refused' }>, 'request' | 'about' | 'tried'>
}

/** An expected "no", thrown inside a verb: it rolls back the transaction, and {@link answerOf} makes it a value. */
export class RefusedError extends Error implements Refused {
  readonly refused: Refusal
  readonly attempt: Attempt | undefined
  constructor({ refused }: Refused, attempt?: Attempt) {
    super(JSON.stringify(refused))
    this.refused = refused
    this.attempt = attempt
  }
}

/** To throw. The data of a case that needs none is `{}` where an attempt follows. */
export function refusal<C extends Case>(
  name: C,
  ...rest: [...Said<C>, attempt?: Attempt | undefined]
): RefusedError {
  const [data, attempt] = rest as unknown as [DataOf<C>?, Attempt?]
  return new RefusedError(refuse(name, ...([data] as Said<C>)), attempt)
}

/** What core answered; throws when that is a "no". */
export function unlessRefused<T>(answer: T, attempt?: Attempt): Exclude<T, Refused> {
  if (isRefused(answer)) throw new RefusedError(answer, attempt)
  return answer as Exclude<T, Refused>
}

/** Runs a verb. A refusal becomes the answer. */
export async function refusedAsValue<T>(verb: () => T | Promise<T>): Promise<T | Refused> {
  try {
    return await verb()
  } catch (error) {
    if (error instanceof RefusedError) return { refused: error.refused }
    throw error
  }
}

/** Runs a verb. A refusal is recorded where the verb says that it must be, and becomes the answer. */
export async function answerOf<T>(world: World, verb: () => T | Promise<T>): Promise<T | Refused> {
  try {
    return await verb()
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    if (error.attempt) await recordAttempt(world, error.attempt, error.refused.code)
    return { refused: error.refused }
  }
}

/** On a request or a grant that is for others to act on; `verdict` is what was tried: `end`, `show`, `look`. */
export function attemptOn(
  by: PersonId,
  verdict: string,
  request: Pick<Request, 'id' | 'number' | 'requester' | 'target' | 'role'>,
  grant?: Pick<Grant, 'number'>,
): Attempt {
  return {
    by,
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    ...(grant ? { grant: grantName(grant.number) } : {}),
    detail: { verdict },
    about: { request: request.id },
  }
}

async function recordAttempt(world: World, attempt: Attempt, code: RefusalCode): Promise<void> {
  const { by, outcome = code, redraw: pressed, about, ...attempted } = attempt
  const { target = '', role = '' } = attempted
  const catalog = world.catalog()
  const event = attemptRefused(attempted, { by, policy: catalog.hash }, outcome)
  const facts = { person: by, code: outcome, target, role, ...about, pressed }
  await world.store.transaction((tx) => record(catalog, tx, event, facts))
}

/**
 * What only security may do, judged at the moment of acting; throws when this person is not security. `verdict` is
 * what was tried: `accept`, `take-away`.
 */
export async function refuseUnlessSecurity(
  world: World,
  by: PersonId,
  tried: {
    readonly verdict: string
    readonly target?: string
    readonly role?: string
    /** Whose access it is about, where that is no one thing. */
    readonly person?: PersonId
  },
  no: Refused = refuse('not-security'),
): Promise<void> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(catalog.security))]),
  ])
  if (isSecurity(catalog, person, groups)) return
  const { verdict, target, role, person: about } = tried
  const attempt = {
    by,
    ...(about ? { subject: about, about: { about } } : {}),
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    detail: { verdict },
  }
  throw new RefusedError(no, attempt)
}
