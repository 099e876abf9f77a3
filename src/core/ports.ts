/** What the verbs need from the world outside, beside the store; adapters implement it. */

import type { Lane, Notice } from './notice.ts'
import type { GroupId, Groups, Person, PersonId, Presence } from './people/person.ts'

/** The database did not answer in time or at all; nothing was changed. */
export class StoreDown extends Error {
  override readonly name = 'StoreDown'
}

/** The connection broke while a commit was under way: read again before saying what happened. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** Slack could not be asked who somebody is; nobody is let in on a guess. */
export class DirectoryDown extends Error {
  override readonly name = 'DirectoryDown'
}

export type Directory = {
  /** Asks Slack now. A person Slack does not know is a `stranger`. Throws {@link DirectoryDown}. */
  person(id: PersonId): Promise<Person>
  /** Members of these groups, asked now; a group that cannot be read is absent. */
  groups(ids: readonly GroupId[]): Promise<Groups>
  /** Who of these is at the keyboard, asked now; whom Slack does not tell about is absent. */
  presence(ids: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Presence>>
  /** The same from a memory of at most a minute: for drawing, never for deciding. */
  personLately(id: PersonId): Promise<Person>
  groupsLately(ids: readonly GroupId[]): Promise<Groups>
}

/** A notice that waits to be sent. */
export type Waiting = {
  readonly id: string
  readonly lane: Lane
  readonly notice: Notice
  readonly attempts: number
}

export type Delivered = {
  readonly done: readonly string[]
  readonly failed: readonly { readonly id: string; readonly error: string; readonly retryMs: number }[]
  /** Milliseconds until the lane may be used again. */
  readonly pause: number
}

/** Draws and sends. At most one new message a call; redraws of posted ones as many as Slack's pace allows. */
export type Notifier = {
  deliver(lane: Lane, waiting: readonly Waiting[]): Promise<Delivered>
}

export type Log = {
  debug(facts: object, text: string): void
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
  error(facts: object, text: string): void
}
