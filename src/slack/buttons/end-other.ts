import { grantName } from '../../core/access/grant.ts'
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

const TITLE = 'End access now'

/** Opens the dialog for the reason. Whether this person may end it is judged when it comes back. */
export async function pressEndOther(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'open end form' }, async () => {
    const row = await door.queries.grant(id)
    const names = await readNames(door.directory, [row?.grant.person])
    const says = row
      ? [
          section(
            say`${bold(grantName(row.grant.number))}: ${names(row.grant.person)} has ${accessOf(row.grant)}.`,
          ),
        ]
      : []
    return noteForm({
      callback: VIEW.end_other,
      title: TITLE,
      submit: 'End now',
      about: id,
      says,
      label: 'Reason',
      hint: 'The holder reads it, and it stays in the audit log.',
    })
  })
}
