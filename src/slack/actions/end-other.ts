import { grantName } from '../../core/grant.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import { section } from '../blocks/layout.ts'
import { bold, say } from '../blocks/say.ts'
import type { Answer, Door } from '../guard.ts'
import { VIEW } from '../ids.ts'
import { accessOf } from '../messages/phrases.ts'
import { readNames } from '../names.ts'
import { type Click, readId } from '../payloads.ts'
import { noteForm } from '../views/note-form.ts'
import { openThen } from '../views/open-view.ts'

const TITLE = 'End access now'

/** Opens the dialog for the reason. Whether this person may end it is judged when it comes back. */
export async function pressEndOther(door: Door, { trigger, value }: Click): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'open end form' }, async () => {
    const row = await door.world.store.reads.grant(id)
    const names = await readNames(door.world.directory, [row?.grant.person])
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
