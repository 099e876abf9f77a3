import { CHANGES_TITLE, drawChangesForm } from '../forms/changes-form.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { type Click, readId } from '../platform/payloads.ts'

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
