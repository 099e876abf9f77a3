/** Forms and dialogs about one request or grant that there is. */
import type { types } from '@slack/bolt'
import { type Grant, grantName } from '../../core/access/grant.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { requestName } from '../../core/access/request.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import type { Credential } from '../../core/connector.ts'
import type { GrantId, RequestId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import { closedAlready } from '../../operations/access/decide/decide-request.ts'
import type { Card } from '../../operations/access/read-card.ts'
import { paragraph, rich, section } from '../blocks/layout.ts'
import type { Names } from '../blocks/message.ts'
import { bold, moment, say } from '../blocks/rich-text.ts'
import type { Door } from '../platform/guard.ts'
import { type Modal, type Produced, plain } from '../platform/handlers.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { TurnedAway, turnedAway, unlessRefused } from '../platform/turned-away.ts'
import { accessOf, forHowLong } from '../words/phrases.ts'
import { durations, lengthsOf, reasonInput, ticketInput } from './ask-form.ts'
import { durationOption, durationOptions, exampleDuration } from './entitlement-options.ts'

/** For less time or a later start. Whether this person may approve is judged when it comes back. */
export async function drawChangesForm(door: Door, id: RequestId): Promise<Produced> {
  const card = await door.queries.readCard(id)
  if (!card) throw turnedAway('There is no such request.')
  if (card.request.state !== 'pending') throw new TurnedAway(closedAlready(card.request).refused)
  return (names) => changesForm(card, names)
}

/** Less than was asked: the longest that can be picked is what was asked, or what today's policy allows of it. */
function changesForm({ request, policy }: Card, names: Names): Modal {
  const max = Math.min(request.duration, policy?.duration.max ?? request.duration)
  return {
    type: 'modal',
    callback_id: VIEW.approve_less,
    private_metadata: request.id,
    title: plain('Approve with changes'),
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

export const EXTEND_TITLE = 'Extend access'

/** The form for how long and why. Whose access it is, is judged by the verb. */
export async function drawExtendForm(door: Door, by: PersonId, id: GrantId): Promise<Produced> {
  const grant = unlessRefused(await door.verbs.extendable(by, id))
  const entitlement = await todays(door, by, grant)
  const before = await door.queries.request(grant.requestId)
  return extendForm(grant, entitlement, before?.ticket)
}

/** What today's policy says about asking for the same. */
async function todays(door: Door, by: PersonId, grant: Grant): Promise<Entitlement> {
  const { target: id, role: name } = grant
  const explained = unlessRefused(await door.verbs.explainAccess({ by, target: id, role: name }))
  const catalog = door.catalog()
  const target = findTarget(catalog, id)
  const role = findRole(catalog, id, name)
  if (target && role) return { target, role, policy: explained.policy }
  throw turnedAway(`There is no ${name} on ${id} any more.`)
}

/** The reason is asked for again: why it takes longer is not why it was needed. The ticket mostly stays the same. */
function extendForm(grant: Grant, entitlement: Entitlement, ticket?: string): Modal {
  const until = grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  return {
    type: 'modal',
    callback_id: VIEW.extend,
    private_metadata: grant.id,
    title: plain(EXTEND_TITLE),
    submit: plain('Ask'),
    close: plain('Cancel'),
    blocks: [
      section(
        say`${bold(grantName(grant.number))}: you have ${accessOf(grant)}${until}. What is approved is added to that.`,
      ),
      ...durations(lengthsOf(entitlement), { label: 'How much longer' }),
      ...ticketInput(entitlement.policy.ticket, ticket),
      reasonInput([entitlement]),
    ],
  }
}

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
