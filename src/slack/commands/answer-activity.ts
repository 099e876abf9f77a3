import { isRefused } from '../../core/refusal.ts'
import { readActivity } from '../../operations/read-activity.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { activityAnswer } from '../messages/activity-answer.ts'
import { withNames } from '../names.ts'
import { type Click, readActivityAsk, writeActivityAsk } from '../payloads.ts'

export async function answerActivity(door: Door, by: string, grant: number, after = 0): Promise<Answer> {
  const read = await readActivity(door.world, { by, grant, after })
  if (isRefused(read)) return tellRefusal(door, read)
  const next = (from: number) => writeActivityAsk({ grant, after: from })
  return withNames(door.world.directory, (names) => activityAnswer(read, names, next))
}

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export async function pressActivityPage(door: Door, { visitor, value }: Click): Promise<Answer> {
  const ask = readActivityAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  return { ...(await answerActivity(door, visitor.person, ask.grant, ask.after)), replace: true }
}
