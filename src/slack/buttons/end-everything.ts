import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused } from '../../core/refusal.ts'
import type { Everything } from '../../operations/access/grant/end-everything.ts'
import type { Names } from '../blocks/message.ts'
import { noteForm } from '../forms/note-form.ts'
import { type Modal, noticeView } from '../forms/notice-view.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION, VIEW } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readPersonId, type Submission } from '../platform/payloads.ts'
import { everythingAnswer, everythingBlocks } from '../words/access/end-for-others.ts'

const TITLE = 'End everything'

/** Asks whether it is meant, with all that would go by name. Who may do it is judged here and again at the end. */
export function openEndEverything(
  door: Door,
  ask: {
    readonly by: PersonId
    readonly person: PersonId
    readonly reason: string
    readonly trigger: string
  },
): Promise<undefined> {
  const { by, person, reason, trigger } = ask
  return openThen(door, { trigger, title: TITLE, what: 'open everything form' }, async (): Promise<Modal> => {
    const all = await door.verbs.offerEverything({ by, person })
    if (isRefused(all)) return noticeView(TITLE, await tellRefusal(door, all))
    const { grants, requests, beforehand } = all
    if (grants.length + requests.length + beforehand.length === 0)
      return noticeView(TITLE, await withNames(door.directory, (names) => everythingAnswer(all, names)))
    return withNames(door.directory, (names) => everythingForm(all, reason, names))
  })
}

export function everythingForm(all: Everything, typed: string, names: Names): Modal {
  return noteForm({
    callback: VIEW.end_everything,
    title: TITLE,
    submit: 'End everything',
    about: all.person,
    says: everythingBlocks(all, names),
    label: 'Reason',
    hint: 'The holder reads it, and it stays in the audit log.',
    typed,
  })
}

export async function pressEndEverything(
  door: Door,
  { visitor, trigger, value }: Click,
): Promise<Answer | undefined> {
  const person = readPersonId(value)
  if (!person) return tellRefusal(door, notOurs())
  return openEndEverything(door, { by: visitor.person, person, reason: '', trigger })
}

export async function submitEndEverything(
  door: Door,
  { visitor, view }: Submission,
): Promise<Answer | Refused> {
  const person = readPersonId(view.metadata)
  if (!person) return notOurs()
  const note = view.fields.get(ACTION.type_note)?.value ?? ''
  const done = await door.verbs.endEverything({ by: visitor.person, person, note })
  if (isRefused(done)) return done
  return withNames(door.directory, (names) => everythingAnswer(done, names))
}
