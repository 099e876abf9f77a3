/** Queries about requests and grants, and two records that doors write: a posted card, an opened Home. */
import { type Selectable, sql } from 'kysely'
import type { Grant } from '../../core/access/grant.ts'
import type { Request } from '../../core/access/request.ts'
import type { GrantId, RequestId } from '../../core/ids.ts'
import type { DigestPeriod, Lane } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { GrantRow, Held, Posted } from '../../core/reads.ts'
import type { Database } from '../database/connection.ts'
import { anyIdOf, NOW } from '../database/expressions.ts'
import { grantsIn, isNumber, isUuid, requestsIn, toGrant, toGrantRow, toRequest } from '../database/rows.ts'
import type { GrantTable, PostedMessageTable } from './tables.ts'

export function accessQueries(db: Database) {
  const requests = () => requestsIn(db)
  const grants = () => grantsIn(db)
  const grantsAlone = () => db.selectFrom('elevate.access_grant').selectAll()
  const copies = () => db.selectFrom('elevate.posted_message').selectAll()

  return {
    now: async (): Promise<Date> => {
      const { now } = await db.selectNoFrom(NOW.as('now')).executeTakeFirstOrThrow()
      return now
    },

    request: async (id: RequestId): Promise<Request | undefined> =>
      isUuid(id) ? first(requestRows(requests().where('r.id', '=', id))) : undefined,
    requestByNumber: async (number: number): Promise<Request | undefined> =>
      isNumber(number) ? first(requestRows(requests().where('r.number', '=', number))) : undefined,

    grant: async (id: GrantId): Promise<GrantRow | undefined> =>
      isUuid(id) ? first(grantRows(grants().where('g.id', '=', id))) : undefined,
    grantByNumber: async (number: number): Promise<GrantRow | undefined> =>
      isNumber(number) ? first(grantRows(grants().where('g.number', '=', number))) : undefined,

    grantOfRequest: async (id: RequestId): Promise<Grant | undefined> =>
      isUuid(id) ? first(grantsOnly(grantsAlone().where('request_id', '=', id))) : undefined,

    /** The newest grant that extends this one. */
    extensionOf: async (id: GrantId): Promise<Grant | undefined> =>
      isUuid(id)
        ? first(grantsOnly(grantsAlone().where('prolongs', '=', id).orderBy('number', 'desc').limit(1)))
        : undefined,

    /** Live grants (`provisioning`, `active`, `revoking`) of one person, or of everybody. */
    liveGrants: (person?: PersonId): Promise<readonly GrantRow[]> => {
      const live = grants().where('g.state', '<>', NOT_LIVE).orderBy('g.number')
      return grantRows(person === undefined ? live : live.where('g.person', '=', person))
    },

    pendingRequests: (limit: number): Promise<readonly Request[]> =>
      requestRows(requests().where('r.state', '=', 'pending').orderBy('r.number').limit(limit)),

    /** What this person asked for, and what others asked for this person: open ones, then the rest; newest first. */
    requestsOf: (person: PersonId, limit: number): Promise<readonly Request[]> =>
      requestRows(
        requests()
          .where((is) => is.or([is('r.requester', '=', person), is('r.asked_by', '=', person)]))
          // Open requests come first, so that later ones never push them beyond the limit.
          .orderBy((is) => is('r.state', 'in', ['offered', 'pending']), 'desc')
          .orderBy('r.number', 'desc')
          .limit(limit),
      ),

    /** Of these requests, those that were asked for together with others, and the first of each bundle. */
    leads: async (ids: readonly RequestId[]): Promise<ReadonlyMap<RequestId, RequestId>> => {
      const rows = await db
        .selectFrom('elevate.request')
        .select(['id', 'bundle'])
        .where('id', '=', anyIdOf(ids.filter(isUuid)))
        .where('bundle', 'is not', null)
        .$narrowType<{ bundle: RequestId }>()
        .execute()
      return new Map(rows.map(({ id, bundle }) => [id, bundle]))
    },

    /** This request and all that were asked for together with it, in the order they were asked for. */
    bundleOf: async (id: RequestId): Promise<readonly Request[]> => {
      if (!isUuid(id)) return []
      // Null, which equals nothing, for one that was asked for alone.
      const bundle = db.selectFrom('elevate.request').select('bundle').where('id', '=', id)
      return requestRows(
        requests()
          .where((is) => is.or([is('r.id', '=', id), is('r.bundle', '=', bundle)]))
          .orderBy('r.number'),
      )
    },

    /** Break-glass access that is not reviewed yet, oldest first; of one person, or of everybody. */
    openReviews: (limit: number, person?: PersonId): Promise<readonly Request[]> => {
      const open = requests()
        .innerJoin('elevate.review as o', 'o.request_id', 'r.id')
        .where('o.state', '=', sql.lit('open'))
        .orderBy('o.opened_at')
        .orderBy('r.number')
        .limit(limit)
      return requestRows(person === undefined ? open : open.where('o.person', '=', person))
    },

    /** This person's last ended grants on an entitlement, newest first. */
    pastGrants: (person: PersonId, target: string, role: string, limit: number): Promise<readonly Grant[]> =>
      grantsOnly(
        grantsAlone()
          .where('person', '=', person)
          .where('target', '=', target)
          .where('role', '=', role)
          .where('state', '=', 'revoked')
          .orderBy('number', 'desc')
          .limit(limit),
      ),

    /**
     * Grants that held an entitlement at any time in the period, in the order in which they became active; both ends
     * the same for one moment. When there are more than `limit`, the latest.
     */
    held: async ({
      from,
      to,
      target,
      role,
      person,
      limit,
    }: {
      readonly from: Date
      readonly to: Date
      readonly target?: string
      readonly role?: string
      readonly person?: PersonId
      readonly limit: number
    }): Promise<readonly Held[]> => {
      let query = grants()
        .where(sql<boolean>`g.held && tstzrange(${from}, ${to}, '[]')`)
        .orderBy('g.activated_at', 'desc')
        .orderBy('g.number', 'desc')
        .limit(limit)
      if (target !== undefined) query = query.where('g.target', '=', target)
      if (role !== undefined) query = query.where('g.role', '=', role)
      if (person !== undefined) query = query.where('g.person', '=', person)
      const rows = await grantRows(query)
      return rows.toReversed().map(({ grant, request }) => ({
        grant,
        request: request.number,
        reason: request.reason,
        approvers: request.decisions.filter((one) => one.verdict === 'approve').map((one) => one.approver),
        ...(request.review ? { review: request.review } : {}),
        ...(request.rule ? { rule: request.rule } : {}),
      }))
    },

    /** Grants that became active in the period, or were opened in it and never did, oldest first. */
    grantsOf: (from: Date, to: Date, limit: number): Promise<readonly Grant[]> =>
      grantsOnly(
        grantsAlone()
          .where(({ fn }) => fn.coalesce('activated_at', 'created_at'), '>=', from)
          .where(({ fn }) => fn.coalesce('activated_at', 'created_at'), '<', to)
          .orderBy('number')
          .limit(limit),
      ),

    /** Where the last digest of this kind ended; undefined before the first. */
    lastDigest: async (period: DigestPeriod): Promise<Date | undefined> => {
      const last = await db
        .selectFrom('elevate.digest')
        .select('covers_to')
        .where('period', '=', period)
        .orderBy('covers_to', 'desc')
        .limit(1)
        .executeTakeFirst()
      return last?.covers_to
    },

    stuck: (): Promise<readonly GrantRow[]> =>
      grantRows(
        grants()
          .where('g.state', '<>', NOT_LIVE)
          .where('g.stuck_since', 'is not', null)
          .orderBy('g.stuck_since')
          .orderBy('g.number'),
      ),

    closedRequests: (from: Date, to: Date): Promise<readonly Request[]> =>
      requestRows(
        requests()
          .where('r.closed_at', '>=', from)
          .where('r.closed_at', '<', to)
          .orderBy('r.closed_at')
          .orderBy('r.number'),
      ),

    /** Copies of a request's card. */
    posted: async (request: RequestId): Promise<readonly Posted[]> => {
      if (!isUuid(request)) return []
      const rows = await copies().where('request_id', '=', request).orderBy('lane').execute()
      return rows.map(toPosted)
    },

    /** Copies in one lane, of any of these requests. */
    postedIn: async (lane: Lane, requests: readonly RequestId[]): Promise<readonly Posted[]> => {
      const ids = requests.filter(isUuid)
      if (ids.length === 0) return []
      const rows = await copies().where('lane', '=', lane).where('request_id', '=', anyIdOf(ids)).execute()
      return rows.map(toPosted)
    },

    savePosted: async ({ request, ...copy }: Posted): Promise<void> => {
      await db
        .insertInto('elevate.posted_message')
        .values({ request_id: request, ...copy })
        .onConflict((on) =>
          on.columns(['request_id', 'lane']).doUpdateSet(({ ref }) => ({
            channel: ref('excluded.channel'),
            ts: ref('excluded.ts'),
          })),
        )
        .execute()
    },

    /** Targets that live grants still need, so that a configuration without them is refused. */
    targetsInUse: async (): Promise<readonly string[]> => {
      const rows = await db
        .selectFrom('elevate.access_grant')
        .select('target')
        .distinct()
        .where('state', '<>', NOT_LIVE)
        .orderBy('target')
        .execute()
      return rows.map((row) => row.target)
    },

    sawHome: async (person: PersonId): Promise<void> => {
      await db
        .insertInto('elevate.home_viewer')
        .values({ person, seen_at: NOW })
        .onConflict((on) =>
          on.column('person').doUpdateSet({
            seen_at: sql`greatest(home_viewer.seen_at, excluded.seen_at)`,
          }),
        )
        .execute()
    },
  }
}

/** Written out, so that the index of live grants serves. */
const NOT_LIVE = sql.lit('revoked' as const)

const toPosted = ({ request_id, ...copy }: Selectable<PostedMessageTable>): Posted => ({
  ...copy,
  request: request_id,
})

type Rows<Row> = { execute(): Promise<Row[]> }

async function requestRows(query: Rows<Parameters<typeof toRequest>[0]>): Promise<readonly Request[]> {
  return (await query.execute()).map(toRequest)
}

async function grantRows(query: Rows<Parameters<typeof toGrantRow>[0]>): Promise<readonly GrantRow[]> {
  return (await query.execute()).map(toGrantRow)
}

async function grantsOnly(query: Rows<Selectable<GrantTable>>): Promise<readonly Grant[]> {
  return (await query.execute()).map(toGrant)
}

async function first<One>(list: Promise<readonly One[]>): Promise<One | undefined> {
  return (await list)[0]
}
