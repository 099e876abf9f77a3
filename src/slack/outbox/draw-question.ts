/** A question or its answer as this lane shows it. */
import type { RequestId } from '../../core/access/request.ts'
import { inFeed } from '../../core/feed.ts'
import type { Lane, Notice } from '../../core/notice.ts'
import type { Message } from '../blocks/message.ts'
import type { Inside } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import {
  answerForAsker,
  answerInThread,
  questionForOwner,
  questionInThread,
} from '../words/access/question.ts'

export type LinkTo = (request: RequestId) => Promise<string | undefined>

export async function drawQuestion(
  inside: Inside,
  lane: Lane,
  notice: Extract<Notice, { kind: 'question' }>,
  linkTo: LinkTo,
): Promise<{ readonly message: Message | undefined; readonly thread?: RequestId }> {
  const [question, card] = await Promise.all([
    inside.queries.question(notice.question),
    inside.queries.readCard(notice.request),
  ])
  if (!question || !card) return { message: undefined }
  const asked = notice.step === 'asked'
  if (lane.startsWith('channel:')) {
    if (inFeed(inside.catalog(), lane, card.request)) return { message: undefined }
    const message = asked ? questionInThread(question, card) : answerInThread(question, card)
    return { message, thread: card.request.id }
  }
  const url = await linkTo(card.request.id)
  const message = await withNames(inside.directory, (names) =>
    asked ? questionForOwner(question, card, url) : answerForAsker(question, card, url, names),
  )
  return { message }
}
