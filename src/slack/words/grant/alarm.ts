import { type Grant, grantName } from '../../../core/access/grant.ts'
import type { Who } from '../../../core/people/person.ts'
import { message } from '../../blocks/compose.ts'
import { actions, button, context, header, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, moment, say, together } from '../../blocks/say.ts'
import { ACTION } from '../../platform/ids.ts'
import { failure } from '../card/standing.ts'
import { accessName, accessOf, counted, mentionsOf, whyEnded } from '../phrases.ts'

/** Access outlives its time. `alert` names who is mentioned, and so alerted. */
export function alarm(grant: Grant, number: number, alert: readonly Who[], names: Names): Message {
  const who = names(grant.person)
  const due = grant.dueAt ?? grant.expiresAt
  const since = due ? say` It should have ended ${moment(due)}` : say` It should have ended`
  const fact = say`${who} still has ${accessOf(grant)}.${since} (${whyEnded(grant, names)}), and is still there after ${counted(grant.attempts, 'try', 'tries')}.`
  const mentioned = mentionsOf(alert)
  return message(together(say`Access outlives its time.`, fact), [
    header(`Access outlives its time: ${accessName(grant)}`),
    section(
      together(fact, mentioned.length > 0 ? say`${mentioned}: please look at ${bold(grant.target)}.` : say``),
    ),
    ...failure(grant),
    actions(
      button({
        action: ACTION.look_again,
        text: 'Look again',
        label: `Look again at ${grantName(grant.number)}: ${accessName(grant)} for ${who}`,
        value: grant.id,
        style: 'primary',
      }),
    ),
    context(
      say`${grantName(grant.number)} · alarm ${number} · account ${grant.account ?? 'unknown'}. elevate keeps trying by itself, and believes only the target. When the cause is mended, Look again makes it try at once.`,
    ),
  ])
}
