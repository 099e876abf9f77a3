/** What is wanted of the audit log, with menus in place of typed filters. */
import type { Catalog } from '../../core/catalog.ts'
import { auditEventTypes } from '../../core/log/audit-event.ts'
import type { AuditAsk } from '../../operations/log/read-audit.ts'
import type { Block } from '../blocks/message.ts'
import { type Modal, plain } from '../platform/handlers.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { writeChosen } from '../platform/payloads.ts'
import type { Option } from './entitlement-options.ts'

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

/** Ids hold no blanks, so the two are told apart again. */
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
