import type { Grant } from '../../../core/access/grant.ts'
import { grantName } from '../../../core/access/grant.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { bullets, context, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, type Line, say, together } from '../../blocks/say.ts'
import { accessOf, counted, endedHow, formatLate, lateness, usedOf, whyEnded } from '../phrases.ts'

const MOST_LINES = 15

/** Access that was taken back: one sentence for one, one message for a thousand. Pings nobody. */
export function revokedNotice(grants: readonly Grant[], names: Names): Message {
  const [only] = grants
  if (only && grants.length === 1) return sentence(one(only, names))
  const late = grants.map((grant) => grant.lateByMs ?? 0)
  const kept = grants.filter(
    (grant) => endedHow(grant, '').length > 0 && grant.endOutcome !== 'already-gone',
  ).length
  const summary = together(
    say`${bold(counted(grants.length, 'grant'))} ended, and the targets said so.`,
    late.length > 0 ? say`The latest was ${formatLate(Math.max(...late))} late.` : say``,
    kept > 0
      ? say`${counted(kept, 'person keeps', 'people keep')} the access for another reason, said on the receipt.`
      : say``,
  )
  // The latest first: they are what somebody may want to look into.
  const shown = [...grants].sort((a, b) => (b.lateByMs ?? 0) - (a.lateByMs ?? 0)).slice(0, MOST_LINES)
  const rest = grants.length - shown.length
  return message(summary, [
    section(summary),
    rich(bullets(shown.map((grant) => line(grant, names)))),
    rest > 0
      ? context(say`And ${rest.toLocaleString('en')} more; \`/elevate audit\` shows them all.`)
      : undefined,
  ])
}

function one(grant: Grant, names: Names): Line {
  const who = names(grant.person)
  const late = grant.endOutcome === 'kept-by-other' ? '' : lateness(grant)
  return together(
    say`${who} no longer has ${accessOf(grant)} through ${grantName(grant.number)}: ${whyEnded(grant, names)}.`,
    say`Used ${usedOf(grant)}${late && `; taken back ${late}`}.`,
    endedHow(grant, who),
  )
}

function line(grant: Grant, names: Names): Line {
  const late = lateness(grant)
  return say`${names(grant.person)}: ${accessOf(grant)}, ${usedOf(grant)}, ${whyEnded(grant, names)}${late && `; ${late}`} (${grantName(grant.number)})`
}
