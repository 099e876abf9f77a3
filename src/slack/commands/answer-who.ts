import { timelineSvg } from '../../audit/report/draw-timeline.ts'
import { timelineOf } from '../../audit/report/timeline.ts'
import type { WhoAsk } from '../../audit/report/who.ts'
import { grantName } from '../../core/access/grant.ts'
import { isRefused, refuse } from '../../core/refusal.ts'
import { sentence } from '../blocks/compose.ts'
import { say } from '../blocks/rich-text.ts'
import { pictureOf } from '../outbox/picture.ts'
import type { Door } from '../platform/guard.ts'
import { press, type Said } from '../platform/handlers.ts'
import { withNames } from '../platform/names.ts'
import { readWhoAsk, writeWhoAsk } from '../platform/payloads.ts'
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
): Promise<Said> {
  const had = await lookUp(door, by, ask)
  if (isRefused(had)) return had
  const { narrowed, window } = had
  const happened = ask.around === undefined ? undefined : await door.reports.whatHappened(window, narrowed)
  const picture = writeWhoAsk(ask)
  const answer = { ...had, ...(happened ? { happened } : {}), ...(picture ? { picture } : {}) }
  return (names) => whoAnswer(narrowed, answer, names)
}

/** The same as a picture, sent to the person who asked. The button brings the question; who may ask it is judged again. */
export const pressPicture = press(readWhoAsk, async (door, { by, id }) => {
  const had = await lookUp(door, by, id)
  if (isRefused(had)) return had
  const now = await door.queries.now()
  const { window, held, narrowed } = had
  const title = await withNames(door.directory, (names) => pictureTitle(narrowed, window, names))
  await sendFile(door.client, by, {
    name: 'who-had-what.png',
    title,
    content: await pictureOf(timelineSvg(timelineOf(held, { ...window, now, title }))),
    message: pictureMessage(title, held.length),
  })
  return sentence(say`The picture is in your direct messages with elevate.`)
})

/** What is not yours and what does not exist are answered alike: numbers could be counted through otherwise. */
export async function answerStory(
  door: Door,
  by: string,
  { grant: number }: { readonly grant: number },
): Promise<Said> {
  const story = await door.reports.storyOf(number)
  if (isRefused(story)) return story
  const { target, person } = story.row.grant
  const scope = await door.verbs.readingScope({ by, target, person })
  if (isRefused(scope)) return refuse('unknown-grant', `There is no ${grantName(number)}.`)
  return (names) => storyAnswer(story, names)
}
