import type { types } from '@slack/bolt'
import type { TicketRule } from '../../core/catalog.ts'
import type { Entitlement } from '../../core/policy.ts'
import { clamp, REASON_MAX } from '../../core/reason.ts'
import { TICKET_MAX } from '../../core/ticket.ts'
import { sentence } from '../blocks/compose.ts'
import type { Block } from '../blocks/message.ts'
import { say } from '../blocks/say.ts'
import { ACTION, BLOCK, durationBlock, roleBlock, VIEW } from '../ids.ts'
import { type Chosen, writeChosen } from '../payloads.ts'
import {
  durationOption,
  durationOptions,
  exampleDuration,
  MENU_MAX,
  type Option,
  roleOption,
  rolesOf,
  targetOption,
  targetsOf,
} from './entitlement-options.ts'
import { type Modal, noticeView, plain } from './notice-view.ts'

export const ASK_TITLE = 'Ask for access'

export type AskForm = {
  readonly mine: readonly Entitlement[]
  readonly chosen: Chosen
  /** What would happen: drawn from the rule that applies to this person. */
  readonly preview: readonly Block[]
  /** A reason to start from, when the same is asked again. */
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
}

/** The only one there is need not be chosen. */
export function settle(mine: readonly Entitlement[], chosen: Chosen): Chosen {
  const targets = targetsOf(mine)
  const target =
    targets.find((one) => one.id === chosen.target) ?? (targets.length === 1 ? targets[0] : undefined)
  const roles = rolesOf(mine, target?.id)
  const role = roles.find((one) => one.id === chosen.role) ?? (roles.length === 1 ? roles[0] : undefined)
  return { ...(target ? { target: target.id } : {}), ...(role ? { role: role.id } : {}) }
}

export function askForm({ mine, chosen, preview, reason, ticket }: AskForm): Modal {
  if (mine.length === 0)
    return noticeView(
      ASK_TITLE,
      sentence(say`No policy lets you ask for anything here. If that is wrong, tell whoever runs elevate.`),
    )
  const targets = targetsOf(mine)
  const target = targets.find((one) => one.id === chosen.target)
  const roles = rolesOf(mine, target?.id)
  const entitlement = mine.find((one) => one.target.id === chosen.target && one.role.id === chosen.role)
  return {
    type: 'modal',
    callback_id: VIEW.ask,
    private_metadata: writeChosen(chosen),
    title: plain(ASK_TITLE),
    submit: plain('Ask'),
    close: plain('Cancel'),
    blocks: [
      pick(
        BLOCK.target,
        'Target',
        ACTION.pick_target,
        targets.map(targetOption),
        target && targetOption(target),
      ),
      ...(target
        ? [
            pick(
              roleBlock(target.id),
              'Role',
              ACTION.pick_role,
              roles.map(roleOption),
              entitlement && roleOption(entitlement.role),
            ),
          ]
        : []),
      ...(entitlement ? [...preview, ...durations(entitlement)] : []),
      ...ticketInput(entitlement?.policy.ticket, ticket),
      reasonInput(entitlement, reason),
    ],
  }
}

function pick(
  block: string,
  label: string,
  action: string,
  options: readonly Option[],
  initial: Option | undefined,
): types.InputBlock {
  const common = {
    action_id: action,
    placeholder: plain(`Choose a ${label.toLowerCase()}`),
    ...(initial ? { initial_option: initial } : {}),
  }
  return {
    type: 'input',
    block_id: block,
    dispatch_action: true,
    label: plain(label),
    element:
      options.length > MENU_MAX
        ? { ...common, type: 'external_select', min_query_length: 0 }
        : { ...common, type: 'static_select', options: [...options] },
  }
}

export function durations({ target, role, policy }: Entitlement, label = 'For how long'): types.InputBlock[] {
  return [
    {
      type: 'input',
      // Another rule has other lengths, and a menu keeps what was picked as long as its block keeps its name.
      block_id: durationBlock(target.id, role.id),
      label: plain(label),
      element: {
        type: 'static_select',
        action_id: ACTION.pick_duration,
        options: durationOptions(policy.duration),
        initial_option: durationOption(policy.duration.default),
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
        placeholder: plain(`for example ${exampleDuration(policy.duration.max)}`),
      },
    },
  ]
}

/** Its own field where the policy wants one; what is left empty is looked for in the reason. */
export function ticketInput(rule: TicketRule | undefined, ticket?: string): types.InputBlock[] {
  if (!rule) return []
  const hint = rule.hint ?? `It must match ${rule.pattern}.`
  return [
    {
      type: 'input',
      block_id: BLOCK.ticket,
      label: plain('Ticket'),
      hint: plain(clamp(`${hint} A ticket named in the reason is found there.`, 1_000)),
      optional: true,
      element: {
        type: 'plain_text_input',
        action_id: ACTION.type_ticket,
        max_length: TICKET_MAX,
        ...(ticket ? { initial_value: clamp(ticket, TICKET_MAX) } : {}),
      },
    },
  ]
}

export function reasonInput(entitlement: Entitlement | undefined, reason?: string): types.InputBlock {
  const hint = entitlement?.policy.reason.hint
  return {
    type: 'input',
    block_id: BLOCK.reason,
    label: plain('Reason'),
    ...(hint ? { hint: plain(clamp(hint, 1_000)) } : {}),
    element: {
      type: 'plain_text_input',
      action_id: ACTION.type_reason,
      multiline: true,
      max_length: REASON_MAX,
      placeholder: plain('What you will do, and where it is written down'),
      ...(reason ? { initial_value: clamp(reason, REASON_MAX) } : {}),
    },
  }
}
