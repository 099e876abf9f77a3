import { groupsToDecide } from '../../../core/access/approval.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import { MAX_QUESTIONS, refuseTalker } from '../../../core/access/question.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { QuestionId, RequestId } from '../../../core/ids.ts'
import { questionAnswered, questionAsked } from '../../../core/log/request-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { record } from '../../record.ts'
import { attemptOn, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { closedAlready } from '../decide/decide-request.ts'

type Asked = { readonly request: Request }

/**
 * Asks a question before deciding: in the thread of the card, and in the requester's direct messages. Decides
 * nothing, and restarts the time until the next reminder. Refuses people with no part in the request (recorded), and
 * a request that is closed or has too many questions.
 */
export async function askBack(
  world: World,
  { request: id, by, text }: { readonly request: RequestId; readonly by: PersonId; readonly text: string },
): Promise<Asked> {
  const question = cleanText(text)
  if (question === '') throw refusal('question-missing')
  const seen = await world.store.reads.request(id)
  if (!seen) throw refusal('no-such-request')
  await refuseUnlessTalker(world, seen, by, 'ask')
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request) throw refusal('no-such-request')
    if (!canRequest('approve', request.state)) throw closedAlready(request)
    if ((await tx.questions.askedAbout(id)) >= MAX_QUESTIONS)
      throw refusal('too-many-questions', { request: requestName(request.number), most: MAX_QUESTIONS })
    const asked = await tx.questions.ask({ request: id, asker: by, text: question })
    await tx.dues.restartReminders(request)
    const catalog = world.catalog()
    const event = questionAsked(request, { by, policy: catalog.hash }, asked.id, question)
    await record(catalog, tx, event, { request, question: asked })
    return { request }
  })
}

/**
 * Answers a question in the thread, and notifies who asked. Refuses one's own question, one that is answered, and
 * people with no part in the request (recorded).
 */
export async function answerQuestion(
  world: World,
  { question: id, by, text }: { readonly question: QuestionId; readonly by: PersonId; readonly text: string },
): Promise<Asked> {
  const answer = cleanText(text)
  if (answer === '') throw refusal('answer-missing')
  const question = await world.store.questions.one(id)
  const seen = question && (await world.store.reads.request(question.request))
  if (!question || !seen) throw refusal('no-such-question')
  await refuseUnlessTalker(world, seen, by, 'answer')
  if (question.asker === by) throw refusal('own-question')
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(seen.id)
    if (!request) throw refusal('no-such-request')
    if (!canRequest('approve', request.state)) throw closedAlready(request)
    if (!(await tx.questions.answer(id, { text: answer, by }))) throw refusal('question-answered')
    await tx.dues.restartReminders(request)
    const catalog = world.catalog()
    const event = questionAnswered(request, { by, policy: catalog.hash }, id, answer)
    await record(catalog, tx, event, { request, question })
    return { request }
  })
}

/** Attempts of people who have no part in it are recorded. */
async function refuseUnlessTalker(
  world: World,
  request: Request,
  by: PersonId,
  verdict: 'ask' | 'answer',
): Promise<void> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsToDecide(catalog, request)),
  ])
  const attempt = { ...attemptOn(by, verdict, request), outcome: 'not-yours' } as const
  unlessRefused(refuseTalker(catalog, request, person, groups), attempt)
}
