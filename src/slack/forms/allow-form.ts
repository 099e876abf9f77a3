import type { types } from '@slack/bolt'
import { clamp, REASON_MAX } from '../../core/access/reason.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { PreApprovalList } from '../../operations/access/decide/pre-approvals.ts'
import { sentence } from '../blocks/compose.ts'
import { context } from '../blocks/layout.ts'
import { say } from '../blocks/rich-text.ts'
import type { AllowWords } from '../commands/parse-allow.ts'
import { type Modal, noticeView, openThen, plain } from '../platform/dialog.ts'
import type { Door } from '../platform/guard.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { MENU_MAX } from './entitlement-options.ts'

const TITLE = 'Approve beforehand'

export type OpenAllow = {
  readonly person: PersonId
  readonly trigger: string
  readonly words: AllowWords
}

/** What was typed so far stands in it; who may say it is judged when it comes back. */
export function openAllowForm(door: Door, { person, trigger, words }: OpenAllow): Promise<undefined> {
  return openThen(door, { trigger, title: TITLE }, async () =>
    allowForm(await door.queries.listPreApprovals(person, { all: false }), words),
  )
}

export function allowForm({ mayGive }: Pick<PreApprovalList, 'mayGive'>, words: AllowWords): Modal {
  if (mayGive.length === 0)
    return noticeView(
      TITLE,
      sentence(
        say`No policy lets you approve anything beforehand. Whoever looks after elevate here can change that (pre_approval).`,
      ),
    )
  const options = mayGive.slice(0, MENU_MAX).map(({ target, role }) => ({
    text: plain(clamp(`${role.id} on ${target.id}`, 75)),
    value: `${target.id} ${role.id}`,
  }))
  const chosen = options.find(
    ({ value }) =>
      value === `${words.target} ${words.role}` ||
      (words.role === undefined && value.split(' ')[0] === words.target),
  )
  return {
    type: 'modal',
    callback_id: VIEW.allow,
    title: plain(TITLE),
    submit: plain('Approve'),
    close: plain('Cancel'),
    blocks: [
      context(
        say`Requests of this person are then approved at once in your name, for as long as you may approve them yourself. Everybody concerned is told, and you can end it at any time.`,
      ),
      {
        type: 'input',
        block_id: BLOCK.person,
        label: plain('Whose requests'),
        element: {
          type: 'users_select',
          action_id: ACTION.pick_person,
          placeholder: plain('Choose a person'),
          ...(words.person ? { initial_user: words.person } : {}),
        },
      },
      {
        type: 'input',
        block_id: BLOCK.target,
        label: plain('Access'),
        element: {
          type: 'static_select',
          action_id: ACTION.pick_target,
          placeholder: plain('Choose what they may have'),
          options,
          ...(chosen ? { initial_option: chosen } : {}),
        },
      },
      length(BLOCK.span, 'For how long it holds', ACTION.type_span, words.span, `for example 5d`),
      length(BLOCK.own_duration, 'How long each may be', ACTION.type_duration, words.each, 'for example 2h'),
      {
        type: 'input',
        block_id: BLOCK.reason,
        label: plain('Reason'),
        hint: plain('They read it, and it stays in the audit log.'),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_reason,
          multiline: true,
          max_length: REASON_MAX,
          ...(words.reason ? { initial_value: clamp(words.reason, REASON_MAX) } : {}),
        },
      },
    ],
  }
}

function length(
  block: string,
  label: string,
  action: string,
  typed: string | undefined,
  example: string,
): types.InputBlock {
  return {
    type: 'input',
    block_id: block,
    label: plain(label),
    element: {
      type: 'plain_text_input',
      action_id: action,
      max_length: 40,
      placeholder: plain(example),
      ...(typed ? { initial_value: clamp(typed, 40) } : {}),
    },
  }
}
