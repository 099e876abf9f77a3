import type { types } from '@slack/bolt'
import { type Request, requestName } from '../../core/access/request.ts'
import { isRefused } from '../../core/refusal.ts'
import { quote, rich, section } from '../blocks/layout.ts'
import type { Block, Names } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { noteForm } from '../forms/note-form.ts'
import { noticeView, plain } from '../forms/notice-view.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { accessOf } from '../words/phrases.ts'

const TITLE = 'Review break-glass'

/** Opens the form for somebody who may review it; it is judged once more when it comes back. */
export async function pressReview(
  door: Door,
  { visitor, trigger, value }: Click,
): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'open review form' }, async () => {
    const request = await door.verbs.offerReview({ request: id, by: visitor.person })
    if (isRefused(request)) return noticeView(TITLE, await tellRefusal(door, request))
    return noteForm({
      callback: VIEW.review,
      title: TITLE,
      submit: 'Close the review',
      about: id,
      says: [...(await withNames(door.directory, (names) => used(request, names))), outcome],
      label: 'What you found',
      hint: 'The person reads it, and it stays in the audit log.',
    })
  })
}

function used(request: Request, names: Names): Block[] {
  return [
    section(
      say`${bold(requestName(request.number))}: ${names(request.requester)} took ${accessOf(request)} without approval. The reason given:`,
    ),
    rich(quote(request.reason)),
  ]
}

const choice = (value: string, text: string) => ({ text: plain(text), value })

const outcome: types.InputBlock = {
  type: 'input',
  block_id: BLOCK.outcome,
  label: plain('Was it right to break the glass?'),
  element: {
    type: 'radio_buttons',
    action_id: ACTION.pick_outcome,
    options: [choice('justified', 'Justified'), choice('unjustified', 'Not justified')],
  },
}
