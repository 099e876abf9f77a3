/** Read for auditors: grants of a span page by page, the texts behind policy hashes, and who may touch the log. */
import { sql } from 'kysely'
import type { EvidenceSpan, LogRight, PolicyText } from '../../core/log/evidence.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Database } from '../database/connection.ts'
import { grantsIn, named, toGrantRow } from '../database/rows.ts'

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
