import type { types } from '@slack/bolt'
import { section } from '../blocks/layout.ts'
import type { Block, Message } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'

export type Modal = types.ModalView

export const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const

/** Opened at once, because Slack gives three seconds, and filled when there is something to show. */
export function loadingView(title: string): Modal {
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
