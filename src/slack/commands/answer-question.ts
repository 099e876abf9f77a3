/** The commands that only read. */
import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Click } from '../platform/payloads.ts'
import { explainAnswer } from '../words/access/explain.ts'
import { waitsAlready } from '../words/access/form-preview.ts'
import { listAnswer, statusAnswer } from '../words/access/lists.ts'
import { standingAnswer } from '../words/standing/standing-answers.ts'
import type { Command } from './parse-command.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function answerList(door: Door, person: string, from = 0): Promise<Answer> {
  const list = await door.queries.listAccess(person)
  return withNames(door.directory, (names) => listAnswer(list, names, from))
}

/** The next page in place of this one, of the list as it is now; whose it is, is who pressed. */
export async function pressListPage(door: Door, { visitor, value }: Click): Promise<Answer> {
  if (!/^[0-9]{1,6}$/.test(value)) return tellRefusal(door, notOurs())
  return { ...(await answerList(door, visitor.person, Number(value))), replace: true }
}

export async function answerStatus(door: Door, person: string): Promise<Answer> {
  const list = await door.queries.listAccess(person)
  const capabilities = (target: string) => door.capabilities(target)
  return withNames(door.directory, (names) => statusAnswer(list, names, capabilities))
}

export async function answerStanding(door: Door, by: string, target: string | undefined): Promise<Answer> {
  const standing = await door.verbs.readStanding({ by, target })
  if (isRefused(standing)) return tellRefusal(door, standing)
  return withNames(door.directory, (names) => standingAnswer(standing, names))
}

export async function answerExplain(door: Door, by: string, ask: Of<'explain'>): Promise<Answer> {
  const { target, role, receiver } = ask
  const [preview] = await door.queries.previewAsk({
    by,
    target,
    roles: [role],
    duration: undefined,
    receiver,
  })
  if (!preview) throw new Error('one role was asked about, and nothing was answered')
  const { explained, waits } = preview
  if (isRefused(explained)) return tellRefusal(door, explained)
  const presence = await door.directory.presence(explained.approvers ?? [])
  return withNames(door.directory, (names) =>
    explainAnswer(ask, explained, names, {
      presence,
      refusedBecause: waits && waitsAlready(waits, by, names),
    }),
  )
}
