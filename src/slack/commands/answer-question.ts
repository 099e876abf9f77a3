/** The commands that only read. */
import { whoHad } from '../../audit/who.ts'
import { isRefused } from '../../core/refusal.ts'
import { explainAccess } from '../../operations/explain-access.ts'
import { listAccess } from '../../operations/list-access.ts'
import { readingScope } from '../../operations/reading-scope.ts'
import { tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { explainAnswer } from '../messages/explain-answer.ts'
import { listAnswer } from '../messages/list-answer.ts'
import { statusAnswer } from '../messages/status-answer.ts'
import { whoAnswer } from '../messages/who-answer.ts'
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

export async function answerWho(door: Door, by: string, ask: Of<'who'>): Promise<Answer> {
  const scope = await readingScope(door.world, { by, target: ask.target, person: ask.person })
  if (isRefused(scope)) return tellRefusal(door, scope)
  const { kind: _, ...rest } = ask
  const narrowed = { ...rest, ...(scope.person ? { person: scope.person } : {}) }
  const had = await whoHad(door.world.store, door.world.catalog(), narrowed)
  if (isRefused(had)) return tellRefusal(door, had)
  const answer = { ...had, own: scope.own }
  return withNames(door.world.directory, (names) => whoAnswer(narrowed, answer, names))
}

export async function answerExplain(door: Door, by: string, ask: Of<'explain'>): Promise<Answer> {
  const { target, role } = ask
  const explained = await explainAccess(door.world, { by, target, role })
  if (isRefused(explained)) return tellRefusal(door, explained)
  return withNames(door.world.directory, (names) => explainAnswer({ target, role }, explained, names))
}
