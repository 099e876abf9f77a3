/** Break-glass inside a transaction: a request that nobody approves, and the review that it owes. */
import { sql } from 'kysely'
import type { ReviewMoves } from '../../core/access/review.ts'
import type { Database } from '../database/connection.ts'
import {
  isUuid,
  type RequestColumns,
  type ReviewColumns,
  storable,
  theRow,
  toRequest,
} from '../database/rows.ts'

export function reviewMoves(trx: Database): ReviewMoves {
  return {
    openOf: async (person) => {
      // Two statements on purpose: only the second sees the use that the first has waited for.
      await sql`select pg_advisory_xact_lock(hashtextextended(${`break-glass ${person}`}, 0))`.execute(trx)
      const { rows } = await sql<{ open: number }>`
        select count(*) as open from elevate.review where person = ${person} and state = 'open'`.execute(trx)
      return theRow(rows).open
    },

    open: async (request, cards) => {
      const { requester, target, role, duration, reason, ticket, policyName, policyHash, lapseAfter } =
        request
      const { rows } = await sql<{ request: RequestColumns; review: ReviewColumns }>`
        with taken as (
          insert into elevate.request
            (ticket, requester, target, role, duration_s, reason, policy_name, policy_hash, cards, state,
             created_at, lapses_at, closed_at, closed_by)
          select ${ticket ?? null}::text, ${requester}::text, ${target}::text, ${role}::text, ${duration}::integer, ${storable(reason)}::text,
            ${policyName}::text, ${policyHash}::text, ${cards}::text[], 'approved',
            moment, moment + make_interval(secs => ${lapseAfter}), moment, ${requester}::text
          from clock_timestamp() as moment
          returning *
        ),
        owed as (
          insert into elevate.review (request_id, person, opened_at)
          select id, requester, created_at from taken
          returning *
        )
        select to_jsonb(taken) as request, to_jsonb(owed) as review from taken, owed`.execute(trx)
      const row = theRow(rows)
      return toRequest(row.request, [], row.review)
    },

    close: async (request, { state, by, note }) => {
      if (!isUuid(request)) return false
      const { rows } = await sql`
        update elevate.review
        set state = ${state}, reviewer = ${by}, note = ${storable(note)}, closed_at = clock_timestamp()
        where request_id = ${request} and state = 'open'
        returning request_id`.execute(trx)
      return rows.length === 1
    },
  }
}
