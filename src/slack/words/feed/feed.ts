import { grantName } from '../../../core/access/grant.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { actions, bullets, context, linesThatFit, rich, section } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, say } from '../../blocks/say.ts'
import { endButton } from '../card/grant-buttons.ts'
import { counted } from '../phrases.ts'
import { type FeedKind, type FeedLine, feedLine } from './feed-line.ts'

/** What security should look at first stands first. */
export const FEED_ORDER: readonly FeedKind[] = [
  'refused',
  'not-given',
  'reviewed',
  'ended',
  'given',
  'decided',
  'asked',
]

const MOST_LINES = 20
const MOST_BUTTONS = 5
const ROOM = 11_000

/**
 * Lines of the security channel's feed in one message; `more` counts what was left out. The gravest first, or in the
 * given order where they are steps of one request. Pings nobody.
 */
export function feed(
  lines: readonly FeedLine[],
  names: Names,
  more: Partial<Record<FeedKind, number>> = {},
  order: 'gravity' | 'given' = 'gravity',
): Message {
  const sorted =
    order === 'given'
      ? lines
      : [...lines].sort((a, b) => FEED_ORDER.indexOf(a.what) - FEED_ORDER.indexOf(b.what))
  const said = linesThatFit(
    sorted.map((one) => feedLine(one, names)),
    ROOM,
    MOST_LINES,
  )
  const left = { ...more }
  for (const { what } of sorted.slice(said.length)) left[what] = (left[what] ?? 0) + 1
  const rest = FEED_ORDER.flatMap((kind) =>
    left[kind] ? [say`${counted(left[kind], ...LEFT_OUT[kind])}`] : [],
  )
  const [only] = said
  // In a thread the head has the button, and loses it when there is nothing to end any more.
  const ends = order === 'given' ? [] : endButtons(sorted.slice(0, said.length), names)
  if (only && said.length === 1 && rest.length === 0) return sentence(only, ...ends)
  const others = rest.length > 0 ? say`And more: ${between(rest, ', ')}.` : undefined
  return message(between([...said, ...(others ? [others] : [])], ' '), [
    said.length > 0 ? rich(bullets(said)) : section(say`Much happened at once.`),
    others ? context(others) : undefined,
    ...ends,
  ])
}

/** What was just given can be ended from here; a message about more than that says it with `/elevate revoke`. */
function endButtons(shown: readonly FeedLine[], names: Names): Block[] {
  const live = shown.flatMap((one) =>
    one.what === 'given' && one.grant?.state === 'active' ? [one.grant] : [],
  )
  if (live.length === 0 || live.length > MOST_BUTTONS) return []
  // A row for each: in one row Slack takes an action only once.
  return live.map((grant) =>
    actions(endButton(grant, names(grant.person), `End ${grantName(grant.number)}…`)),
  )
}

const LEFT_OUT: Record<FeedKind, readonly [string, string]> = {
  refused: ['refused attempt', 'refused attempts'],
  'not-given': ['grant that could not be given', 'grants that could not be given'],
  reviewed: ['review of break-glass', 'reviews of break-glass'],
  ended: ['grant that ended', 'grants that ended'],
  given: ['grant that was given', 'grants that were given'],
  decided: ['decision', 'decisions'],
  asked: ['request', 'requests'],
}
