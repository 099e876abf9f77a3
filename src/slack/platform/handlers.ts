/** What a button, a form or a command comes to: an answer, which the router tells, or a dialog. A handler only calls a verb and draws. */
import type { types } from '@slack/bolt'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { section } from '../blocks/layout.ts'
import type { Block, Message, Names } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'
import { refusalAnswer, refusalText } from '../words/refusals.ts'
import { withNames } from './directory.ts'
import { type Answer, type Door, explain, quietly } from './guard.ts'
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
type Filled = Submission & { field(action: string): string }

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

export type Modal = types.ModalView

export const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const

/** Shown first, because Slack gives three seconds, and filled when there is something to show. */
function loadingView(title: string): Modal {
  return {
    type: 'modal',
    title: plain(title),
    close: plain('Close'),
    blocks: [section(say`One moment…`)],
  }
}

/** A message in a dialog; blocks that dialogs do not take are left to the text. */
export function noticeView(title: string, message: Message): Modal {
  const shown = message.blocks.filter((block) => IN_DIALOGS.has(block.type))
  return {
    type: 'modal',
    title: plain(title),
    close: plain('Close'),
    blocks: shown.length > 0 ? shown : [textBlock(message.text)],
  }
}

const IN_DIALOGS: ReadonlySet<string> = new Set([
  'section',
  'context',
  'header',
  'divider',
  'rich_text',
  'actions',
])

function textBlock(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3000), verbatim: true } }
}

/** A dialog, or how it is drawn once names are known, or why there is none. */
export type Produced = Modal | Refused | ((names: Names) => Modal)

/**
 * Opens a dialog while the trigger still lives, and fills it when the rest is known. The filling is not waited for:
 * the dialog says that it is under way.
 */
export async function openThen(
  door: Door,
  open: {
    readonly trigger: string
    readonly title: string
    /** The dialog in which it was pressed becomes the new one; there is none to open beside it. */
    readonly into?: string | undefined
  },
  produce: () => Promise<Produced>,
): Promise<undefined> {
  const { title, trigger, into } = open
  const what = `open ${title}`
  const id =
    into ?? (await door.client.views.open({ trigger_id: trigger, view: loadingView(title) })).view?.id
  if (!id) return undefined
  const draw = async (): Promise<Modal> => {
    const produced = await produce()
    if (typeof produced === 'function') return withNames(door.directory, produced)
    return isRefused(produced) ? noticeView(title, await tellRefusal(door, produced)) : produced
  }
  void quietly(door, what, async () => {
    const view = await draw().catch((error: unknown) => noticeView(title, explain(door, what, error)))
    await door.client.views.update({ view_id: id, view })
  })
  return undefined
}

export function notOurs(): Refused {
  return refuse('usage', 'This button is not one that elevate made; nothing was changed.')
}

async function tellRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<Answer> {
  return withNames(door.directory, (names) => refusalAnswer(refused, names))
}

/** For a form's field, which takes plain text only. */
export async function fieldRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<string> {
  return withNames(door.directory, (names) => refusalText(refused, names))
}
