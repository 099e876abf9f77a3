import { groupsToDecide } from '../../../core/access/approval.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import { MOST_QUESTIONS, type QuestionId, refuseTalker } from '../../../core/access/question.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { ownersOf, type Request, type RequestId, requestName } from '../../../core/access/request.ts'
import { type Notice, personLane } from '../../../core/notice.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { attemptOn, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { closedAlready } from '../decide/decide-request.ts'
import { aboutRequest } from '../grant/open-grant.ts'

type Asked = { readonly request: Request }

/**
 * Asks before deciding: in the thread of the card, and in the direct messages of who asked for the access. It
 * decides nothing; who waits for an answer is not reminded meanwhile.
 */
export async function askBack(
  world: World,
  { request: id, by, text }: { readonly request: RequestId; readonly by: PersonId; readonly text: string },
): Promise<Asked> {
  const question = cleanText(text)
  if (question === '')
    throw refusal('reason-missing', 'Please write what you want to know.', { field: 'note' })
  const seen = await world.store.reads.request(id)
  if (!seen) throw refusal('unknown-request', 'There is no such request.')
  await refuseUnlessTalker(world, seen, by, 'ask')
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request) throw refusal('unknown-request', 'There is no such request.')
    if (!canRequest('approve', request.state)) throw closedAlready(request)
    if ((await tx.questions.askedAbout(id)) >= MOST_QUESTIONS)
      throw refusal(
        'too-many-pending',
        `There were ${MOST_QUESTIONS} questions about ${requestName(request.number)} already; talk in its thread.`,
        { field: 'note' },
      )
    const asked = await tx.questions.ask({ request: id, asker: by, text: question })
    await tx.dues.waitAnew(request)
    tx.append({
      ...aboutRequest(world, request, by),
      type: 'question.asked',
      detail: { question: asked.id },
      private: { question },
    })
    const owners = ownersOf(request)
    const alsoTo = owners.includes(by) ? [] : owners
    await tell(tx, { kind: 'question', step: 'asked', question: asked.id, request: id }, alsoTo)
    return { request }
  })
}

/** The answer stands in the thread, and reaches who asked. */
export async function answerQuestion(
  world: World,
  { question: id, by, text }: { readonly question: QuestionId; readonly by: PersonId; readonly text: string },
): Promise<Asked> {
  const answer = cleanText(text)
  if (answer === '') throw refusal('reason-missing', 'Please write an answer.', { field: 'note' })
  const question = await world.store.questions.one(id)
  const seen = question && (await world.store.reads.request(question.request))
  if (!question || !seen) throw refusal('unknown-request', 'There is no such question.')
  await refuseUnlessTalker(world, seen, by, 'answer')
  if (question.asker === by)
    throw refusal('not-yours', 'This is your own question; somebody else answers it.', { field: 'note' })
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(seen.id)
    if (!request) throw refusal('unknown-request', 'There is no such request.')
    if (!canRequest('approve', request.state)) throw closedAlready(request)
    if (!(await tx.questions.answer(id, { text: answer, by })))
      throw refusal('already-closed', 'This question has been answered already; its thread has the answer.')
    await tx.dues.waitAnew(request)
    tx.append({
      ...aboutRequest(world, request, by),
      type: 'question.answered',
      detail: { question: id },
      private: { answer },
    })
    await tell(tx, { kind: 'question', step: 'answered', question: id, request: request.id }, [
      question.asker,
    ])
    return { request }
  })
}

async function tell(
  tx: Tx,
  notice: Extract<Notice, { kind: 'question' }>,
  people: readonly PersonId[],
): Promise<void> {
  for (const lane of await tx.requests.cards(notice.request)) tx.tell({ lane, notice })
  for (const person of people) tx.tell({ lane: personLane(person), notice })
}

/** Whoever has no part in it and tries is for security to know. */
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
