/** Forms that a command opens with what was typed so far. */
import type { types } from '@slack/bolt'
import { formatDuration, writeDuration } from '../../core/access/duration.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { clamp, REASON_MAX } from '../../core/access/reason.ts'
import type { Catalog } from '../../core/catalog.ts'
import { type AuditAsk, auditEventTypes } from '../../core/log/audit-event.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { PreApprovalList } from '../../operations/access/decide/pre-approvals.ts'
import type { Asking } from '../../operations/access/request/request-access.ts'
import { bullets, context, rich, section, sentence } from '../blocks/layout.ts'
import type { Block } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import type { AllowWords } from '../commands/parse-access.ts'
import type { Door } from '../platform/guard.ts'
import { type Modal, noticeView, openThen, plain } from '../platform/handlers.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { writeChosen } from '../platform/payloads.ts'
import { unlessRefused } from '../platform/turned-away.ts'
import { BREAK_GLASS } from '../words/access/approvals.ts'
import { accessOf } from '../words/phrases.ts'
import { exampleDuration, MENU_MAX, type Option } from './entitlement-options.ts'

const ALLOW_TITLE = 'Approve beforehand'

type OpenAllow = {
  readonly person: PersonId
  readonly trigger: string
  readonly words: AllowWords
}

/** What was typed so far stands in it; who may say it is judged when it comes back. */
export function openAllowForm(door: Door, { person, trigger, words }: OpenAllow): Promise<undefined> {
  return openThen(door, { trigger, title: ALLOW_TITLE }, async () =>
    allowForm(await door.queries.listPreApprovals(person, { all: false }), words),
  )
}

function allowForm({ mayGive }: Pick<PreApprovalList, 'mayGive'>, words: AllowWords): Modal {
  if (mayGive.length === 0)
    return noticeView(
      ALLOW_TITLE,
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
    title: plain(ALLOW_TITLE),
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

const GLASS_TITLE = 'Break-glass'

export function openBreakGlassForm(door: Door, trigger: string, asking: Asking): Promise<undefined> {
  return openThen(door, { trigger, title: GLASS_TITLE }, async () => {
    return breakGlassForm(unlessRefused(await door.verbs.offerBreakGlass(asking)), asking)
  })
}

/** The question whether it is meant: what will happen, in so many words, before anything does. */
function breakGlassForm(
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
    title: plain(GLASS_TITLE),
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

export function auditForm(ask: AuditAsk): Modal {
  const access = ask.target === undefined ? undefined : accessOption(ask.target, ask.role)
  const types = auditEventTypes.map(typeOption)
  const picked = types.filter((one) => (ask.types ?? []).some((type) => type === one.value))
  return {
    type: 'modal',
    callback_id: VIEW.audit,
    title: plain('Audit log'),
    submit: plain('Show'),
    close: plain('Cancel'),
    blocks: [
      optional(BLOCK.person, 'Who acted, or whose access it was', {
        type: 'users_select',
        action_id: ACTION.pick_person,
        ...(ask.person ? { initial_user: ask.person } : {}),
      }),
      optional(BLOCK.access, 'Target, or one role on it', {
        type: 'external_select',
        action_id: ACTION.pick_access,
        min_query_length: 0,
        ...(access ? { initial_option: access } : {}),
      }),
      optional(BLOCK.types, 'What happened', {
        type: 'multi_static_select',
        action_id: ACTION.pick_types,
        options: types,
        ...(picked.length > 0 ? { initial_options: picked } : {}),
      }),
      optional(BLOCK.from, 'From', moment(ACTION.pick_from, ask.from)),
      optional(BLOCK.to, 'To', moment(ACTION.pick_to, ask.to)),
    ],
  }
}

type Input = Extract<Block, { type: 'input' }>

function optional(block: string, label: string, element: Input['element']): Input {
  return { type: 'input', block_id: block, optional: true, label: plain(label), element }
}

function moment(action: string, at: Date | undefined): Input['element'] {
  const initial = at ? { initial_date_time: Math.floor(at.getTime() / 1000) } : {}
  return { type: 'datetimepicker', action_id: action, ...initial }
}

function typeOption(type: string): Option {
  return { text: plain(type), value: type }
}

/** Ids hold no blanks, so the two can be separated again. */
function accessOption(target: string, role: string | undefined): Option {
  const name = role === undefined ? target : `${role} on ${target}`
  return { text: plain(name.slice(0, 75)), value: writeChosen({ target, ...(role ? { role } : {}) }) }
}

export function accessOptions({ targets }: Catalog): Option[] {
  return targets.flatMap((target) => [
    accessOption(target.id, undefined),
    ...target.roles.map((role) => accessOption(target.id, role.id)),
  ])
}
