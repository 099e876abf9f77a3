import { type Request, requestName } from '../../core/access/request.ts'
import { quote, rich, section } from '../blocks/layout.ts'
import type { Block } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { noteForm } from '../forms/note-form.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { VIEW } from '../platform/ids.ts'
import { readNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { accessOf, forHowLong } from '../words/phrases.ts'

const ASK = 'Ask a question'
const ANSWER = 'Answer a question'

/** Opens the dialog for a question. Whether this person may ask is judged when it comes back. */
export async function pressAskBack(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: ASK, what: 'open question form' }, async () =>
    noteForm({
      callback: VIEW.ask_back,
      title: ASK,
      submit: 'Ask',
      about: id,
      says: await about(door, await door.queries.request(id)),
      label: 'Question',
      hint: 'It decides nothing. It is posted in the thread of the request, and whom it concerns gets a message.',
    }),
  )
}

export async function pressAnswer(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: ANSWER, what: 'open answer form' }, async () => {
    const question = await door.queries.question(id)
    const names = await readNames(door.directory, [question?.asker])
    const asked = question
      ? [section(say`${names(question.asker)} wants to know:`), rich(quote(question.text))]
      : []
    return noteForm({
      callback: VIEW.answer,
      title: ANSWER,
      submit: 'Answer',
      about: id,
      says: asked,
      label: 'Answer',
      hint: 'It is posted in the thread of the request, and stays in the audit log.',
    })
  })
}

async function about(door: Door, request: Request | undefined): Promise<Block[]> {
  if (!request) return []
  const names = await readNames(door.directory, [request.requester])
  return [
    section(
      say`${bold(requestName(request.number))}: ${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)}.`,
    ),
    rich(quote(request.reason, 600)),
  ]
}
