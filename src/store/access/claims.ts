/**
 * Claims. A claim locks the grant's and the binding's row briefly, raises the fence and
 * sets a lease; nothing stays locked while a target is called.
 */
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Claim } from '../../core/access/grant.ts'
import { LEASE_SECONDS } from '../../core/access/retry.ts'
import type { GrantId, RequestId } from '../../core/ids.ts'
import type { Database } from '../database/connection.ts'
import { after, CLOCK, changedOne, NO_LEASE, NOW, NOW_ONCE } from '../database/expressions.ts'
import { isUuid, named, toGrant } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import type { Committed } from '../database/transaction.ts'
import { admitted, type Known, type SignedLeaf } from '../log/quarantine.ts'
import { OPEN_REQUEST } from './requests.ts'
import type { GrantTable } from './tables.ts'

/** Written out, so that the index of live grants serves. */
const ENDED = sql.lit('revoked' as const)

/** Live grants with their binding, neither of which is claimed. */
const free = (db: Database, given: SignedLeaf) =>
  db
    .selectFrom('elevate.access_grant as g')
    .innerJoin('elevate.binding as b', (join) =>
      join
        .onRef('b.target', '=', 'g.target')
        .onRef('b.role', '=', 'g.role')
        .onRef('b.person', '=', 'g.person'),
    )
    .selectAll('g')
    .where('g.state', '<>', ENDED)
    .where('b.lease_until', '<=', NOW_ONCE)
    .where(admitted(given))
    .forUpdate(['b', 'g'])
    .skipLocked()

type Capacities = { readonly targets: readonly string[]; readonly sizes: readonly number[] }

const claimDue = statement((db, given: Capacities & SignedLeaf) => {
  const capacity = sql<{ target: string; size: number }>`
    unnest(${given.targets}::text[], ${given.sizes}::integer[])`.as<'capacity'>(sql`capacity(target, size)`)
  const due = free(db, given)
    .where(sql<boolean>`g.target = capacity.target`)
    .where('g.wake_at', '<=', NOW_ONCE)
    .orderBy('g.wake_at')
    .limit(sql<number>`greatest(capacity.size, 0)`)
  return claim(db, db.selectFrom(capacity).crossJoinLateral(due.as('due')).selectAll('due'))
})

const claimOne = statement((db, given: { readonly id: GrantId } & SignedLeaf) =>
  claim(
    db,
    free(db, given)
      .where('g.id', '=', given.id)
      .where((is) => is.or([is('g.wake_at', '<=', NOW_ONCE), is('g.state', '=', 'revoking')])),
  ),
)

/** While the restore lock is on there are no claims. */
export function claims(db: Database, known: Known, committed: (news: Committed) => void) {
  return {
    /** Due grants of each target, oldest first, as many as that target has capacity for; no two workers get the same. */
    due: async (capacities: ReadonlyMap<string, number>): Promise<readonly Claim[]> => {
      const takenAt = performance.now()
      const given = { targets: [...capacities.keys()], sizes: [...capacities.values()], ...known.leaf }
      return (await claimDue.rows(db, given)).map((row) => toClaim(row, takenAt))
    },

    /** Milliseconds until the next grant of these targets becomes due, by the database's clock; undefined when none is due within `ms`. */
    nextWithin: async (targets: readonly string[], ms: number): Promise<number | undefined> => {
      const next = db
        .selectFrom('elevate.access_grant as g')
        .select('g.wake_at')
        .where(sql<boolean>`g.target = wanted.target`)
        .where('g.state', '<>', ENDED)
        .where('g.wake_at', '>', NOW_ONCE)
        .where('g.wake_at', '<=', after(NOW_ONCE, ms / 1000))
        .orderBy('g.wake_at')
        .limit(1)
      const { soon } = await db
        .selectFrom(sql<{ target: string }>`unnest(${targets}::text[])`.as<'wanted'>(sql`wanted(target)`))
        .crossJoinLateral(next.as('next'))
        .select(
          sql<number | null>`min(extract(epoch from next.wake_at - clock_timestamp()) * 1000)::float8`.as(
            'soon',
          ),
        )
        .executeTakeFirstOrThrow()
      return soon === null ? undefined : Math.max(0, soon)
    },

    /** This one, if it has something to do and nobody else works on it; access that is to go is tried at any time. */
    one: async (id: GrantId): Promise<Claim | undefined> => {
      if (!isUuid(id)) return undefined
      const takenAt = performance.now()
      const [row] = await claimOne.rows(db, { id, ...known.leaf })
      return row && toClaim(row, takenAt)
    },

    /** Starts the lease again; false when somebody with a higher fence has taken over. */
    renew: (claim: Claim): Promise<boolean> =>
      changedOne(
        bindingOf(db, claim)
          .set({ lease_until: after(NOW, LEASE_SECONDS) })
          .where('lease_until', '>', NO_LEASE),
      ),

    /** Releases a claim without a change; the grant is due again now. */
    release: async (claim: Claim): Promise<void> => {
      await bindingOf(db, claim).set({ lease_until: NO_LEASE }).execute()
      committed({ notified: false, opened: [], due: [claim.grant.id] })
    },

    /** Asks the worker of this process to process a grant now. If that is lost, the sweeper finds it within a second. */
    lookNow: (id: GrantId): void => committed({ notified: false, opened: [], due: [id] }),

    /** Open requests whose time is over. */
    expired: async (limit: number): Promise<readonly RequestId[]> => {
      const rows = await db
        .selectFrom('elevate.request')
        .select('id')
        .where('state', 'in', OPEN_REQUEST)
        .where('lapses_at', '<=', NOW_ONCE)
        .orderBy('lapses_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },

    /** What became due before this start, for the restart report; and how long elevate was down. */
    overdueAtStart: async (): Promise<{
      readonly downSeconds: number | null
      readonly expired: number
      readonly unfinished: number
      readonly lapsed: number
    }> => {
      const { down, ...counts } = await db
        .selectFrom('elevate.access_grant')
        .select(({ fn, selectFrom }) => [
          selectFrom('elevate.heartbeat')
            .select(
              sql<number>`greatest(0, extract(epoch from clock_timestamp() - awake_at))::float8`.as('s'),
            )
            .as('down'),
          fn.countAll<number>().filterWhere('state', '=', 'active').as('expired'),
          fn.countAll<number>().filterWhere('state', '<>', 'active').as('unfinished'),
          selectFrom('elevate.request')
            .select(fn.countAll<number>().as('count'))
            .where('elevate.request.state', 'in', OPEN_REQUEST)
            .where('lapses_at', '<=', NOW_ONCE)
            .$asScalar()
            .$notNull()
            .as('lapsed'),
        ])
        .where('state', '<>', ENDED)
        .where('wake_at', '<=', NOW_ONCE)
        .executeTakeFirstOrThrow()
      return { downSeconds: down === null ? null : Math.round(down), ...counts }
    },

    /** Records that a process is running. */
    heartbeat: async (): Promise<void> => {
      await db
        .insertInto('elevate.heartbeat')
        .values({ awake_at: NOW })
        .onConflict((on) =>
          on
            .column('only_row')
            .doUpdateSet({ awake_at: sql<Date>`greatest(heartbeat.awake_at, excluded.awake_at)` }),
        )
        .execute()
    },
  }
}

function bindingOf(db: Database, { grant: { target, role, person }, fence }: Claim) {
  return db.updateTable('elevate.binding').where(({ and }) => and({ target, role, person, fence }))
}

/**
 * Leases what `picked` found and locked; the row comes from there, because only the locked one is sure to
 * be the newest. Two grants of one binding may both be due: the older one goes first, the other waits for
 * the lease.
 */
function claim<From, Tables extends keyof From>(
  db: Database,
  picked: SelectQueryBuilder<From, Tables, Selectable<GrantTable>>,
) {
  return db
    .with(
      (cte) => cte('picked').materialized(),
      () => picked,
    )
    .with('first', (cte) =>
      cte
        .selectFrom('picked')
        .selectAll()
        .distinctOn(['target', 'role', 'person'])
        .orderBy('target')
        .orderBy('role')
        .orderBy('person')
        .orderBy('wake_at'),
    )
    .with('leased', (cte) =>
      cte
        .updateTable('elevate.binding as b')
        .from('first')
        .set(({ eb }) => ({ fence: eb('b.fence', '+', 1), lease_until: after(NOW, LEASE_SECONDS) }))
        .whereRef('b.target', '=', 'first.target')
        .whereRef('b.role', '=', 'first.role')
        .whereRef('b.person', '=', 'first.person')
        .returning('b.fence')
        .returningAll('first'),
    )
    .selectFrom('leased')
    .crossJoin(CLOCK)
    .selectAll('leased')
    .select(({ selectFrom }) => [
      jsonArrayFrom(
        selectFrom('elevate.access_grant as s')
          .select(['s.id', 's.number', 's.state', 's.preexisting', 's.activated_at'])
          .whereRef('s.target', '=', 'leased.target')
          .whereRef('s.role', '=', 'leased.role')
          .whereRef('s.account', '=', 'leased.account')
          .whereRef('s.id', '<>', 'leased.id')
          .where('s.state', 'in', [sql.lit('provisioning' as const), sql.lit('active' as const)])
          .where((is) =>
            is.or([is('s.expires_at', 'is', null), is('s.expires_at', '>', is.ref('clock.moment'))]),
          )
          .orderBy('s.number'),
      ).as('siblings'),
      sql<number | null>`(extract(epoch from moment - coalesce(due_at, expires_at)) * 1000)::float8`.as(
        'overdue_ms',
      ),
      sql<boolean>`state = 'provisioning' and provision_by <= moment`.as('provision_over'),
    ])
    .orderBy('leased.wake_at')
}

type ClaimRow = Awaited<ReturnType<ReturnType<typeof claim>['execute']>>[number]

function toClaim(row: ClaimRow, takenAt: number): Claim {
  const { fence, siblings, overdue_ms, provision_over, ...grant } = row
  return {
    grant: toGrant(grant),
    fence,
    takenAt,
    siblings: siblings.map(named),
    overdueMs: overdue_ms ?? undefined,
    provisionOver: provision_over,
  }
}
