import { requestName } from '../../core/access/request.ts'
import { section } from '../blocks/layout.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { noteForm } from '../forms/note-form.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { VIEW } from '../platform/ids.ts'
import { readNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { accessOf } from '../words/phrases.ts'

const TITLE = 'Deny a request'

/** Opens the dialog for the reason. Whether this person may deny is judged when it comes back. */
export async function pressDeny(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'open deny form' }, async () => {
    const request = await door.queries.request(id)
    const names = await readNames(door.directory, [request?.requester])
    const says = request
      ? [
          section(
            say`${bold(requestName(request.number))}: ${names(request.requester)} asks for ${accessOf(request)}.`,
          ),
        ]
      : []
    return noteForm({
      callback: VIEW.deny,
      title: TITLE,
      submit: 'Deny',
      about: id,
      says,
      label: 'Reason',
      hint: 'The requester reads it, and it stays in the audit log.',
    })
  })
}
