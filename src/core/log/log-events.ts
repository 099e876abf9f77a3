/** Events about elevate itself and its log: configuration, digests, keys, exports, erasure and the restore lock. */
import { grantName } from '../access/grant.ts'
import type { Catalog } from '../catalog.ts'
import type { DigestPeriod } from '../notice.ts'
import type { PersonId } from '../people/person.ts'
import type { Blanked, RetentionKind } from '../people/privacy.ts'
import { type Actor, type AuditEventType, actorOf, type EventOf } from './audit-event.ts'
import type { Quarantine } from './quarantine.ts'

const operator = (id: string): Actor => ({ kind: 'operator', id })

/** `replaces` is the hash of the one before; undefined at the start of a process, which `by` names. */
export function configLoaded(
  { hash, targets, policies }: Catalog,
  by: string,
  replaces: string | undefined,
): EventOf<'config.loaded'> {
  const atStart = replaces === undefined
  return {
    type: 'config.loaded',
    actor: atStart ? { kind: 'system', id: by } : operator(by),
    policy: hash,
    outcome: atStart ? 'start' : 'reload',
    detail: { targets: targets.length, policies: policies.length, replaces },
  }
}

/** `kept` stays in force. */
export function configRefused(kept: Catalog, by: string, faults: number): EventOf<'config.loaded'> {
  return {
    type: 'config.loaded',
    actor: operator(by),
    policy: kept.hash,
    outcome: 'refused',
    detail: { faults },
  }
}

export function digestPosted(
  span: { readonly from: string; readonly to: string; readonly period: DigestPeriod },
  policy: string,
): EventOf<'digest.posted'> {
  return { type: 'digest.posted', actor: { kind: 'system', id: 'digest' }, policy, detail: span }
}

/** `by` is an operator's login name; `statement` is signed by both keys, or by the new one when the old one is lost. */
export function keyRotated(
  by: string,
  rotation: {
    readonly outcome: 'lost' | 'handed-over'
    readonly former: string
    readonly next: string
    readonly statement: string
    readonly reason: string | undefined
  },
): EventOf<'key.rotated'> {
  const { outcome, reason, former, next, statement } = rotation
  return {
    type: 'key.rotated',
    actor: operator(by),
    outcome,
    detail: { former, next, statement },
    private: { reason },
  }
}

/** The log as it was signed, and as it is now. Roots in base64. */
type Difference = {
  readonly signed: number
  readonly signed_root: string
  readonly size: number
  readonly root: string
}

/** Written when it ends: before that the log takes no events. */
export function quarantineBegan(
  { why, beganAt }: Quarantine,
  difference: Difference,
): EventOf<'quarantine.began'> {
  return {
    type: 'quarantine.began',
    actor: { kind: 'system', id: 'checkpoints' },
    outcome: why,
    detail: { ...difference, began_at: beganAt.toISOString() },
  }
}

/** `statement` is signed by the log's key: this checkpoint no longer counts. */
export function checkpointAbandoned(
  { why }: Quarantine,
  by: string,
  statement: string,
): EventOf<'checkpoint.abandoned'> {
  return { type: 'checkpoint.abandoned', actor: operator(by), outcome: why, detail: { statement } }
}

export function quarantineEnded(
  { why }: Quarantine,
  by: string,
  {
    difference,
    abandoned,
    code,
    reason,
  }: {
    readonly difference: Difference
    /** How many checkpoints no longer count. */
    readonly abandoned: number
    /** The short code of the difference that the operator saw. */
    readonly code: string
    readonly reason: string
  },
): EventOf<'quarantine.ended'> {
  return {
    type: 'quarantine.ended',
    actor: operator(by),
    outcome: why,
    detail: { ...difference, abandoned, code },
    private: { reason },
  }
}

/** Who took what out of the log, written before anything leaves. */
export function exportMade(
  by: PersonId | Actor,
  what: {
    readonly policy?: string
    readonly person?: PersonId | undefined
    readonly target?: string | undefined
    readonly role?: string | undefined
    /** Its number. */
    readonly grant?: number | undefined
    readonly from?: Date | undefined
    readonly to?: Date | undefined
    readonly detail:
      | {
          readonly formats: readonly string[]
          /** SHA-256 of what was made. */
          readonly manifest?: string | undefined
        }
      | {
          readonly format: 'csv'
          readonly events: number
          /** There were more that match. */
          readonly cut: boolean
          /** Only the reader's own. */
          readonly own: boolean
          readonly types: readonly AuditEventType[] | undefined
        }
  },
): EventOf<'export.made'> {
  const { policy, person, target, role, grant, from, to, detail } = what
  return {
    type: 'export.made',
    actor: actorOf(by),
    subject: person || undefined,
    target: target || undefined,
    role: role || undefined,
    grant: grant ? grantName(grant) : undefined,
    policy,
    detail: { ...detail, from: from?.toISOString(), to: to?.toISOString() },
  }
}

/** One of `parts`: an event has room for so many names. The first says which rows were emptied, and why. */
export function privacyErased(
  person: PersonId,
  by: string,
  {
    part,
    parts,
    rows,
    records,
    reason,
  }: {
    readonly part: number
    readonly parts: number
    readonly rows: Blanked | undefined
    readonly records: Blanked | undefined
    readonly reason: string | undefined
  },
): EventOf<'privacy.erased'> {
  return {
    type: 'privacy.erased',
    actor: operator(by),
    subject: person,
    detail: { part, parts, rows, records },
    private: { reason },
  }
}

/** What was older than `seconds`. */
export function retentionApplied(
  policy: string,
  applied: {
    readonly kind: RetentionKind
    readonly seconds: number
    readonly rows?: Blanked
    readonly records?: Blanked
    readonly places?: number
  },
): EventOf<'retention.applied'> {
  return {
    type: 'retention.applied',
    actor: { kind: 'system', id: 'retention' },
    policy,
    detail: applied,
  }
}
