/** The two dialogs about standing access: why it is meant, and whether it is really to be taken. */
import type { Standing } from '../../core/standing/standing.ts'
import { bullets, linesThatFit, paragraph, rich, section } from '../blocks/layout.ts'
import type { Names } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { type Modal, plain } from '../platform/handlers.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { roleName, standingLine } from '../words/standing/standing.ts'
import { noteForm } from './note-forms.ts'

const MAX_CHARS = 9_000
const MAX_LINES = 60

export function acceptForm(open: readonly Standing[], about: string, names: Names): Modal {
  const lines = linesThatFit(
    open.map((one) => standingLine({ ...one, beyond: undefined }, names)),
    MAX_CHARS,
    MAX_LINES,
  )
  const rest = open.length - lines.length
  const form = noteForm({
    callback: VIEW.accept_standing,
    title: open.length > 1 ? 'Accept as baseline' : 'Accept access',
    submit: open.length > 1 ? `Accept all ${open.length}` : 'Accept',
    about,
    says: [
      section(say`On ${bold(open[0]?.target ?? '')}, without a grant:`),
      rich(
        bullets(lines),
        ...(rest > 0 ? [paragraph(say`And ${rest} more, which are accepted with them.`)] : []),
      ),
    ],
    label: 'Why it is meant',
    hint: 'It stays in the audit log, and auditors read it.',
  })
  return {
    ...form,
    blocks: [
      ...form.blocks,
      {
        type: 'input',
        block_id: BLOCK.until,
        optional: true,
        label: plain('Until'),
        hint: plain(
          'The last day, UTC. After it, elevate reports it again. Leave it out to accept it without an end.',
        ),
        element: { type: 'datepicker', action_id: ACTION.pick_until },
      },
    ],
  }
}

export function takeForm(one: Standing): Modal {
  return {
    type: 'modal',
    callback_id: VIEW.take_standing,
    private_metadata: one.id,
    title: plain('Take access away'),
    submit: plain('Take away'),
    close: plain('Cancel'),
    blocks: [
      rich(
        paragraph(
          say`${bold(one.account)} will no longer have ${bold(roleName(one))} on ${bold(one.target)}. It was ${one.how}.`,
        ),
      ),
      section(
        say`elevate did not give this and cannot give it back: an administrator would have to. Open sessions of this account are ended as the target is configured.`,
      ),
    ],
  }
}

/** One holding, or all that a report lists. */
export const whatOf = (kind: string, id: string) => (kind === 'report' ? { report: id } : { access: id })
