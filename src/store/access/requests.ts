/** Requests inside a transaction. */
import { sql } from 'kysely'
import { type RequestId, requestName } from '../../core/access/request.ts'
import type { Lane } from '../../core/notice.ts'
import type { Tx } from '../../core/ports.ts'
import type { Database } from '../database/connection.ts'
import {
  type DecisionColumns,
  isUuid,
  type RequestColumns,
  storable,
  theRow,
  toRequest,
} from '../database/rows.ts'

export function requestMoves(trx: Database): Tx['requests'] {
  return {
    open: async (request, cards) => {
      const {
        requester,
        target,
        role,
        duration,
        reason,
        policyName,
        policyHash,
        lapseAfter,
        remindAfter,
        prolongs,
        ticket,
        askedBy,
        bundle,
        startsAt,
      } = request
      // Looked for first, so that a refused request does not use up a number; the index decides the race.
      const { rows } = await sql<RequestColumns>`
        insert into elevate.request
          (id, bundle, state, asked_by, ticket, requester, target, role, duration_s, reason, policy_name, policy_hash,
           cards, prolongs, created_at, lapses_at, remind_every_s, remind_at, fallback_at, starts_at, widened)
        select fresh, ${bundle === 'first' ? sql`fresh` : sql`${bundle ?? null}::uuid`},
          ${askedBy === undefined ? 'pending' : 'offered'}, ${askedBy ?? null}::text, ${ticket ?? null}::text,
          ${requester}::text, ${target}::text, ${role}::text, ${duration}::integer, ${storable(reason)}::text,
          ${policyName}::text, ${policyHash}::text, ${cards}::text[], ${prolongs ?? null}::uuid, moment,
          moment + make_interval(secs => ${lapseAfter}),
          ${remindAfter ?? null}::integer, moment + make_interval(secs => ${remindAfter ?? null}::integer),
          moment + make_interval(secs => ${request.fallbackAfter ?? null}::integer),
          case when ${startsAt ?? null}::timestamptz > moment then ${startsAt ?? null}::timestamptz end,
          ${request.widened ?? false}
        from clock_timestamp() as moment, gen_random_uuid() as fresh
        where not exists (select from elevate.request
          where requester = ${requester} and target = ${target} and role = ${role} and state in ('offered', 'pending'))
        on conflict (requester, target, role) where state in ('offered', 'pending') do nothing
        returning *`.execute(trx)
      return rows[0] && toRequest(rows[0], [])
    },

    lock: async (id) => {
      if (!isUuid(id)) return undefined
      // Two statements on purpose: only the second sees the decision of an approver for whom the first waited.
      const [{ rows }, decisions] = await Promise.all([
        sql<RequestColumns>`select * from elevate.request where id = ${id} for update`.execute(trx),
        decisionsOf(trx, id),
      ])
      return rows[0] && toRequest(rows[0], decisions)
    },

    pendingOf: async (person) => {
      const { rows } = await sql<{ pending: number }>`
        select count(*) as pending from elevate.request
        where coalesce(asked_by, requester) = ${person} and state in ('offered', 'pending')`.execute(trx)
      return theRow(rows).pending
    },

    decide: async (request, { approver, verdict, self, note, duration, startsAt }, preApproval) => {
      await sql`
        insert into elevate.decision
          (request_id, approver, verdict, self, note, at, duration_s, starts_at, pre_approval)
        values (${request}, ${approver}, ${verdict}, ${self}, ${storable(note)}, clock_timestamp(),
          ${duration ?? null}::integer, ${startsAt ?? null}::timestamptz, ${preApproval ?? null}::uuid)`.execute(
        trx,
      )
    },

    decideByRule: async (request, { policy, rule }) => {
      await sql`
        insert into elevate.rule_approval (request_id, policy_name, rule, at)
        values (${request}, ${policy}, ${rule}, clock_timestamp())`.execute(trx)
    },

    close: async ({ id, version }, to, by) => {
      const { rows } = await sql`
        update elevate.request
        set state = ${to}, version = version + 1, closed_at = clock_timestamp(), closed_by = ${by ?? null}
        where id = ${id} and version = ${version} and state in ('offered', 'pending')
          and (lapses_at <= clock_timestamp()) = ${to === 'lapsed'}
        returning id`.execute(trx)
      return rows.length === 1
    },

    accept: async ({ id, version }) => {
      // Whoever decides has as long as if it had been asked for now.
      const { rows } = await sql`
        update elevate.request
        set state = 'pending', version = version + 1, lapses_at = moment + (lapses_at - created_at),
          remind_at = moment + make_interval(secs => remind_every_s),
          fallback_at = moment + (fallback_at - created_at)
        from clock_timestamp() as moment
        where id = ${id} and version = ${version} and state = 'offered' and lapses_at > moment
        returning id`.execute(trx)
      return rows.length === 1
    },

    cards: async (id) => {
      if (!isUuid(id)) return []
      const { rows } = await sql<{ lane: Lane }>`
        select unnest(cards) as lane from elevate.request where id = ${id}
        union all
        select 'person:' || person from elevate.direct_card where request_id = ${id}`.execute(trx)
      return rows.map((row) => row.lane)
    },

    alsoTo: async (id, people) => {
      await sql`
        insert into elevate.direct_card (request_id, person)
        select ${id}::uuid, unnest(${people}::text[]) on conflict do nothing`.execute(trx)
    },

    name: async (id) => {
      const { rows } = await sql<{ number: number }>`
        select number from elevate.request where id = ${id}`.execute(trx)
      return requestName(theRow(rows).number)
    },
  }
}

async function decisionsOf(trx: Database, id: RequestId): Promise<readonly DecisionColumns[]> {
  const { rows } = await sql<DecisionColumns>`
    select d.approver, d.verdict, d.self, d.note, d.at, d.duration_s, d.starts_at, p.number as pre_approval
    from elevate.decision d left join elevate.pre_approval p on p.id = d.pre_approval
    where d.request_id = ${id} order by d.at, d.approver`.execute(trx)
  return rows
}
