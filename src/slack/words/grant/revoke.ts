/** Somebody's access on one target: before it is taken away, and after. */
import { type Grant, grantName } from '../../../core/access/grant.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Revocable } from '../../../operations/access/grant/revoke-on-target.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { section } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, say } from '../../blocks/say.ts'
import { endingAnswer } from '../card/acknowledgements.ts'
import { accessOf, counted } from '../phrases.ts'
import { listed, liveLine } from './everything.ts'

const OTHERS_NAMED = 10

/** For the dialog that asks: exactly what will end. */
export function revokeBlocks({ person, target, role, grants, others }: Revocable, names: Names): Block[] {
  const what = role === undefined ? bold(target) : accessOf({ target, role })
  const left = others
    .slice(0, OTHERS_NAMED)
    .map(({ grant }) => say`${grant.role} (${grantName(grant.number)})`)
  const more = others.length > left.length ? say` and ${others.length - left.length} more` : say``
  return [
    section(
      say`${bold(names(person))} loses this now. Whatever else is approved for ${what} meanwhile goes with it.`,
    ),
    listed(grants.map(({ grant }) => liveLine(grant))),
    ...(left.length > 0 ? [section(say`Not yours to end, so it stays: ${between(left, ', ')}${more}.`)] : []),
  ]
}

/** To whoever did it. Gone is what the target says is gone; that follows. */
export function revokingAnswer(
  all: { readonly person: PersonId; readonly target: string; readonly ended: readonly Grant[] },
  by: PersonId,
  names: Names,
): Message {
  const [first, ...more] = all.ended
  const who = names(all.person)
  if (!first) return sentence(say`What ${who} had on ${all.target} is over or ending already.`)
  if (more.length === 0) return endingAnswer(first, by, names)
  const line = say`Ending the access of ${who} on ${bold(all.target)}: ${counted(all.ended.length, 'grant')}. It is said to have ended when the target confirms it.`
  return message(line, [section(line), listed(all.ended.map(liveLine))])
}
