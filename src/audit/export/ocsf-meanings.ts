/** What each of our event types means to OCSF. A type without a line here does not compile. */
import type { AuditEventType } from '../../core/log/audit-event.ts'

export type Meaning = {
  /** Of something that is not access itself: what was done with which kind of entity. */
  readonly activity: 'create' | 'read' | 'update'
  readonly entity: string
  /** The event is about a user's access in a target. */
  readonly access?: 'given' | 'taken'
  /** Outcomes with which the grant is over and the target was left as it is. */
  readonly noAccessWhen?: readonly string[]
  readonly fails?: true
  /** Outcomes that are failures. */
  readonly failsWhen?: readonly string[]
  /** Else it follows from whether it failed. */
  readonly severity?: 'low' | 'medium' | 'high'
}

const of = (activity: Meaning['activity'], entity: string, more: Partial<Meaning> = {}): Meaning => ({
  activity,
  entity,
  ...more,
})

const REQUEST = 'access request'
const GRANT = 'access grant'
const PRE_APPROVAL = 'access approval given beforehand'
const LOG = 'audit log'

const MEANINGS: { readonly [type in AuditEventType]: Meaning } = {
  'request.created': of('create', REQUEST),
  'request.accepted': of('update', REQUEST),
  'request.declined': of('update', REQUEST),
  'request.approved': of('update', REQUEST),
  'request.denied': of('update', REQUEST),
  'request.withdrawn': of('update', REQUEST),
  'request.lapsed': of('update', REQUEST),
  'request.refused': of('create', REQUEST, { fails: true }),
  'decision.recorded': of('update', REQUEST),
  'decision.refused': of('update', REQUEST, { fails: true }),
  'grant.provisioning': of('create', GRANT),
  'grant.activated': of('update', GRANT, { access: 'given' }),
  'grant.extended': of('update', GRANT),
  'grant.revoking': of('update', GRANT),
  'grant.revoked': of('update', GRANT, {
    access: 'taken',
    noAccessWhen: ['never-given', 'kept-by-other', 'kept-standing'],
  }),
  'grant.stuck': of('update', GRANT, { access: 'taken', fails: true, severity: 'high' }),
  'grant.verified': of('read', GRANT),
  'credential.shown': of('read', 'credential'),
  'break_glass.used': of('create', REQUEST, { severity: 'high' }),
  'break_glass.reviewed': of('update', REQUEST),
  'pre_approval.given': of('create', PRE_APPROVAL, { severity: 'medium' }),
  'pre_approval.used': of('update', PRE_APPROVAL),
  'pre_approval.ended': of('update', PRE_APPROVAL),
  'question.asked': of('update', REQUEST),
  'question.answered': of('update', REQUEST),
  'standing_access.found': of('read', 'standing access', { severity: 'medium' }),
  'standing_access.accepted': of('update', 'standing access'),
  'standing_access.asked': of('update', 'standing access'),
  'standing_access.removed': of('update', 'standing access', { access: 'taken' }),
  'standing_access.gone': of('read', 'standing access'),
  'activity.collected': of('create', 'activity record'),
  'activity.unmatched': of('read', 'access without a grant', { severity: 'high' }),
  'privacy.erased': of('update', 'private texts'),
  'retention.applied': of('update', 'private texts'),
  'config.loaded': of('update', 'policy', { failsWhen: ['refused'] }),
  'digest.posted': of('create', 'digest'),
  'checkpoint.signed': of('create', 'checkpoint'),
  'checkpoint.abandoned': of('update', 'checkpoint', { severity: 'high' }),
  'key.rotated': of('update', 'signing key', { severity: 'medium' }),
  'quarantine.began': of('create', 'quarantine', { severity: 'high' }),
  'quarantine.ended': of('update', 'quarantine', { severity: 'high' }),
  'export.made': of('read', LOG),
}

/** A type of a newer elevate, in a log that this one reads, is at least not lost. */
export function meaningOf(type: string): Meaning {
  return Object.hasOwn(MEANINGS, type) ? MEANINGS[type as AuditEventType] : of('update', LOG)
}
