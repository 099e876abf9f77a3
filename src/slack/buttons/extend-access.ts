import { openExtendForm } from '../forms/extend-form.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { type Click, readId } from '../platform/payloads.ts'

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
