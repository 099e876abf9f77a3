import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused } from '../../core/refusal.ts'
import type { revokeByName } from '../../operations/access/grant/end-by-name.ts'
import type { Revocable } from '../../operations/access/grant/revoke-on-target.ts'
import type { Names } from '../blocks/message.ts'
import { noteForm } from '../forms/note-form.ts'
import { type Modal, noticeView } from '../forms/notice-view.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION, VIEW } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { readChosen, type Submission, writeChosen } from '../platform/payloads.ts'
import { endingAnswer } from '../words/access/answers.ts'
import { revokeBlocks, revokingAnswer } from '../words/access/end-for-others.ts'

const TITLE = 'Revoke access'

/** Asks whether it is meant, with all that would go by name. Who may do it is judged here and again at the end. */
export async function openRevoke(
  door: Door,
  ask: {
    readonly by: PersonId
    readonly person: PersonId
    readonly target: string
    readonly rest: string
    readonly trigger: string
  },
): Promise<Answer | undefined> {
  const { trigger, ...meant } = ask
  if (trigger === '') return revokeAtOnce(door, meant)
  return openThen(door, { trigger, title: TITLE, what: 'open revoke form' }, async (): Promise<Modal> => {
    const offered = await door.verbs.offerRevoke(meant)
    if (isRefused(offered)) return noticeView(TITLE, await tellRefusal(door, offered))
    return withNames(door.directory, (names) => revokeForm(offered, names))
  })
}

export function revokeForm(offered: Revocable, names: Names): Modal {
  const { person, target, role, note } = offered
  return noteForm({
    callback: VIEW.revoke,
    title: TITLE,
    submit: 'End it',
    about: writeChosen({ receiver: person, target, ...(role === undefined ? {} : { role }) }),
    says: revokeBlocks(offered, names),
    label: 'Reason',
    hint: 'The holder reads it, and it stays in the audit log.',
    typed: note,
  })
}

/** Where Slack lets no dialog be opened, the words have to do: taking access away must not depend on one. */
async function revokeAtOnce(
  door: Door,
  meant: Parameters<typeof revokeByName>[1] & { readonly by: PersonId },
): Promise<Answer> {
  const ended = await door.verbs.revokeByName(meant)
  if (isRefused(ended)) return tellRefusal(door, ended)
  return withNames(door.directory, (names) => endingAnswer(ended.grant, meant.by, names))
}

export async function submitRevoke(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const { receiver: person, target, role } = readChosen(view.metadata)
  if (!person || !target) return notOurs()
  const by = visitor.person
  const note = view.fields.get(ACTION.type_note)?.value ?? ''
  const done = await door.verbs.revokeOnTarget({ by, person, target, role, note })
  if (isRefused(done)) return done
  return withNames(door.directory, (names) => revokingAnswer(done, by, names))
}
