/** Read for auditors: grants of a span page by page, the texts behind policy hashes, and who may touch the log. */
import { sql } from 'kysely'
import type { EvidenceReads, LogRight, PolicyText } from '../../core/log/evidence.ts'
import type { Database } from '../database/connection.ts'
import {
  type DecisionColumns,
  type GrantColumns,
  type RequestColumns,
  type ReviewColumns,
  toGrant,
  toRequest,
} from '../database/rows.ts'

export function evidenceReads(db: Database): EvidenceReads {
  return {
    grants: async ({ from, to, person, target }, above, limit) => {
      const { rows } = await sql<{
        grant: GrantColumns
        request: RequestColumns
        decisions: readonly DecisionColumns[]
        review: ReviewColumns | null
      }>`
        select to_jsonb(g) as "grant", to_jsonb(r) as request,
          coalesce((select jsonb_agg(to_jsonb(d) order by d.at, d.approver)
            from elevate.decision d where d.request_id = r.id), '[]') as decisions,
          (select to_jsonb(v) from elevate.review v where v.request_id = r.id) as review
        from elevate.access_grant g join elevate.request r on r.id = g.request_id
        where g.number > ${above} and r.created_at < ${to} and (g.revoked_at is null or g.revoked_at >= ${from})
          and (${person ?? null}::text is null or g.person = ${person ?? null})
          and (${target ?? null}::text is null or g.target = ${target ?? null})
        order by g.number limit ${limit}`.execute(db)
      return rows.map((row) => ({
        grant: toGrant(row.grant),
        request: toRequest(row.request, row.decisions, row.review),
      }))
    },

    policyText: async (hash) => {
      const { rows } = await sql<PolicyText>`
        select hash, content, first_loaded_at as "firstLoadedAt" from elevate.policy_text where hash = ${hash}`.execute(
        db,
      )
      return rows[0]
    },

    policyHashes: async () => {
      const { rows } = await sql<{ hash: string }>`
        select hash from elevate.policy_text order by first_loaded_at, hash`.execute(db)
      return rows.map((row) => row.hash)
    },

    logRights: async () => {
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
