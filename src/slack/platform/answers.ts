/** Refusals as people read them, and the few answers that belong to no verb. */
import { type Refused, refuse } from '../../core/refusal.ts'
import { sentence } from '../blocks/compose.ts'
import { say } from '../blocks/rich-text.ts'
import { refusalAnswer, refusalText } from '../words/refusals.ts'
import type { Answer, Door } from './guard.ts'
import { withNames } from './names.ts'

export async function tellRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<Answer> {
  return withNames(door.directory, (names) => refusalAnswer(refused, names))
}

/** For a form's field, which takes plain text only. */
export async function fieldRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<string> {
  return withNames(door.directory, (names) => refusalText(refused, names))
}

export function notOurs(): Refused {
  return refuse('usage', 'This button is not one that elevate made; nothing was changed.')
}

export function unknownPressAnswer(): Answer {
  return sentence(
    say`This button is from another version of elevate, and nothing was changed. /elevate status shows how things stand.`,
  )
}

export function unknownCommandAnswer(): Answer {
  return sentence(say`elevate does not know this command. /elevate help shows what it knows.`)
}
