import { timelineSvg } from '../../audit/report/draw-timeline.ts'
import { timelineOf } from '../../audit/report/timeline.ts'
import type { WhoAsk } from '../../audit/report/who.ts'
import { grantName } from '../../core/access/grant.ts'
import { isRefused, refuse } from '../../core/refusal.ts'
import { sentence } from '../blocks/compose.ts'
import { say } from '../blocks/rich-text.ts'
import { pictureOf } from '../outbox/picture.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readWhoAsk, writeWhoAsk } from '../platform/payloads.ts'
import { sendFile } from '../platform/send-file.ts'
import { pictureMessage, pictureTitle, storyAnswer, whoAnswer } from '../words/log/who-answer.ts'

/** Who had what, as far as this reader may know it; undefined asks are refused as in words. */
async function lookUp(door: Door, by: string, ask: WhoAsk) {
  const scope = await door.verbs.readingScope({ by, target: ask.target, person: ask.person })
  if (isRefused(scope)) return scope
  const narrowed = { ...ask, ...(scope.person ? { person: scope.person } : {}) }
  const had = await door.reports.whoHad(door.catalog(), narrowed)
  return isRefused(had) ? had : { ...had, narrowed, own: scope.own }
}

export async function answerWho(
  door: Door,
  by: string,
  { kind: _, ...ask }: WhoAsk & { readonly kind: 'who' },
): Promise<Answer> {
  const had = await lookUp(door, by, ask)
  if (isRefused(had)) return tellRefusal(door, had)
  const { narrowed } = had
  const happened =
    ask.around === undefined ? undefined : await door.reports.whatHappened(had.window, narrowed)
  const picture = writeWhoAsk(ask)
  const answer = { ...had, ...(happened ? { happened } : {}), ...(picture ? { picture } : {}) }
  return withNames(door.directory, (names) => whoAnswer(narrowed, answer, names))
}

/** The same as a picture, sent to whoever asked. The button brings the question; who may ask it is judged again. */
export async function pressPicture(door: Door, { visitor, value }: Click): Promise<Answer> {
  const ask = readWhoAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  const had = await lookUp(door, visitor.person, ask)
  if (isRefused(had)) return tellRefusal(door, had)
  const now = await door.queries.now()
  const { window, held, narrowed } = had
  const title = await withNames(door.directory, (names) => pictureTitle(narrowed, window, names))
  const content = await pictureOf(timelineSvg(timelineOf(held, { ...window, now, title })))
  await sendFile(door.client, visitor.person, {
    name: 'who-had-what.png',
    title,
    content,
    message: pictureMessage(title, held.length),
  })
  return sentence(say`The picture is in your direct messages with elevate.`)
}

/** What is not yours and what does not exist are answered alike: numbers could be counted through otherwise. */
export async function answerStory(
  door: Door,
  by: string,
  { grant: number }: { readonly grant: number },
): Promise<Answer> {
  const story = await door.reports.storyOf(number)
  if (isRefused(story)) return tellRefusal(door, story)
  const { target, person } = story.row.grant
  const scope = await door.verbs.readingScope({ by, target, person })
  if (isRefused(scope)) return tellRefusal(door, refuse('unknown-grant', `There is no ${grantName(number)}.`))
  return withNames(door.directory, (names) => storyAnswer(story, names))
}
