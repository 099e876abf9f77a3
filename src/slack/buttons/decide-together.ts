import { isRefused, type Refused } from '../../core/refusal.ts'
import { quote, rich, section } from '../blocks/layout.ts'
import { say } from '../blocks/rich-text.ts'
import { noteForm } from '../forms/note-form.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION, VIEW } from '../platform/ids.ts'
import { readNames, withNames } from '../platform/names.ts'
import { type Click, readId, type Submission } from '../platform/payloads.ts'
import { decidedTogetherAnswer } from '../words/access/answers.ts'
import { listedAccess } from '../words/phrases.ts'

export async function pressApproveTogether(door: Door, { visitor, value }: Click): Promise<Answer> {
  const request = readId(value)
  if (!request) return tellRefusal(door, notOurs())
  const by = visitor.person
  const decided = await door.verbs.decideTogether({ request, by, verdict: 'approve', note: '' })
  if (isRefused(decided)) return tellRefusal(door, decided)
  return withNames(door.directory, (names) => decidedTogetherAnswer(decided, 'approve', names))
}

const TITLE = 'Deny several'

/** Opens the dialog for the reason. What this person may deny is judged when it comes back. */
export async function pressDenyTogether(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'open deny form' }, async () => {
    const bundle = await door.queries.bundleOf(id)
    const open = bundle.filter((one) => one.state === 'pending')
    const [first] = open
    const names = await readNames(door.directory, [first?.requester])
    return noteForm({
      callback: VIEW.deny_together,
      title: TITLE,
      submit: 'Deny all',
      about: id,
      says: first
        ? [
            section(say`${names(first.requester)}: ${listedAccess(open)}. The reason given:`),
            rich(quote(first.reason, 600)),
          ]
        : [],
      label: 'Reason',
      hint: 'The requester reads it, and it stays in the audit log.',
    })
  })
}

export async function submitDenyTogether(
  door: Door,
  { visitor, view }: Submission,
): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const note = view.fields.get(ACTION.type_note)?.value ?? ''
  const decided = await door.verbs.decideTogether({ request, by: visitor.person, verdict: 'deny', note })
  if (isRefused(decided)) return decided
  return withNames(door.directory, (names) => decidedTogetherAnswer(decided, 'deny', names))
}
