import { isRefused } from '../../core/refusal.ts'
import { openAllowForm } from '../forms/allow-form.ts'
import { tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Typed } from '../platform/payloads.ts'
import { allowListAnswer, endedAllowAnswer, givenAnswer } from '../words/access/pre-approval.ts'
import type { AllowCommand } from './parse-allow.ts'

export async function answerAllow(
  door: Door,
  { visitor, trigger }: Typed,
  command: AllowCommand,
): Promise<Answer | undefined> {
  const by = visitor.person
  if (command.kind === 'allow-list') {
    const list = await door.queries.listPreApprovals(by, { all: true })
    return withNames(door.directory, (names) => allowListAnswer(list, names))
  }
  if (command.kind === 'allow-end') {
    const ended = await door.verbs.endPreApprovalByName({ by, number: command.number })
    if (isRefused(ended)) return tellRefusal(door, ended)
    return withNames(door.directory, (names) => endedAllowAnswer(ended, names))
  }
  const { person, target, role, span, each, reason } = command.words
  if (!person || !target || !role || !span || !reason)
    return openAllowForm(door, { person: by, trigger, words: command.words })
  const given = await door.verbs.givePreApproval({ by, person, target, role, span, each, reason })
  if (isRefused(given)) return tellRefusal(door, given)
  return withNames(door.directory, (names) => givenAnswer(given, names))
}
