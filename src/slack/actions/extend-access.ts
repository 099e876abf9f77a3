import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { type Click, readId } from '../payloads.ts'
import { openExtendForm } from '../views/extend-form.ts'

/** Opens the form for how long and why. Whose access it is, is judged by the verb. */
export async function pressExtend(
  door: Door,
  { visitor, trigger, value, view }: Click,
): Promise<Answer | undefined> {
  const grant = readId(value)
  if (!grant) return tellRefusal(door, notOurs())
  return openExtendForm(door, {
    by: visitor.person,
    grant,
    trigger,
    // Pressed in a dialog, and not on Home.
    into: view && !view.home ? view.id : undefined,
  })
}
