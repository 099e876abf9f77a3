/** The commands that only read. */
import { isRefused } from '../../core/refusal.ts'
import { explainAccess } from '../../operations/explain-access.ts'
import { listAccess } from '../../operations/list-access.ts'
import { readStanding } from '../../operations/read-standing.ts'
import { tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { explainAnswer } from '../messages/explain-answer.ts'
import { listAnswer } from '../messages/list-answer.ts'
import { standingAnswer } from '../messages/standing-answers.ts'
import { statusAnswer } from '../messages/status-answer.ts'
import { withNames } from '../names.ts'
import type { Command } from './parse-command.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function answerList(door: Door, person: string): Promise<Answer> {
  return listAnswer(await listAccess(door.world, person))
}

export async function answerStatus(door: Door, person: string): Promise<Answer> {
  const list = await listAccess(door.world, person)
  const capabilities = (target: string) => door.world.connector(target)?.capabilities
  return withNames(door.world.directory, (names) => statusAnswer(list, names, capabilities))
}

export async function answerStanding(door: Door, by: string, target: string | undefined): Promise<Answer> {
  const standing = await readStanding(door.world, { by, target })
  if (isRefused(standing)) return tellRefusal(door, standing)
  return withNames(door.world.directory, (names) => standingAnswer(standing, names))
}

export async function answerExplain(door: Door, by: string, ask: Of<'explain'>): Promise<Answer> {
  const { target, role } = ask
  const explained = await explainAccess(door.world, { by, target, role })
  if (isRefused(explained)) return tellRefusal(door, explained)
  return withNames(door.world.directory, (names) => explainAnswer({ target, role }, explained, names))
}
