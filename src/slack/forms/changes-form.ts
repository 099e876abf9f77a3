import type { types } from '@slack/bolt'
import { requestName } from '../../core/access/request.ts'
import type { RequestId } from '../../core/ids.ts'
import { refuse } from '../../core/refusal.ts'
import { closedAlready } from '../../operations/access/decide/decide-request.ts'
import type { Card } from '../../operations/access/read-card.ts'
import { section } from '../blocks/layout.ts'
import type { Names } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import { type Modal, type Produced, plain } from '../platform/dialog.ts'
import type { Door } from '../platform/guard.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { accessOf, forHowLong } from '../words/phrases.ts'
import { durationOption, durationOptions, exampleDuration } from './entitlement-options.ts'

const TITLE = 'Approve with changes'

/** For less time or a later start. Whether this person may approve is judged when it comes back. */
export async function drawChangesForm(door: Door, id: RequestId): Promise<Produced> {
  const card = await door.queries.readCard(id)
  if (!card) return refuse('unknown-request', 'There is no such request.')
  if (card.request.state !== 'pending') return closedAlready(card.request)
  return (names) => changesForm(card, names)
}

/** Less than was asked: the longest that can be picked is what was asked, or what today's policy allows of it. */
export function changesForm({ request, policy }: Card, names: Names): Modal {
  const max = Math.min(request.duration, policy?.duration.max ?? request.duration)
  return {
    type: 'modal',
    callback_id: VIEW.approve_less,
    private_metadata: request.id,
    title: plain(TITLE),
    submit: plain('Approve'),
    close: plain('Cancel'),
    blocks: [
      section(
        say`${bold(requestName(request.number))}: ${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)}.`,
      ),
      {
        type: 'input',
        block_id: BLOCK.duration,
        label: plain('Approve it for'),
        element: {
          type: 'static_select',
          action_id: ACTION.pick_duration,
          options: durationOptions({ default: max, max }),
          initial_option: durationOption(max),
        },
      },
      {
        type: 'input',
        block_id: BLOCK.own_duration,
        optional: true,
        label: plain('Or exactly this long'),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_duration,
          max_length: 40,
          placeholder: plain(`for example ${exampleDuration(max)}`),
        },
      },
      // What is extended goes on where it ends: there is no other start.
      ...(request.prolongs ? [] : [startInput(request.startsAt)]),
      {
        type: 'input',
        block_id: BLOCK.note,
        optional: true,
        label: plain('Why'),
        hint: plain('The requester reads it, and it stays in the audit log.'),
        element: { type: 'plain_text_input', action_id: ACTION.type_note, multiline: true, max_length: 1000 },
      },
    ],
  }
}

function startInput(startsAt: Date | undefined): types.InputBlock {
  return {
    type: 'input',
    block_id: BLOCK.start,
    optional: true,
    label: plain('Start'),
    hint: plain(
      startsAt
        ? 'In your time zone; not sooner than it was asked for.'
        : 'In your time zone. Left empty, it starts as soon as it is approved.',
    ),
    element: {
      type: 'datetimepicker',
      action_id: ACTION.pick_start,
      ...(startsAt ? { initial_date_time: Math.floor(startsAt.getTime() / 1000) } : {}),
    },
  }
}
