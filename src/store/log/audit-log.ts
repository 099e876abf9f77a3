/** Writes and reads the audit log. Proofs are in `audit`. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { canonicalJson, type Json, type JsonObject } from '../../core/json.ts'
import type { AuditEvent, AuditFilter, LoggedEvent } from '../../core/log/audit-event.ts'
import type { EvidenceSpan, LogRight, PolicyText } from '../../core/log/audit-proof.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Database } from '../database/connection.ts'
import { anyOf } from '../database/expressions.ts'
import { grantsIn, named, storable, toGrantRow } from '../database/rows.ts'

type Secret = {
  readonly event: number
  readonly field: string
  readonly salt: string
  readonly content: string
}

/** What `audit.append` takes: events whose index and time are still empty, and their private texts. */
type Sealed = { readonly events: readonly string[]; readonly secrets: readonly Secret[] }

export function seal(events: readonly AuditEvent[]): Sealed {
  const secrets: Secret[] = []
  const sealed = events.map((event, position) => {
    const { private: texts = {}, ...said } = event
    const commitments: { [key: string]: string } = {}
    for (const [field, text] of Object.entries(texts)) {
      if (text === undefined) continue
      if (!/^[a-z][a-z_]*$/.test(field)) throw new RangeError(`no name for a private text: ${field}`)
      const content = storable(text)
      const salt = randomBytes(32)
      commitments[`${field}_c`] = createHash('sha256').update(salt).update(content, 'utf8').digest('hex')
      secrets.push({ event: position + 1, field, salt: salt.toString('hex'), content })
    }
    // The database fills in index and time; no event may set them.
    const fixed = { ...commitments, v: 1, id: crypto.randomUUID(), index: '', time: '' }
    return canonicalJson({ ...(inert(said) as JsonObject), ...fixed })
  })
  return { events: sealed, secrets }
}

/** The same with every text made storable: the log must record an attempt, whatever was typed. */
function inert(value: unknown): Json | undefined {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map((one) => inert(one) ?? null)
  if (typeof value !== 'object' || value === null) return value as Json | undefined
  const entries = Object.entries(value).map(([key, one]) => [storable(key), inert(one)])
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined))
}

/** How many events the log has. */
export const LOG_SIZE = sql<number>`(select coalesce(max(index) + 1, 0) from audit.leaf)`

export async function logSize(db: Database): Promise<number> {
  const { size } = await db.selectNoFrom(LOG_SIZE.as('size')).executeTakeFirstOrThrow()
  return size
}

export function auditQueries(db: Database) {
  const logged = () =>
    db
      .selectFrom('audit.body as body')
      .select(['body.index', 'body.time', 'body.type', 'body.bytes'])
      .select(
        sql<Record<string, string>>`coalesce((select jsonb_object_agg(field, content) from audit.secret
          where secret.index = body.index), '{}')`.as('private'),
      )
  return {
    /** Newest first. */
    events: (filter: AuditFilter): Promise<readonly LoggedEvent[]> => {
      let query = logged().orderBy('body.index', 'desc').limit(filter.limit)
      const { person, target, role, types, about, from, to, before } = filter
      if (person !== undefined)
        query = query.where((is) => is.or([is('body.subject', '=', person), is('body.actor', '=', person)]))
      if (target !== undefined) query = query.where('body.target', '=', target)
      if (role !== undefined) query = query.where('body.role', '=', role)
      if (types) query = query.where('body.type', '=', anyOf(types))
      if (about) {
        const { request, grant } = about
        query = query.where((is) =>
          grant === undefined
            ? is('body.request', '=', request)
            : is.or([is('body.request', '=', request), is('body.grant', '=', grant)]),
        )
      }
      if (from) query = query.where('body.time', '>=', from)
      if (to) query = query.where('body.time', '<', to)
      if (before !== undefined) query = query.where('body.index', '<', before)
      return query.execute()
    },

    /** All events in order, in pages; for export and verification. */
    stream: (from: number, limit: number): Promise<readonly LoggedEvent[]> =>
      logged().where('body.index', '>=', from).orderBy('body.index').limit(limit).execute(),

    size: (): Promise<number> => logSize(db),
  }
}

/** Read for auditors: grants of a span page by page, the texts behind policy hashes, and who may touch the log. */
export function evidenceQueries(db: Database) {
  return {
    /** Grants that were open at some moment of the span, by number; `above` is the last number of the page before. */
    grants: async (
      { from, to, person, target }: EvidenceSpan,
      above: number,
      limit: number,
    ): Promise<readonly GrantRow[]> => {
      let query = grantsIn(db)
        .where('g.number', '>', above)
        .where('r.created_at', '<', to)
        .where((is) => is.or([is('g.revoked_at', 'is', null), is('g.revoked_at', '>=', from)]))
        .orderBy('g.number')
        .limit(limit)
      if (person !== undefined) query = query.where('g.person', '=', person)
      if (target !== undefined) query = query.where('g.target', '=', target)
      return (await query.execute()).map(toGrantRow)
    },

    policyText: async (hash: string): Promise<PolicyText | undefined> => {
      const row = await db
        .selectFrom('elevate.policy_text')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst()
      return row && named(row)
    },

    /** The hashes that texts are kept of, in the order they were first in force. */
    policyHashes: async (): Promise<readonly string[]> => {
      const rows = await db
        .selectFrom('elevate.policy_text')
        .select('hash')
        .orderBy('first_loaded_at')
        .orderBy('hash')
        .execute()
      return rows.map((row) => row.hash)
    },

    logRights: async (): Promise<readonly LogRight[]> => {
      // As text: the builder knows our tables, not PostgreSQL's catalogs.
      const { rows } = await sql<LogRight>`
        select coalesce(r.rolname, 'everybody') as role, c.relname as "table",
          string_agg(a.privilege_type, ', ' order by a.privilege_type) as rights
        from pg_class c
        cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as a
        left join pg_roles r on r.oid = a.grantee
        where c.relnamespace = 'audit'::regnamespace and c.relkind = 'r'
        group by 1, 2 order by 1, 2`.execute(db)
      return rows
    },
  }
}
