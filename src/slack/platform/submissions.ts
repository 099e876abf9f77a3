/** A dialog that comes back is held until the verb has answered: what is wrong stands under the field. */
import type { AckFn, ViewResponseAction } from '@slack/bolt'
import { isRefused, type Refused } from '../../core/refusal.ts'
import { fieldRefusal } from './answers.ts'
import { type Modal, noticeView } from './dialog.ts'
import { type Answer, type Door, explain, quietly, stillLookingAnswer, within } from './guard.ts'
import { answerOf, type Submit } from './handlers.ts'
import { ACTION } from './ids.ts'
import type { Submission } from './payloads.ts'

type Outcome = Answer | Refused | Failed | undefined
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
    submit(door, submission)
      .then(async (said): Promise<Outcome> => (isRefused(said) ? said : answerOf(door, said)))
      .catch((error: unknown): Failed => ({ failed: explain(door, what, error) })),
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

/** What was typed stays in the form as long as the verb has not done it; a dialog without fields shows the refusal. */
async function answerNow(door: Door, submission: Submission, outcome: Outcome, ack: Ack): Promise<void> {
  const wrong = await whatIsWrong(door, submission, outcome)
  if (wrong) return ack({ response_action: 'errors', errors: wrong })
  return ack({ response_action: 'update', view: await viewOf(door, outcome) })
}

async function whatIsWrong(door: Door, submission: Submission, outcome: Outcome) {
  if (submission.view.fields.size === 0) return undefined
  if (isRefused(outcome)) return { [blockFor(submission, outcome)]: await fieldRefusal(door, outcome) }
  if (outcome && 'failed' in outcome) return { [lastBlock(submission)]: outcome.failed.text }
  return undefined
}

async function showLate(door: Door, { view }: Submission, outcome: Outcome): Promise<void> {
  await door.client.views.update({ view_id: view.id, view: await viewOf(door, outcome) })
}

async function viewOf(door: Door, outcome: Outcome): Promise<Modal> {
  const said = outcome && 'failed' in outcome ? outcome.failed : await answerOf(door, outcome)
  if (!said) throw new Error('a form came back, and nothing was said of it')
  return noticeView(TITLE, said)
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
