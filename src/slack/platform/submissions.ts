/** A dialog that comes back is held until the verb has answered: what is wrong stands under the field. */
import type { AckFn, ViewResponseAction } from '@slack/bolt'
import { isRefused, type Refused } from '../../core/refusal.ts'
import { noticeView } from '../forms/notice-view.ts'
import { refusalText, tellRefusal } from './answers.ts'
import { type Answer, type Door, explain, quietly, stillLookingAnswer, within } from './guard.ts'
import { ACTION } from './ids.ts'
import type { Submission } from './payloads.ts'

export type Submit = (door: Door, submission: Submission) => Promise<Answer | Refused>

type Failed = { readonly failed: Answer }
type Ack = AckFn<ViewResponseAction>

const TITLE = 'elevate'

export async function serveSubmission(
  door: Door,
  submission: Submission,
  ack: Ack,
  submit: Submit,
): Promise<void> {
  const what = `submit ${submission.view.callback}`
  let late = false
  const outcome = await within(
    door,
    submit(door, submission).catch((error: unknown): Failed => ({ failed: explain(door, what, error) })),
    async () => {
      late = true
      const view = noticeView(TITLE, stillLookingAnswer())
      await quietly(door, what, () => ack({ response_action: 'update', view }))
    },
  )
  await quietly(door, what, () =>
    late ? showLate(door, submission, outcome) : answerNow(door, submission, outcome, ack),
  )
}

/** What was typed is kept as long as the answer is not a yes. */
async function answerNow(
  door: Door,
  submission: Submission,
  outcome: Answer | Refused | Failed,
  ack: Ack,
): Promise<void> {
  if (isRefused(outcome)) {
    const errors = { [blockFor(submission, outcome)]: await refusalText(door, outcome) }
    return ack({ response_action: 'errors', errors })
  }
  if ('failed' in outcome) {
    const errors = { [lastBlock(submission)]: outcome.failed.text }
    return ack({ response_action: 'errors', errors })
  }
  return ack({ response_action: 'update', view: noticeView(TITLE, outcome) })
}

async function showLate(door: Door, { view }: Submission, outcome: Answer | Refused | Failed): Promise<void> {
  const said = isRefused(outcome)
    ? await tellRefusal(door, outcome)
    : 'failed' in outcome
      ? outcome.failed
      : outcome
  await door.client.views.update({ view_id: view.id, view: noticeView(TITLE, said) })
}

/** The input that a refusal is about; one that is about none stands under the last. */
function blockFor(submission: Submission, { refused }: Refused): string {
  const { fields } = submission.view
  const typed = fields.get(ACTION.type_duration)
  const found = {
    target: fields.get(ACTION.pick_target),
    role: fields.get(ACTION.pick_role) ?? fields.get(ACTION.pick_target),
    duration: typed?.value ? typed : fields.get(ACTION.pick_duration),
    reason: fields.get(ACTION.type_reason),
    // What was named only in the reason is mended there.
    ticket: fields.get(ACTION.type_ticket) ?? fields.get(ACTION.type_reason),
    note: fields.get(ACTION.type_note),
    person: fields.get(ACTION.pick_receiver) ?? fields.get(ACTION.pick_person),
    span: fields.get(ACTION.type_span),
    date: fields.get(ACTION.pick_until) ?? fields.get(ACTION.pick_to),
    start: fields.get(ACTION.pick_start),
  }
  return (refused.field && found[refused.field]?.block) ?? lastBlock(submission)
}

function lastBlock({ view }: Submission): string {
  return [...view.fields.values()].at(-1)?.block ?? ''
}
