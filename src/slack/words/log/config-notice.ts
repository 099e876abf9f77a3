import { message, sentence } from '../../blocks/compose.ts'
import { paragraph, quote, rich, section } from '../../blocks/layout.ts'
import type { Message } from '../../blocks/message.ts'
import { bold, code, say } from '../../blocks/say.ts'

/** A configuration was taken, or refused with its faults; then the one before stays in force. */
export function configNotice(hash: string, faults: readonly string[]): Message {
  const short = hash.slice(0, 12)
  if (faults.length === 0)
    return sentence(
      say`${bold('New configuration')}: from now on policy ${code(short)} decides. Grants that live keep the terms they were given under.`,
    )
  const refused = say`${bold('A new configuration was refused')}, and policy ${code(short)} stays in force.`
  return message(refused, [
    section(refused),
    rich(paragraph(say`What is wrong with it:`), ...faults.slice(0, 10).map((fault) => quote(fault, 300))),
  ])
}
