import type { types } from '@slack/bolt'
import { formatDuration } from '../../core/access/duration.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { clamp, REASON_MAX } from '../../core/access/reason.ts'
import type { Request } from '../../core/access/request.ts'
import { TICKET_MAX } from '../../core/access/ticket.ts'
import type { TicketRule } from '../../core/catalog.ts'
import type { PersonId } from '../../core/people/person.ts'
import { MAX_ROLES_TOGETHER } from '../../operations/access/request/request-access.ts'
import { sentence } from '../blocks/layout.ts'
import type { Block } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'
import { type Modal, noticeView, plain } from '../platform/handlers.ts'
import { ACTION, BLOCK, durationBlock, roleBlock, VIEW } from '../platform/ids.ts'
import { writeChosen } from '../platform/payloads.ts'
import {
  durationOption,
  durationOptions,
  exampleDuration,
  MENU_MAX,
  roleOption,
  rolesOf,
  targetOption,
  targetsOf,
} from './entitlement-options.ts'

export const ASK_TITLE = 'Ask for access'

/** What stands in the form so far. */
export type Filled = {
  readonly target?: string | undefined
  readonly roles?: readonly string[] | undefined
  /** As picked or typed. */
  readonly duration?: string | undefined
  readonly receiver?: PersonId | undefined
  readonly start?: string | undefined
}

export type AskForm = {
  readonly offered: readonly Entitlement[]
  /** May this person ask for somebody else? Then the form has a field for whom. */
  readonly forOthers: boolean
  readonly filled: Filled
  /** What would happen: drawn from the rule that applies to this person. */
  readonly preview: readonly Block[]
  /** What is typed already, when the same is asked again. */
  readonly again?: Pick<Request, 'reason' | 'ticket'> | undefined
}

/** The only one there is need not be chosen; what is not offered is not chosen. */
export function completeChoice(offered: readonly Entitlement[], filled: Filled): Filled {
  const targets = targetsOf(offered)
  const target =
    targets.find((one) => one.id === filled.target) ?? (targets.length === 1 ? targets[0] : undefined)
  const known = rolesOf(offered, target?.id)
  const chosen = known.filter((one) => filled.roles?.includes(one.id)).slice(0, MAX_ROLES_TOGETHER)
  const roles = chosen.length === 0 && known.length === 1 ? known : chosen
  return { ...filled, target: target?.id, roles: roles.map((one) => one.id) }
}

export function askForm({ offered, forOthers, filled, preview, again }: AskForm): Modal {
  if (offered.length === 0)
    return noticeView(
      ASK_TITLE,
      sentence(say`No policy lets you ask for anything here. If that is wrong, tell whoever runs elevate.`),
    )
  const { target, receiver } = filled
  const chosen = offered.filter((one) => one.target.id === target && filled.roles?.includes(one.role.id))
  return {
    type: 'modal',
    callback_id: VIEW.ask,
    private_metadata: writeChosen({ ...(target ? { target } : {}), ...(receiver ? { receiver } : {}) }),
    title: plain(ASK_TITLE),
    submit: plain('Ask'),
    close: plain('Cancel'),
    blocks: [
      ...(forOthers ? [receiverInput(receiver)] : []),
      targetInput(offered, target),
      ...(target ? [roleInput(offered, target, chosen)] : []),
      ...preview,
      ...(chosen.length > 0 ? durations(together(chosen), { live: true }) : []),
      ...startInput(chosen),
      ...ticketInput(chosen.map((one) => one.policy.ticket).find(Boolean), again?.ticket),
      reasonInput(chosen, again?.reason),
    ],
  }
}

function receiverInput(receiver: PersonId | undefined): types.InputBlock {
  return {
    type: 'input',
    block_id: BLOCK.receiver,
    optional: true,
    dispatch_action: true,
    label: plain('For somebody else'),
    hint: plain('Leave it empty to ask for yourself. Whoever you choose has to accept it first.'),
    element: {
      type: 'users_select',
      action_id: ACTION.pick_receiver,
      placeholder: plain('For yourself'),
      ...(receiver ? { initial_user: receiver } : {}),
    },
  }
}

function targetInput(offered: readonly Entitlement[], target: string | undefined): types.InputBlock {
  const options = targetsOf(offered).map(targetOption)
  const initial = options.find((one) => one.value === target)
  const common = {
    action_id: ACTION.pick_target,
    placeholder: plain('Choose a target'),
    ...(initial ? { initial_option: initial } : {}),
  }
  return {
    type: 'input',
    block_id: BLOCK.target,
    dispatch_action: true,
    label: plain('Target'),
    element:
      options.length > MENU_MAX
        ? { ...common, type: 'external_select', min_query_length: 0 }
        : { ...common, type: 'static_select', options },
  }
}

function roleInput(
  offered: readonly Entitlement[],
  target: string,
  chosen: readonly Entitlement[],
): types.InputBlock {
  const options = rolesOf(offered, target).map(roleOption)
  const initial = chosen.map((one) => roleOption(one.role))
  const common = {
    action_id: ACTION.pick_role,
    placeholder: plain('Choose a role, or several'),
    max_selected_items: MAX_ROLES_TOGETHER,
    ...(initial.length > 0 ? { initial_options: initial } : {}),
  }
  return {
    type: 'input',
    block_id: roleBlock(target),
    dispatch_action: true,
    label: plain('Role'),
    element:
      options.length > MENU_MAX
        ? { ...common, type: 'multi_external_select', min_query_length: 0 }
        : { ...common, type: 'multi_static_select', options },
  }
}

type Lengths = {
  /** The menu's name: another rule has other lengths, and a menu keeps what was picked as long as it keeps its name. */
  readonly block: string
  readonly duration: Entitlement['policy']['duration']
}

/** Only where all of what was chosen may begin later. Slack shows it on the person's own clock. */
function startInput(chosen: readonly Entitlement[]): types.InputBlock[] {
  const within = chosen.map((one) => one.policy.startWithin)
  if (chosen.length === 0 || within.includes(undefined)) return []
  const farthest = Math.min(...within.map((one) => one ?? 0))
  return [
    {
      type: 'input',
      block_id: BLOCK.start,
      optional: true,
      label: plain('Starting later'),
      hint: plain(`Leave it empty to begin when it is approved. At most ${formatDuration(farthest)} ahead.`),
      element: { type: 'datetimepicker', action_id: ACTION.pick_start },
    },
  ]
}

/** What is possible for all of them: one time is asked for. */
function together(chosen: readonly Entitlement[]): Lengths {
  const [first] = chosen
  const longest = Math.min(...chosen.map((one) => one.policy.duration.max))
  const usual = Math.min(...chosen.map((one) => one.policy.duration.default))
  return {
    block: durationBlock(first?.target.id ?? '', chosen.map((one) => one.role.id).join(',')),
    duration: { default: usual, max: longest },
  }
}

export function lengthsOf({ target, role, policy }: Entitlement): Lengths {
  return { block: durationBlock(target.id, role.id), duration: policy.duration }
}

/** `live` tells elevate of every change, for the form that shows what it comes to. */
export function durations(
  { block, duration }: Lengths,
  { live = false, label = 'For how long' }: { readonly live?: boolean; readonly label?: string } = {},
): types.InputBlock[] {
  return [
    {
      type: 'input',
      block_id: block,
      ...(live ? { dispatch_action: true } : {}),
      label: plain(label),
      element: {
        type: 'static_select',
        action_id: ACTION.pick_duration,
        options: durationOptions(duration),
        initial_option: durationOption(duration.default),
      },
    },
    {
      type: 'input',
      block_id: BLOCK.own_duration,
      optional: true,
      ...(live ? { dispatch_action: true } : {}),
      label: plain('Or exactly this long'),
      element: {
        type: 'plain_text_input',
        action_id: ACTION.type_duration,
        max_length: 40,
        placeholder: plain(`for example ${exampleDuration(duration.max)}`),
      },
    },
  ]
}

/** Its own field where a policy wants one; what is left empty is looked for in the reason. */
export function ticketInput(rule: TicketRule | undefined, ticket?: string): types.InputBlock[] {
  if (!rule) return []
  const hint = rule.hint ?? `It must match ${rule.pattern.source}.`
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

export function reasonInput(chosen: readonly Entitlement[], reason?: string): types.InputBlock {
  const hints = [...new Set(chosen.flatMap((one) => one.policy.reason.hint ?? []))]
  return {
    type: 'input',
    block_id: BLOCK.reason,
    label: plain('Reason'),
    ...(hints.length > 0 ? { hint: plain(clamp(hints.join(' '), 1_000)) } : {}),
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
