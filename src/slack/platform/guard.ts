/**
 * The one place every visit passes: is it from our workspace, is it answered in time, and what is said when
 * something breaks. A handler only reads, calls a verb, and returns what to say.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { WebAPIPlatformError, type WebClient } from '@slack/web-api'
import type { Reports } from '../../audit/reports.ts'
import { Quarantined } from '../../core/log/quarantine.ts'
import { DirectoryDown, OutcomeUnknown, StoreDown } from '../../core/ports.ts'
import type { Interior } from '../../operations/interior.ts'
import { sentence } from '../blocks/layout.ts'
import type { Message } from '../blocks/message.ts'
import { code, say } from '../blocks/rich-text.ts'
import type { Visitor } from './payloads.ts'

/** What Slack's door sees of elevate. */
export type Inside = Interior & { readonly reports: Reports }

export type Door = Inside & {
  readonly client: WebClient
  /** The workspace we serve. */
  readonly teamId: string
  /** What the directory remembers for drawing, so that Slack's news reaches it. */
  readonly memory?: {
    forgetPerson(id: string): void
    forgetGroup(id: string): void
  }
  /** The verifier key of the audit log, where it is signed. Who signs it is no business of a door. */
  readonly logKey?: () => string
  /** Milliseconds a person waits for the outcome before being told that it is still being looked at. */
  readonly patience: number
}

/** What to say to the person who acted. `replace` redraws the message that was pressed. */
export type Answer = Message & { readonly replace?: boolean }

/** May the visitor come in? Which rights they have is decided by the verbs. */
export function isOurs({ teamId: team }: Pick<Door, 'teamId'>, visitor: Visitor): boolean {
  return visitor.team === team && [undefined, team].includes(visitor.home) && !visitor.org
}

/** Every failure as something a person can act on; details go to the log, without anything that people wrote. */
export function explain(door: Pick<Door, 'log'>, what: string, error: unknown): Answer {
  const known = ANSWERS.find(([kind]) => error instanceof kind)
  const facts = { what, error: error instanceof Error ? error.message : String(error) }
  if (known) {
    door.log.warn(facts, 'a visit could not be served')
    return known[1]()
  }
  if (error instanceof WebAPIPlatformError && TOO_LATE.has(error.data.error)) {
    door.log.warn(facts, 'Slack took a dialog back')
    return tooLateAnswer()
  }
  door.log.error(
    { ...facts, ...(error instanceof Error ? { stack: error.stack } : {}) },
    'a visit failed in a way nobody foresaw',
  )
  return faultAnswer()
}

const ANSWERS = [
  [StoreDown, storeDownAnswer],
  [OutcomeUnknown, outcomeUnknownAnswer],
  [DirectoryDown, directoryDownAnswer],
  [Quarantined, quarantineAnswer],
] as const

const TOO_LATE: ReadonlySet<string> = new Set([
  'expired_trigger_id',
  'trigger_expired',
  'exchanged_trigger_id',
  'trigger_exchanged',
])

function tooLateAnswer(): Answer {
  return sentence(
    say`Slack closed the dialog before it could open; nothing was changed. Please press once more.`,
  )
}

/** Said when the verb is not done in time. The verb continues; its outcome is said when it is known. */
export function stillLookingAnswer(): Answer {
  return sentence(
    say`This takes longer than usual. elevate is checking what came of it and will say so here.`,
  )
}

const LATE = Symbol('late')

/** The work's result, or after the door's patience what `late` does first. */
export async function within<T>(
  door: Pick<Door, 'patience'>,
  work: Promise<T>,
  late: () => Promise<void>,
): Promise<T> {
  const stop = new AbortController()
  const clock = sleep(door.patience, LATE, { signal: stop.signal }).catch(() => LATE)
  const first = await Promise.race([work, clock])
  stop.abort()
  if (first === LATE) await late()
  return work
}

/** Runs a handler and tells its answer, once in time and, when it was late, once more at the end. */
export async function serve(
  door: Door,
  what: string,
  visitor: Visitor,
  tell: (answer: Answer) => Promise<void>,
  work: () => Promise<Answer | undefined>,
): Promise<void> {
  const began = performance.now()
  const done = work().catch((error: unknown) => explain(door, what, error))
  const answer = await within(door, done, () => quietly(door, what, () => tell(stillLookingAnswer())))
  if (answer) await quietly(door, what, () => tell(answer))
  door.log.debug({ what, person: visitor.person, ms: Math.round(performance.now() - began) }, 'served')
}

/** Telling can fail (Slack is down, the response address is used up); what was done stays done. */
export async function quietly(
  door: Pick<Door, 'log'>,
  what: string,
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    door.log.warn({ what, error: String(error) }, 'an answer could not be delivered')
  }
}

/** `StoreDown`: nothing was changed. */
export function storeDownAnswer(): Message {
  return sentence(
    say`elevate cannot reach its database now. Nothing was changed; please try again in a minute.`,
  )
}

/** `OutcomeUnknown`: it may or may not have happened. */
export function outcomeUnknownAnswer(): Message {
  return sentence(
    say`The database went away at the last moment, so elevate does not know whether this took effect. ${code('/elevate status')} shows how things stand; look there before you try again.`,
  )
}

/** `DirectoryDown`: Slack did not say who somebody is. */
export function directoryDownAnswer(): Message {
  return sentence(
    say`Slack did not tell elevate who may do this, and elevate does not guess. Nothing was changed; please try again in a minute.`,
  )
}

/** `Quarantined`: nothing was changed, and nothing will be until an operator has looked. */
export function quarantineAnswer(): Message {
  return sentence(
    say`elevate is in quarantine: its database is not the one it had signed, perhaps an old backup. Until an operator has looked and confirmed, nothing is decided, given or taken back. Nothing was changed; security was told.`,
  )
}

/** Anything else: a fault of ours. */
export function faultAnswer(): Message {
  return sentence(
    say`Something in elevate went wrong, and it was written to its log. ${code('/elevate status')} shows how things stand.`,
  )
}
