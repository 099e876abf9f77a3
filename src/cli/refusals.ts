/** What an operator reads of a refusal. People are their Slack ids here. */
import { MOMENT_HELP } from '../audit/report/window.ts'
import { formatDuration } from '../core/access/duration.ts'
import { nearest } from '../core/people/nearest.ts'
import { oneOf } from '../core/plural.ts'
import type { Case, DataOf, OperatorCase, Refused } from '../core/refusal.ts'

/** Of the cases that people read as well, those that a command's question or verb can end in. */
type SharedCase =
  | 'no-such-target'
  | 'no-such-role'
  | 'no-grant-called'
  | 'grant-over'
  | 'end-reason-missing'
  | 'accept-reason-missing'
  | 'not-a-day'
  | 'day-over'
  | 'two-ways-of-saying-when'
  | 'not-a-length'
  | 'too-long-to-look-at'
  | 'not-a-moment'
  | 'end-before-beginning'

type Words = { readonly [C in OperatorCase | SharedCase]: string | ((data: DataOf<C>) => string) }

export function refusalWords({ refused }: Refused): string {
  const words = (WORDS as Partial<Record<Case, string | ((data: object) => string)>>)[refused.case]
  return typeof words === 'function' ? words(refused.data) : (words ?? `Refused: ${refused.code}.`)
}

function missing({ typed, known }: DataOf<'no-such-target'>, there: string): string {
  const near = nearest(typed, known)
  if (near) return ` Did you mean ${near}?`
  return known.length > 0 ? ` ${there} ${oneOf(known)}.` : ''
}

const WORDS: Words = {
  'no-such-target': (data) => `There is no target “${data.typed}”.${missing(data, 'There are')}`,
  'no-such-role': (data) => `There is no role “${data.typed}” on ${data.target}.${missing(data, 'It has')}`,
  'no-grant-called': ({ grant }) => `There is no ${grant}.`,
  'grant-over': ({ grant }) => `${grant} is over or ending already.`,
  'end-reason-missing': 'Please say why you end it; the holder will read it.',
  'accept-reason-missing': 'Please say why it is meant.',
  'not-a-day': ({ typed, example }) => `“${typed}” is not a day: write for example ${example}.`,
  'day-over': ({ day }) => `${day} is over. Choose a day to come, or none to accept it without an end.`,
  'no-standing-like-that': 'Nothing like that is open. `elevate standing` shows what is known.',
  'confirm-reason-missing': 'Please say why the database may go on as it is.',
  'quarantine-over': 'Somebody else has ended this quarantine.',
  'erase-reason-missing': 'Please say why; it stays in the audit log.',
  'not-erasable-yet': ({ person, live }) =>
    `${person} has something live: ${oneOf(live).replace(/ or /, ' and ')}. End it first, and close open reviews.`,
  'two-ways-of-saying-when':
    'Say one of: at a moment, around a moment (for 2h), from one to another, or ever; nothing means now.',
  'not-a-length': ({ typed }) => `“${typed}” is not a length of time: write 30m, 2h or 1d.`,
  'too-long-to-look-at': ({ max }) => `At most ${formatDuration(max)} can be looked at around a moment.`,
  'not-a-moment': ({ typed }) => `“${typed}” is not a moment: ${MOMENT_HELP}.`,
  'end-before-beginning': 'The end is before the beginning: turn them round.',
}
