/** What the clock has to tell or to ask. Only looked at here: whoever acts on it takes the row first. */
import { sql } from 'kysely'
import type { DueMoves, Dues } from '../../core/access/dues.ts'
import { DAY } from '../../core/access/duration.ts'
import type { GrantId } from '../../core/access/grant.ts'
import type { RequestId } from '../../core/access/request.ts'
import { CHECK_PEOPLE_EVERY, TOO_LATE_TO_WARN } from '../../core/access/retry.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'

/** A sub-select, unlike the bare function, is asked once and can be looked up in an index. */
const NOW = sql`(select clock_timestamp())`

export function dues(db: Database): Dues {
  return {
    ending: async (limit) => {
      // Access is the OR of live grants: as long as another one outlasts it, nothing ends.
      const { rows } = await sql<{ id: GrantId }>`
        select g.id from elevate.access_grant g
        where g.state = 'active' and g.warn_at <= ${NOW}
          and g.expires_at > ${NOW} + make_interval(secs => ${TOO_LATE_TO_WARN})
          and not exists (select from elevate.access_grant s
            where s.target = g.target and s.role = g.role and s.account = g.account
              and s.state = 'active' and s.expires_at > g.expires_at)
        order by g.warn_at limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    },

    reminders: async (limit) => {
      const { rows } = await sql<{ id: RequestId }>`
        select id from elevate.request
        where state = 'pending' and remind_at <= ${NOW} and lapses_at > ${NOW}
        order by remind_at limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    },

    fallbacks: async (limit) => {
      const { rows } = await sql<{ id: RequestId }>`
        select id from elevate.request
        where state = 'pending' and fallback_at <= ${NOW} and lapses_at > ${NOW}
        order by fallback_at limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    },

    personToCheck: async () => {
      const { rows } = await sql<{ person: PersonId }>`
        insert into elevate.person_check as known (person, checked_at)
        select next.person, clock_timestamp() from (
          select one.person from (
            select person from elevate.access_grant where state <> 'revoked'
            union select unnest(array[requester, asked_by]) from elevate.request where state in ('offered', 'pending')
            union select unnest(array[giver, person]) from elevate.pre_approval where ended_at is null) as one
          left join elevate.person_check c using (person)
          where one.person is not null
            and (c.checked_at is null or c.checked_at <= ${NOW} - make_interval(secs => ${CHECK_PEOPLE_EVERY}))
          order by c.checked_at nulls first limit 1) as next
        on conflict (person) do update set checked_at = excluded.checked_at
          where known.checked_at <= excluded.checked_at - make_interval(secs => ${CHECK_PEOPLE_EVERY})
        returning person`.execute(db)
      return rows[0]?.person
    },
  }
}

export function dueMoves(trx: Database): DueMoves {
  return {
    warn: async ({ id, version }) => {
      const { rows } = await sql`
        update elevate.access_grant set version = version + 1, warn_at = null
        where id = ${id} and version = ${version} and state = 'active' and warn_at <= clock_timestamp()
        returning id`.execute(trx)
      return rows.length === 1
    },

    widen: async ({ id, version }, { early } = { early: false }) => {
      const { rows } = await sql`
        update elevate.request set version = version + 1, widened = true, fallback_at = null
        where id = ${id} and version = ${version} and state = 'pending' and not widened
          and (fallback_at <= clock_timestamp() or ${early})
        returning id`.execute(trx)
      return rows.length === 1
    },

    waitAnew: async ({ id, version }) => {
      await sql`
        update elevate.request
        set version = version + 1, remind_at = clock_timestamp() + make_interval(secs => remind_every_s)
        where id = ${id} and version = ${version} and state = 'pending' and remind_at is not null`.execute(
        trx,
      )
    },

    remind: async ({ id, version }) => {
      // Counted from now: reminders that were missed are not made up for.
      const { rows } = await sql`
        update elevate.request set version = version + 1, remind_every_s = every,
          remind_at = moment + make_interval(secs => every)
        from clock_timestamp() as moment,
          (select least(2 * remind_every_s::bigint, ${30 * DAY}) as every from elevate.request where id = ${id}) as next
        where id = ${id} and version = ${version} and state = 'pending' and remind_at <= moment and lapses_at > moment
        returning id`.execute(trx)
      return rows.length === 1
    },
  }
}
