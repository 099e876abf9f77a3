import type { types } from '@slack/bolt'
import { isRefused, type Refused } from '../../core/refusal.ts'
import { section } from '../blocks/layout.ts'
import type { Block, Message, Names } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'
import { tellRefusal } from './answers.ts'
import { type Door, explain, quietly } from './guard.ts'
import { withNames } from './names.ts'

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
