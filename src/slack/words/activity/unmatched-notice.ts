import { grantName } from '../../../core/access/grant.ts'
import type { Unmatched } from '../../../core/activity/activity.ts'
import type { Who } from '../../../core/people/person.ts'
import { message } from '../../blocks/compose.ts'
import { context, header, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, code, say, second, together } from '../../blocks/say.ts'
import { counted, mentionsOf } from '../phrases.ts'

/** Somebody worked in a target with an account that had no grant. After the end of one it is an alarm. */
export function unmatchedNotice(
  one: Unmatched,
  source: string,
  security: readonly Who[],
  names: Names,
): Message {
  const { target, account, after } = one
  const when =
    one.first.getTime() === one.last.getTime()
      ? say`${second(one.first)}`
      : say`from ${second(one.first)} to ${second(one.last)}`
  const fact = say`The account ${code(account)} was used on ${bold(target)} without a grant: ${counted(one.count, 'thing')}, ${when}, as ${source} reports.`
  const over = after
    ? say`${grantName(after.number)}, by which ${names(after.person)} had this account, was over by then.`
    : say``
  const mentioned = after ? mentionsOf(security) : say``
  const title = after ? 'Used after its end' : 'Access without a grant'
  return message(together(say`${title}.`, fact, over), [
    header(`${title}: ${account} on ${target}`),
    section(together(fact, over, mentioned.length > 0 ? say`${mentioned}: please look.` : say``)),
    context(
      say`Every report is in the audit log (activity.unmatched). Of this account nothing more is said here for ten minutes. Accounts that work without grants can be named in known_accounts of the source.`,
    ),
  ])
}
