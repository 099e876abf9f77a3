/** What somebody who may decide wants to know first. Asking decides nothing. */
import type { PersonId } from './person.ts'
import type { RequestId } from './request.ts'

export type QuestionId = string

export type Question = {
  readonly id: QuestionId
  readonly request: RequestId
  readonly asker: PersonId
  readonly text: string
  readonly askedAt: Date
  readonly answer: Answer | undefined
}

export type Answer = { readonly text: string; readonly by: PersonId; readonly at: Date }
