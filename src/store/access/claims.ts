/**
 * Who works on what. A claim takes the grant's and the binding's row for an instant, raises the fence and
 * sets a lease; nothing stays locked while a target is called.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Claim, Claims } from '../../core/access/claims.ts'
import type { RequestId } from '../../core/access/request.ts'
import { LEASE } from '../../core/access/retry.ts'
import type { Database } from '../database/connection.ts'
import { type GrantColumns, isUuid, theRow, timeOf, toGrant } from '../database/rows.ts'
import type { Committed } from '../database/transaction.ts'
import type { Known } from '../log/quarantine.ts'

type SiblingRow = Omit<Claim['siblings'][number], 'activatedAt'> & { readonly activatedAt: string | null }

type ClaimRow = {
  readonly grant: GrantColumns
  readonly fence: number
  readonly siblings: readonly SiblingRow[]
  readonly overdue_ms: number | null
  readonly provision_over: boolean
}

/** A sub-select, unlike the bare function, is asked once and can be looked up in an index. */
const NOW = sql`(select clock_timestamp())`

/** While elevate is in quarantine nobody gets a claim. */
export function claims(db: Database, known: Known, committed: (news: Committed) => void): Claims {
  return {
    due: (rooms) =>
      claim(
        db,
        sql`select due.found
          from unnest(${[...rooms.keys()]}::text[], ${[...rooms.values()]}::integer[]) as room (target, size)
          cross join lateral (
            select g as found
            from elevate.access_grant g join elevate.binding b using (target, role, person)
            where g.target = room.target and g.state <> 'revoked' and ${known.admitted}
              and g.wake_at <= ${NOW} and b.lease_until <= ${NOW}
            order by g.wake_at
            limit greatest(room.size, 0)
            for update of b, g skip locked
          ) as due`,
      ),

    nextWithin: async (targets, ms) => {
      const { rows } = await sql<{ ms: number | null }>`
        select min(extract(epoch from next.wake_at - clock_timestamp()) * 1000)::float8 as ms
        from unnest(${[...targets]}::text[]) as wanted (target)
        cross join lateral (
          select g.wake_at from elevate.access_grant g
          where g.target = wanted.target and g.state <> 'revoked' and g.wake_at > ${NOW}
            and g.wake_at <= ${NOW} + make_interval(secs => ${ms / 1000}::float8)
          order by g.wake_at limit 1
        ) as next`.execute(db)
      const soon = rows[0]?.ms
      return soon === undefined || soon === null ? undefined : Math.max(0, soon)
    },

    one: async (id) => {
      if (!isUuid(id)) return undefined
      const claimed = await claim(
        db,
        sql`select g as found
          from elevate.access_grant g join elevate.binding b using (target, role, person)
          where g.id = ${id} and g.state <> 'revoked' and (g.wake_at <= ${NOW} or g.state = 'revoking')
            and b.lease_until <= ${NOW} and ${known.admitted}
          for update of b, g skip locked`,
      )
      return claimed[0]
    },

    renew: async ({ grant, fence }) => {
      const { rows } = await sql`
        update elevate.binding set lease_until = clock_timestamp() + make_interval(secs => ${LEASE})
        where target = ${grant.target} and role = ${grant.role} and person = ${grant.person} and fence = ${fence}
          and lease_until > '-infinity'
        returning fence`.execute(db)
      return rows.length > 0
    },

    release: async ({ grant, fence }) => {
      await sql`
        update elevate.binding set lease_until = '-infinity'
        where target = ${grant.target} and role = ${grant.role} and person = ${grant.person} and fence = ${fence}`.execute(
        db,
      )
      committed({ notified: false, opened: [], due: [grant.id] })
    },

    lookNow: (id) => committed({ notified: false, opened: [], due: [id] }),

    lapsed: async (limit) => {
      const { rows } = await sql<{ id: RequestId }>`
        select id from elevate.request where state in ('offered', 'pending') and lapses_at <= ${NOW}
        order by lapses_at limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    },

    missed: async () => {
      const { rows } = await sql<{
        down_s: number | null
        expired: number
        unfinished: number
        lapsed: number
      }>`
        select
          (select greatest(0, extract(epoch from clock_timestamp() - awake_at))::float8
            from elevate.heartbeat) as down_s,
          count(*) filter (where state = 'active') as expired,
          count(*) filter (where state <> 'active') as unfinished,
          (select count(*) from elevate.request where state in ('offered', 'pending') and lapses_at <= ${NOW}) as lapsed
        from elevate.access_grant where state <> 'revoked' and wake_at <= ${NOW}`.execute(db)
      const { down_s, expired, unfinished, lapsed } = theRow(rows)
      return { downSeconds: down_s === null ? null : Math.round(down_s), expired, unfinished, lapsed }
    },

    heartbeat: async () => {
      await sql`
        insert into elevate.heartbeat (awake_at) values (clock_timestamp())
        on conflict (only_row) do update set awake_at = greatest(heartbeat.awake_at, excluded.awake_at)`.execute(
        db,
      )
    },
  }
}

/**
 * Leases what `picked` found and locked; the row comes from there, because only the locked one is sure to
 * be the newest. Two grants of one binding may both be due: the older one goes first, the other waits for
 * the lease.
 */
async function claim(db: Database, picked: RawBuilder<unknown>): Promise<readonly Claim[]> {
  const takenAt = performance.now()
  const { rows } = await sql<ClaimRow>`
    with picked as materialized (${picked}),
    first as (
      select distinct on ((found).target, (found).role, (found).person) found
      from picked order by (found).target, (found).role, (found).person, (found).wake_at
    ),
    leased as (
      update elevate.binding b
      set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE})
      from first
      where b.target = (found).target and b.role = (found).role and b.person = (found).person
      returning b.fence, found
    )
    select to_jsonb(found) as "grant", fence, wanted.siblings,
      (extract(epoch from moment - coalesce((found).due_at, (found).expires_at)) * 1000)::float8 as overdue_ms,
      (found).state = 'provisioning' and (found).provision_by <= moment as provision_over
    from leased cross join clock_timestamp() as moment
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'number', s.number, 'state', s.state,
        'preexisting', s.preexisting, 'activatedAt', s.activated_at) order by s.number), '[]') as siblings
      from elevate.access_grant s
      where s.target = (found).target and s.role = (found).role and s.account = (found).account
        and s.id <> (found).id and s.state in ('provisioning', 'active')
        and (s.expires_at is null or s.expires_at > moment)
    ) as wanted
    order by (found).wake_at`.execute(db)
  return rows.map((row) => ({
    grant: toGrant(row.grant),
    fence: row.fence,
    takenAt,
    siblings: row.siblings.map((one) => ({ ...one, activatedAt: timeOf(one.activatedAt) })),
    overdueMs: row.overdue_ms ?? undefined,
    provisionOver: row.provision_over,
  }))
}
