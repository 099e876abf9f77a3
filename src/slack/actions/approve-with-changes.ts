import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { type Click, readId } from '../payloads.ts'
import { CHANGES_TITLE, drawChangesForm } from '../views/changes-form.ts'
import { openThen } from '../views/open-view.ts'

/** Opens the dialog for a shorter time or a later start. Whether this person may approve is judged when it comes back. */
export async function pressApproveWithChanges(
  door: Door,
  { trigger, value }: Click,
): Promise<Answer | undefined> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: CHANGES_TITLE, what: 'open changes form' }, () =>
    drawChangesForm(door, id),
  )
}
