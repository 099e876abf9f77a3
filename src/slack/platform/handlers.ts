/** What a button, a form or a command comes to: an answer, which the router tells, or a dialog. A handler only calls a verb and draws. */
import type { types } from '@slack/bolt'
import type { PersonId } from '../../core/people/person.ts'
import type { Refused } from '../../core/refusal.ts'
import { literal, section } from '../blocks/layout.ts'
import type { Block, Message, Names } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'
import { refusalText } from '../words/refusals.ts'
import { withNames } from './directory.ts'
import { type Answer, type Door, explain, quietly } from './guard.ts'
import { type Click, readId, type Submission } from './payloads.ts'
import { TurnedAway, turnedAway, unlessRefused } from './turned-away.ts'

/** An answer, or how it is drawn once names are known; nothing where the dialog or Home shows it. */
export type Said = Answer | ((names: Names) => Answer) | undefined

export type Press = (door: Door, click: Click) => Promise<Said>
export type Submit = (door: Door, submission: Submission) => Promise<Said>

/** The button's or form's own id, and who acts. */
type Acting<Asked> = { readonly by: PersonId; readonly id: Asked }

/** What was done is drawn when names are known; a refusal is thrown. */
export async function done<T>(
  result: Promise<T | Refused>,
  draw: (done: T, names: Names) => Answer,
): Promise<Said> {
  const made = unlessRefused(await result)
  return (names) => draw(made, names)
}

/** Ready to be sent: names are asked for once, and a "no" on the way is the answer. */
export async function answerOf(door: Door, work: () => Promise<Said>): Promise<Answer | undefined> {
  try {
    return await drawn(door, await work())
  } catch (error) {
    if (error instanceof TurnedAway) return tellNo(door, error)
    throw error
  }
}

export async function drawn<T>(door: Pick<Door, 'directory'>, said: T | ((names: Names) => T)): Promise<T> {
  return said instanceof Function ? withNames(door.directory, said) : said
}

/** A button whose value `read` understands; any other value is not one that elevate made. */
export function press<Asked>(
  read: (value: string) => Asked | undefined,
  act: (door: Door, pressed: Click & Acting<Asked>) => Promise<Said>,
): Press {
  return async (door, click) => {
    const id = read(click.value)
    if (id === undefined) throw notOurs()
    return act(door, { ...click, id, by: click.visitor.person })
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
    if (id === undefined) throw notOurs()
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

/** A dialog, or how it is drawn once names are known. */
export type Produced = Modal | ((names: Names) => Modal)

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
  const notDrawn = async (error: unknown) =>
    noticeView(title, error instanceof TurnedAway ? await tellNo(door, error) : explain(door, what, error))
  void quietly(door, what, async () => {
    const view = await produce()
      .then((produced) => drawn(door, produced))
      .catch(notDrawn)
    await door.client.views.update({ view_id: id, view })
  })
  return undefined
}

export function notOurs(): TurnedAway {
  return turnedAway('This button is not one that elevate made; nothing was changed.')
}

export async function tellNo(door: Pick<Door, 'directory'>, no: TurnedAway): Promise<Answer> {
  return literal(await wordsOfNo(door, no))
}

/** Plain text, as a form's field takes it too. */
export async function wordsOfNo({ directory }: Pick<Door, 'directory'>, { no }: TurnedAway): Promise<string> {
  return 'words' in no ? no.words : withNames(directory, (names) => refusalText({ refused: no }, names))
}
