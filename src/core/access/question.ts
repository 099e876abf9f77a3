/**
 * What somebody wants to know before it is decided. Asking decides nothing. Who may decide and who asked for the
 * access may ask and answer each other; nobody answers their own question.
 */

import type { Catalog } from '../catalog.ts'
import type { QuestionId, RequestId } from '../ids.ts'
import type { Groups, Person, PersonId } from '../people/person.ts'
import { type Refused, refuse } from '../refusal.ts'
import { policyNow } from './approval.ts'
import { policyFor, refuseUnlessMember } from './policy.ts'
import { ownersOf, type Request, requestName } from './request.ts'
import { mayFill } from './stages.ts'

export type Question = {
  readonly id: QuestionId
  readonly request: RequestId
  readonly asker: PersonId
  readonly text: string
  readonly askedAt: Date
  readonly answer: Answer | undefined
}

export type Answer = { readonly text: string; readonly by: PersonId; readonly at: Date }

/** More about one request is better said in its thread. */
export const MAX_QUESTIONS = 20

/** Is this person one of those between whom it is decided? */
export function refuseTalker(
  catalog: Catalog,
  request: Request,
  person: Person,
  groups: Groups,
): Refused | undefined {
  const stranger = refuseUnlessMember(person)
  if (stranger) return stranger
  if (ownersOf(request).includes(person.id)) return undefined
  const policy = policyFor(catalog, request, groups)
  const decides = policy && policyNow(policy, request).approve.stages
  return decides?.some((stage) => mayFill(stage, person.id, groups))
    ? undefined
    : refuse('no-part-in-it', { request: requestName(request.number) })
}
