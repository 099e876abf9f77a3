/**
 * Our events in the Open Cybersecurity Schema Framework (schema.ocsf.io, versions 1.1 to 1.9), for a SIEM that reads those.
 * Access given and removed is of the class User Access Management (3005; since OCSF 1.9 User Management, 3007). Everything
 * else says what happened to an entity (3004): a request, a grant, the policy. Activities and attributes are ones that
 * every supported version has, except where the code asks for the version. What OCSF has no word for is under `unmapped`,
 * and the event's exact bytes are under `raw_data`, so that a proof can still be checked against them.
 */
import type { Json, JsonObject } from '../../core/json.ts'
import type { AuditEventType } from '../../core/log/audit-event.ts'
import { isAttempt } from '../../core/log/audit-event.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { OcsfVersion } from '../../core/log/ocsf-version.ts'
import type { EventFields } from '../stored-event.ts'
import { matchingPages, type RowsExport } from '../tree/pages.ts'

const minor = (version: OcsfVersion) => Number(version.split('.')[1])

const IAM = 3
const ENTITY_MANAGEMENT = { uid: 3004, name: 'Entity Management' } as const
const USER_ACCESS = { uid: 3005, name: 'User Access Management' } as const
const USER_MANAGEMENT = { uid: 3007, name: 'User Management' } as const

const SEVERITY = { informational: 1, low: 2, medium: 3, high: 4 } as const
const SEVERITY_NAME = ['', 'Informational', 'Low', 'Medium', 'High'] as const

const ENTITY_ACTIVITY = { create: 1, read: 2, update: 3 } as const
const ENTITY_ACTIVITY_NAME = { create: 'Create', read: 'Read', update: 'Update' } as const

/** Undefined when the event itself is erased. */
export function toOcsf(leaf: StoredLeaf, version: OcsfVersion): JsonObject | undefined {
  if (leaf.bytes === undefined) return undefined
  const said = JSON.parse(leaf.bytes) as EventFields
  const meaning = meaningOf(said.type)
  const failed = meaning.fails === true || (meaning.failsWhen?.includes(said.outcome ?? '') ?? false)
  const access = meaning.noAccessWhen?.includes(said.outcome ?? '') ? undefined : meaning.access
  const severity = SEVERITY[severityOf(meaning, said, failed)]
  return {
    ...(access ? accessGiven(said, access, version) : entityManaged(said, meaning, leaf)),
    category_uid: IAM,
    category_name: 'Identity & Access Management',
    time: Date.parse(said.time),
    severity_id: severity,
    severity: SEVERITY_NAME[severity] ?? '',
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    ...(said.outcome ? { status_code: said.outcome } : {}),
    ...(typeof said.detail?.error === 'string' ? { status_detail: said.detail.error } : {}),
    message: inWords(said),
    actor: { user: userOf(said.actor.id, said.actor.kind === 'person') },
    metadata: {
      version,
      product: { name: 'elevate', vendor_name: 'elevate' },
      uid: said.id,
      event_code: said.type,
      log_name: 'audit',
      sequence: Number(said.index),
      original_time: said.time,
      ...(said.request ? { correlation_uid: said.request } : {}),
    },
    raw_data: leaf.bytes,
    unmapped: unmapped(said, leaf),
  }
}

function severityOf(meaning: Meaning, said: EventFields, failed: boolean): keyof typeof SEVERITY {
  if (meaning.severity) return meaning.severity
  if (!failed) return 'informational'
  return isAttempt(said.outcome ?? '') ? 'medium' : 'low'
}

/** Since OCSF 1.9 a role is assigned to a user; before, it is a privilege, which every version has. */
function accessGiven(said: EventFields, access: 'given' | 'taken', version: OcsfVersion): JsonObject {
  const given = access === 'given'
  const user = {
    ...userOf(said.subject ?? '', true),
    ...(said.account ? { account: { name: said.account } } : {}),
  }
  const resource = { uid: said.target ?? '', name: said.target ?? '' }
  const privileges = [said.role ?? '']
  if (minor(version) < 9)
    return {
      ...classed(USER_ACCESS, given ? 1 : 2, given ? 'Assign Privileges' : 'Revoke Privileges'),
      user,
      privileges,
      ...(minor(version) < 5 ? { resource } : { resources: [resource] }),
    }
  return {
    ...classed(USER_MANAGEMENT, given ? 16 : 17, given ? 'Assign Roles' : 'Remove Roles'),
    user,
    privileges,
    iam_roles: [{ name: said.role ?? '', uid: `${said.target ?? ''}/${said.role ?? ''}` }],
    resources: [resource],
  }
}

function entityManaged(said: EventFields, meaning: Meaning, { texts }: StoredLeaf): JsonObject {
  const { activity, entity } = meaning
  const uid = entity === 'access grant' ? said.grant : entity === 'policy' ? said.policy : said.request
  const comment = texts.find((one) => one.field === 'note' || one.field === 'reason')?.content
  return {
    ...classed(ENTITY_MANAGEMENT, ENTITY_ACTIVITY[activity], ENTITY_ACTIVITY_NAME[activity]),
    entity: {
      name: [entity, ...(said.target ? [said.target, said.role ?? ''] : [])].join(' ').trim(),
      type: entity,
      ...(uid ? { uid } : {}),
      ...(said.subject ? { user: userOf(said.subject, true) } : {}),
      ...(entity === 'policy' && said.policy ? { version: said.policy } : {}),
    },
    ...(comment ? { comment } : {}),
  }
}

function classed(
  of: { readonly uid: number; readonly name: string },
  activity: number,
  name: string,
): JsonObject {
  return {
    class_uid: of.uid,
    class_name: of.name,
    activity_id: activity,
    activity_name: name,
    type_uid: of.uid * 100 + activity,
    type_name: `${of.name}: ${name}`,
  }
}

/** Type 1 is a user, 3 the system. */
function userOf(id: string, isPerson: boolean): JsonObject {
  return { uid: id, name: id, type_id: isPerson ? 1 : 3, type: isPerson ? 'User' : 'System' }
}

function inWords({ type, actor, subject, target, role, request, grant, outcome }: EventFields): string {
  return [
    type,
    `by ${actor.id}`,
    ...(subject && subject !== actor.id ? [`about ${subject}`] : []),
    ...(target ? [`${role ?? 'any role'} on ${target}`] : []),
    ...(grant ? [grant] : []),
    ...(request ? [request] : []),
    ...(outcome ? [`(${outcome})`] : []),
  ].join(' ')
}

function unmapped(said: EventFields, { leafHash, texts }: StoredLeaf): JsonObject {
  const { actor, ...all } = said
  const elsewhere = new Set(['v', 'id', 'index', 'time', 'type', 'outcome', 'request'])
  const rest = Object.entries(all).filter(([key]) => !elsewhere.has(key)) as [string, Json][]
  return {
    ...Object.fromEntries(rest),
    ...(said.request ? { request: said.request } : {}),
    actor_kind: actor.kind,
    ...(leafHash ? { leaf_hash: Buffer.from(leafHash).toString('hex') } : {}),
    ...(texts.length > 0 ? { private: texts as unknown as Json } : {}),
  }
}

/** What one of our event types means in OCSF. */
type Meaning = {
  /** What was done with which kind of entity; used where the event is not about access itself. */
  readonly activity: 'create' | 'read' | 'update'
  readonly entity: string
  /** The event is about a user's access in a target. */
  readonly access?: 'given' | 'taken'
  /** Outcomes with which the grant ended and nothing was changed in the target. */
  readonly noAccessWhen?: readonly string[]
  readonly fails?: true
  /** Outcomes that are failures. */
  readonly failsWhen?: readonly string[]
  /** When left out, it follows from whether it failed. */
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

/** A type that is missing here does not compile. */
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

/** An unknown type, written by a newer version of elevate, is exported all the same. */
function meaningOf(type: string): Meaning {
  return Object.hasOwn(MEANINGS, type) ? MEANINGS[type as AuditEventType] : of('update', LOG)
}

/** One OCSF event a line; an event whose bytes are erased has none. */
export async function* ocsfPieces(job: RowsExport, version: OcsfVersion): AsyncGenerator<string> {
  for await (const page of matchingPages(job)) yield page.map((leaf) => ocsfLine(leaf, version)).join('')
}

/** With its newline; empty when the event is erased. */
export function ocsfLine(leaf: StoredLeaf, version: OcsfVersion): string {
  const event = toOcsf(leaf, version)
  return event ? `${JSON.stringify(event)}\n` : ''
}
