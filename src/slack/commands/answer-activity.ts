import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readActivityAsk, writeActivityAsk } from '../platform/payloads.ts'
import { activityAnswer } from '../words/activity/activity.ts'

export async function answerActivity(door: Door, by: string, grant: number, after = 0): Promise<Answer> {
  const read = await door.verbs.readActivity({ by, grant, after })
  if (isRefused(read)) return tellRefusal(door, read)
  const next = (from: number) => writeActivityAsk({ grant, after: from })
  return withNames(door.directory, (names) => activityAnswer(read, names, next))
}

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export async function pressActivityPage(door: Door, { visitor, value }: Click): Promise<Answer> {
  const ask = readActivityAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  return { ...(await answerActivity(door, visitor.person, ask.grant, ask.after)), replace: true }
}
