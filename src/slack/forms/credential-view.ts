import { type Grant, grantName } from '../../core/access/grant.ts'
import type { Credential } from '../../core/connector.ts'
import { paragraph, rich, section } from '../blocks/layout.ts'
import { bold, moment, say } from '../blocks/rich-text.ts'
import { type Modal, plain } from '../platform/dialog.ts'
import { VIEW } from '../platform/ids.ts'
import { accessOf } from '../words/phrases.ts'

/** The only place where a secret is ever seen. It is neither logged nor kept; closing the dialog is the end of it. */
export function credentialView(grant: Grant, credential: Credential): Modal {
  const until = grant.expiresAt ? say` It works until ${moment(grant.expiresAt)}.` : say``
  return {
    type: 'modal',
    callback_id: VIEW.credential,
    title: plain(`Password for ${grantName(grant.number)}`.slice(0, 24)),
    close: plain('Done'),
    blocks: [
      section(say`${accessOf(grant)}.${until}`),
      ...credential.fields.map(({ label, value }) =>
        rich(paragraph(say`${bold(label)}`), {
          type: 'rich_text_preformatted',
          elements: [{ type: 'text', text: value }],
        }),
      ),
      section(
        say`${bold('It is shown this once')} and stored nowhere. Press Show password again for a new one; this one stops working then.`,
      ),
    ],
  }
}
