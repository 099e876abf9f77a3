/** The question whether it is meant: what will happen, in so many words, before anything does. */
import { formatDuration, writeDuration } from '../../core/access/duration.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { clamp, REASON_MAX } from '../../core/access/reason.ts'
import { isRefused } from '../../core/refusal.ts'
import type { Asking } from '../../operations/access/request/request-access.ts'
import { bullets, rich, section } from '../blocks/layout.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { type Modal, openThen, plain } from '../platform/dialog.ts'
import type { Door } from '../platform/guard.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { writeChosen } from '../platform/payloads.ts'
import { BREAK_GLASS } from '../words/access/approvals.ts'
import { accessOf } from '../words/phrases.ts'
import { exampleDuration } from './entitlement-options.ts'

const TITLE = 'Break-glass'

export function openBreakGlassForm(door: Door, trigger: string, asking: Asking): Promise<undefined> {
  return openThen(door, { trigger, title: TITLE }, async () => {
    const may = await door.verbs.offerBreakGlass(asking)
    return isRefused(may) ? may : breakGlassForm(may, asking)
  })
}

export function breakGlassForm(
  { target, role, policy }: Entitlement,
  typed: Pick<Asking, 'duration' | 'reason'>,
): Modal {
  const { default: usual, max } = policy.duration
  const { hint, minLength } = policy.reason
  const access = accessOf({ target: target.id, role: role.id })
  return {
    type: 'modal',
    callback_id: VIEW.break_glass,
    private_metadata: writeChosen({ target: target.id, role: role.id }),
    title: plain(TITLE),
    submit: plain('Break the glass'),
    close: plain('Cancel'),
    blocks: [
      section(say`${bold(`${BREAK_GLASS}: access without approval.`)} You take ${access}. If you go on:`),
      rich(
        bullets([
          say`You have it at once, for at most ${formatDuration(max)}. It ends by itself.`,
          say`Every approver and security are alerted now, with your name and your reason. They can end it at any moment.`,
          policy.breakGlass?.whileReviewOpen === 'allow'
            ? say`Somebody else has to review it. It stays in every digest until then.`
            : say`Somebody else has to review it. It stays in every digest until then, and you cannot do this again before.`,
        ]),
      ),
      {
        type: 'input',
        block_id: BLOCK.own_duration,
        label: plain('For how long'),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_duration,
          max_length: 40,
          initial_value: clamp(typed.duration ?? writeDuration(usual), 40),
          placeholder: plain(`for example ${exampleDuration(max)}`),
        },
      },
      {
        type: 'input',
        block_id: BLOCK.reason,
        label: plain('Reason'),
        hint: plain(clamp(`At least ${minLength} characters. ${hint ?? ''}`.trim(), 1_000)),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_reason,
          multiline: true,
          max_length: REASON_MAX,
          placeholder: plain('What is broken, and what you will do'),
          ...(typed.reason ? { initial_value: clamp(typed.reason, REASON_MAX) } : {}),
        },
      },
    ],
  }
}
