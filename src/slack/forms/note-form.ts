import { clamp } from '../../core/access/reason.ts'
import type { Message } from '../blocks/message.ts'
import { ACTION, BLOCK } from '../platform/ids.ts'
import { type Modal, plain } from './notice-view.ts'

/** A dialog with one text to write: why it is denied, why it is ended. `about` is the id it is sent back with. */
export function noteForm(form: {
  readonly callback: string
  readonly title: string
  readonly submit: string
  readonly about: string
  readonly says: Message['blocks']
  readonly label: string
  readonly hint: string
  readonly typed?: string
}): Modal {
  return {
    type: 'modal',
    callback_id: form.callback,
    private_metadata: form.about,
    title: plain(form.title),
    submit: plain(form.submit),
    close: plain('Cancel'),
    blocks: [
      ...form.says,
      {
        type: 'input',
        block_id: BLOCK.note,
        label: plain(form.label),
        hint: plain(form.hint),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_note,
          multiline: true,
          max_length: 1000,
          focus_on_load: true,
          ...(form.typed ? { initial_value: clamp(form.typed, 1000) } : {}),
        },
      },
    ],
  }
}
