/** What other sources report: matched to grants by account and time, and what is matched by none. */
import { sql } from 'kysely'
import type { GrantId } from '../../core/access/grant.ts'
import type { ActivityMoves, ReportedEntry, Unmatched } from '../../core/activity/activity.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { keepEntries, rowsOf } from './activity-entries.ts'

/** Clocks differ a little: what comes so close to the window belongs to it. Seconds. */
const TOLERANCE = 5
/** An account that is told of is not told of again before this. Minutes. */
const TELL_EVERY = 10
/** A closed record takes in what comes late together, and is closed again. Seconds. */
const CLOSE_AGAIN = 5

type Reported = Pick<ActivityMoves, 'match' | 'addFrom' | 'keepUnmatched' | 'mayTell'>

export function reportedMoves(trx: Database): Reported {
  return {
    match: async (entries) => {
      const { rows } = await sql<{ position: number; id: GrantId; role: string }>`
        select one.position, g.id, g.role
        from jsonb_to_recordset(${positioned(entries)}::jsonb)
          as one (position integer, target text, account text, at timestamptz)
        join elevate.access_grant g on g.target = one.target and g.account = one.account
          and g.activated_at <= one.at + make_interval(secs => ${TOLERANCE})
          and coalesce(g.revoked_at, 'infinity') >= one.at - make_interval(secs => ${TOLERANCE})
        order by one.position, g.number`.execute(trx)
      const found = new Map<number, { id: GrantId; role: string }[]>()
      for (const { position, id, role } of rows)
        found.set(position, [...(found.get(position) ?? []), { id, role }])
      return found
    },

    addFrom: async (grant, source, entries) => {
      await sql`
        insert into elevate.activity (grant_id, wake_at, ended_at, target_done)
        select id, clock_timestamp() + make_interval(secs => ${CLOSE_AGAIN}), revoked_at, revoked_at is not null
        from elevate.access_grant where id = ${grant} on conflict do nothing`.execute(trx)
      const added = await keepEntries(trx, grant, source, entries)
      if (added > 0)
        await sql`
          update elevate.activity set state = 'open', wake_at = clock_timestamp() + make_interval(secs => ${CLOSE_AGAIN})
          where grant_id = ${grant} and state = 'closed'`.execute(trx)
      return added
    },

    keepUnmatched: async (source, entries) => {
      if (entries.length === 0) return []
      const { rows } = await sql<UnmatchedRow>`
        with said as (
          select one.*, g.id as after_grant, g.number as after_number, g.person as after_person
          from jsonb_to_recordset(${rowsOf(entries)}::jsonb) as one
            (key text, target text, account text, at timestamptz, kind text, outcome text, session text, text text)
          left join lateral (
            select id, number, person from elevate.access_grant a
            where a.target = one.target and a.account = one.account and a.revoked_at <= one.at
            order by a.revoked_at desc limit 1) as g on true
        ),
        added as (
          insert into elevate.activity_unmatched
            (source, key, target, account, at, kind, outcome, session, text, after_grant, received_at)
          select ${source}, key, target, account, at, kind, outcome, session, text, after_grant, clock_timestamp() from said
          on conflict do nothing returning key
        )
        select target, account, count(*)::integer as count, min(at) as first, max(at) as last,
          (array_agg(after_grant order by after_number desc nulls last))[1] as after_grant,
          (array_agg(after_number order by after_number desc nulls last))[1]::integer as after_number,
          (array_agg(after_person order by after_number desc nulls last))[1] as after_person
        from said join added using (key) group by target, account order by target, account`.execute(trx)
      return rows.map(toUnmatched)
    },

    mayTell: async (target, account) => {
      const { rows } = await sql`
        insert into elevate.activity_told (target, account, told_at) values (${target}, ${account}, clock_timestamp())
        on conflict (target, account) do update set told_at = excluded.told_at
          where activity_told.told_at < excluded.told_at - make_interval(mins => ${TELL_EVERY})
        returning target`.execute(trx)
      return rows.length === 1
    },
  }
}

/** What was reported lately of one account without a grant. */
export async function unmatchedLately(
  db: Database,
  target: string,
  account: string,
): Promise<Unmatched | undefined> {
  const { rows } = await sql<UnmatchedRow>`
    select u.target, u.account, count(*)::integer as count, min(u.at) as first, max(u.at) as last,
      max(g.number)::integer as after_number, (array_agg(g.id order by g.number desc nulls last))[1] as after_grant,
      (array_agg(g.person order by g.number desc nulls last))[1] as after_person
    from elevate.activity_unmatched u left join elevate.access_grant g on g.id = u.after_grant
    where u.target = ${target} and u.account = ${account} and u.received_at > clock_timestamp() - interval '1 hour'
    group by u.target, u.account`.execute(db)
  return rows[0] && toUnmatched(rows[0])
}

type UnmatchedRow = {
  readonly target: string
  readonly account: string
  readonly count: number
  readonly first: Date
  readonly last: Date
  readonly after_grant: GrantId | null
  readonly after_number: number | null
  readonly after_person: PersonId | null
}

function toUnmatched(row: UnmatchedRow): Unmatched {
  const { after_grant: grant, after_number: number, after_person: person, ...rest } = row
  return {
    ...rest,
    after: grant !== null && number !== null && person !== null ? { grant, number, person } : undefined,
  }
}

const positioned = (entries: readonly ReportedEntry[]) =>
  JSON.stringify(entries.map(({ target, account, at }, position) => ({ position, target, account, at })))
