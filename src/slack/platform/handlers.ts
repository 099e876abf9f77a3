/** What a button, a form or a command comes to. The router tells it; a handler only calls a verb and draws. */
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused } from '../../core/refusal.ts'
import type { Names } from '../blocks/message.ts'
import { notOurs, tellRefusal } from './answers.ts'
import { openThen, type Produced } from './dialog.ts'
import type { Answer, Door } from './guard.ts'
import { withNames } from './names.ts'
import { type Click, readId, type Submission } from './payloads.ts'

/** An answer, or how it is drawn once names are known; a refusal; nothing where the dialog or Home shows it. */
export type Said = Answer | Refused | ((names: Names) => Answer) | undefined

export type Press = (door: Door, click: Click) => Promise<Said>
export type Submit = (door: Door, submission: Submission) => Promise<Said>

/** The button's or form's own id, and who acts. */
type Acting<Asked> = { readonly by: PersonId; readonly id: Asked }

/** A refusal passes through; what was done is drawn when names are known. */
export async function done<T>(
  result: Promise<T | Refused>,
  draw: (done: T, names: Names) => Answer,
): Promise<Said> {
  const made = await result
  return isRefused(made) ? made : (names) => draw(made, names)
}

/** Ready to be sent: names are asked for once, and a refusal is a sentence. */
export async function answerOf(door: Door, said: Said): Promise<Answer | undefined> {
  if (typeof said === 'function') return withNames(door.directory, said)
  return isRefused(said) ? tellRefusal(door, said) : said
}

/** A button whose value `read` understands; any other value is not one that elevate made. */
export function press<Asked>(
  read: (value: string) => Asked | undefined,
  act: (door: Door, pressed: Click & Acting<Asked>) => Promise<Said>,
): Press {
  return async (door, click) => {
    const id = read(click.value)
    return id === undefined ? notOurs() : act(door, { ...click, id, by: click.visitor.person })
  }
}

/** A button that carries the id of one of our rows. */
export const pressId = (act: (door: Door, pressed: Click & Acting<string>) => Promise<Said>): Press =>
  press(readId, act)

/** A button that opens a dialog, which stands before anything is asked and is filled when it is known. */
export function dialog(
  title: string,
  produce: (door: Door, pressed: Click & Acting<string>) => Promise<Produced>,
  { inPlace = false }: { readonly inPlace?: boolean } = {},
): Press {
  return pressId((door, pressed) => {
    // Pressed in a dialog, and not on Home: that one becomes the new one.
    const into = inPlace && pressed.view && !pressed.view.home ? pressed.view.id : undefined
    return openThen(door, { trigger: pressed.trigger, title, into }, () => produce(door, pressed))
  })
}

/** What stands in a form: trimmed, empty when it was left empty or is not there. */
export type Filled = Submission & { field(action: string): string }

/** A form that was opened for something that `read` finds in its metadata. */
export function submit<Asked>(
  read: (metadata: string) => Asked | undefined,
  act: (door: Door, filled: Filled & Acting<Asked>) => Promise<Said>,
): Submit {
  return async (door, submission) => {
    const id = read(submission.view.metadata)
    if (id === undefined) return notOurs()
    const field = (action: string) => submission.view.fields.get(action)?.value.trim() ?? ''
    return act(door, { ...submission, id, by: submission.visitor.person, field })
  }
}

export const submitId = (act: (door: Door, filled: Filled & Acting<string>) => Promise<Said>): Submit =>
  submit(readId, act)
