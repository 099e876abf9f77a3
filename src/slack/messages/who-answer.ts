import type { WhoAsk } from '../../audit/who.ts'
import { grantName } from '../../core/grant.ts'
import type { Held } from '../../core/reads.ts'
import { clamp } from '../../core/reason.ts'
import { message, sentence } from '../blocks/compose.ts'
import { bullets, context, linesThatFit, rich, section } from '../blocks/layout.ts'
import type { Message, Names } from '../blocks/message.ts'
import { between, bold, code, type Line, moment, say, together } from '../blocks/say.ts'
import { accessName, accessOf, counted, heldBy } from './phrases.ts'

const MOST_LINES = 40
/** Characters of JSON for the list; the words around it need the rest. */
const ROOM = 10_000
const REASON = 160

/** For `/elevate who`: who has an entitlement, or had it at a moment. `own` when the reader may see no more. */
export function whoAnswer(
  ask: WhoAsk,
  answer: { readonly at: Date; readonly held: readonly Held[]; readonly own?: boolean },
  names: Names,
): Message {
  const { at, held } = answer
  const now = ask.at === undefined
  const question = say`${access(ask)}${ask.person ? say` for ${names(ask.person)}` : ''} ${now ? say`now (${moment(at)})` : moment(at)}`
  const limits = answer.own ? say`This shows your own access; security and approvers see more.` : say``
  const standing = say`This is what elevate gave. Standing access is not in it.`
  if (held.length === 0)
    return sentence(
      together(
        say`${answer.own ? (now ? 'You do not have' : 'You did not have') : `Nobody ${now ? 'has' : 'had'}`} ${question} through elevate.`,
        limits,
      ),
    )
  const lines = held.slice(0, MOST_LINES).map((one) => lineOf(one, now, names))
  const shown = linesThatFit(lines, ROOM, MOST_LINES)
  const rest = held.length - shown.length
  const head = say`${bold(counted(new Set(held.map((one) => one.grant.person)).size, 'person', 'people'))} ${now ? 'with' : 'had'} ${question}:`
  return message(between([head, ...shown], ' '), [
    section(head),
    rich(bullets(shown)),
    context(
      together(
        rest > 0 ? say`And ${rest} more: name a target, a role or a person to see them.` : say``,
        standing,
        limits,
        held.length === shown.length ? say`${code('/elevate audit')} shows every step.` : say``,
      ),
    ),
  ])
}

function access(ask: WhoAsk): Line {
  if (ask.target && ask.role) return accessOf({ target: ask.target, role: ask.role })
  return ask.target ? say`access on ${bold(ask.target)}` : say`access`
}

function lineOf(one: Held, now: boolean, names: Names): Line {
  const { grant, reason } = one
  const from = grant.activatedAt ? say` from ${moment(grant.activatedAt)}` : say` (not there yet)`
  const until = grant.revokedAt
    ? say` to ${moment(grant.revokedAt)}`
    : grant.expiresAt
      ? say` until ${moment(grant.expiresAt)}`
      : say``
  const late = now && grant.state === 'revoking' ? say`, being ended now` : say``
  const why = reason ? say` Reason: ${clamp(reason.replace(/\s+/g, ' '), REASON)}` : say``
  return say`${bold(names(grant.person))}: ${accessName(grant)}${from}${until}${late} (${grantName(grant.number)}), ${heldBy(one, names)}.${why}`
}
