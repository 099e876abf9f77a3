/**
 * Questions that change nothing, and the two small notes that doors leave (a posted card, an opened Home).
 */
import { sql } from 'kysely'
import type { Request, RequestId } from '../core/access/request.ts'
import type { GrantRow, Posted, Reads } from '../core/reads.ts'
import type { PostedMessageTable } from './access/tables.ts'
import type { Database } from './database/connection.ts'
import {
  type DecisionColumns,
  type GrantColumns,
  isUuid,
  type RequestColumns,
  type ReviewColumns,
  theRow,
  toGrant,
  toRequest,
} from './database/rows.ts'

type Row = {
  readonly grant: GrantColumns
  readonly request: RequestColumns
  readonly decisions: readonly DecisionColumns[]
  readonly review: ReviewColumns | null
  readonly rule: string | null
}

export function reads(db: Database): Reads {
  const decisions = sql<readonly DecisionColumns[]>`coalesce((
    select jsonb_agg(jsonb_build_object('approver', d.approver, 'verdict', d.verdict, 'self', d.self,
      'note', d.note, 'at', d.at, 'duration_s', d.duration_s,
      'starts_at', d.starts_at, 'pre_approval', p.number) order by d.at, d.approver)
    from elevate.decision d left join elevate.pre_approval p on p.id = d.pre_approval
    where d.request_id = r.id), '[]')`.as('decisions')

  const review = sql<ReviewColumns | null>`(
    select to_jsonb(v) from elevate.review v where v.request_id = r.id)`.as('review')

  const rule = sql<string | null>`(
    select a.rule from elevate.rule_approval a where a.request_id = r.id)`.as('rule')

  const requests = () =>
    db.selectFrom('elevate.request as r').selectAll('r').select([decisions, review, rule])

  const grants = () =>
    db
      .selectFrom('elevate.access_grant as g')
      .innerJoin('elevate.request as r', 'r.id', 'g.request_id')
      .select(sql<GrantColumns>`to_jsonb(g)`.as('grant'))
      .select(sql<RequestColumns>`to_jsonb(r)`.as('request'))
      .select([decisions, review, rule])

  const copies = () => db.selectFrom('elevate.posted_message').selectAll()

  return {
    now: async () => {
      const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
      return theRow(rows).now
    },

    request: async (id) => (isUuid(id) ? firstRequest(requests().where('r.id', '=', id)) : undefined),
    requestByNumber: async (number) =>
      isNumber(number) ? firstRequest(requests().where('r.number', '=', number)) : undefined,

    grant: async (id) => (isUuid(id) ? (await grantRows(grants().where('g.id', '=', id)))[0] : undefined),
    grantByNumber: async (number) =>
      isNumber(number) ? (await grantRows(grants().where('g.number', '=', number)))[0] : undefined,

    grantOfRequest: async (id) => {
      if (!isUuid(id)) return undefined
      const row = await db
        .selectFrom('elevate.access_grant')
        .selectAll()
        .where('request_id', '=', id)
        .executeTakeFirst()
      return row && toGrant(row)
    },

    prolongedBy: async (id) => {
      if (!isUuid(id)) return undefined
      const row = await db
        .selectFrom('elevate.access_grant')
        .selectAll()
        .where('prolongs', '=', id)
        .orderBy('number', 'desc')
        .executeTakeFirst()
      return row && toGrant(row)
    },

    liveGrants: (person) => {
      const live = grants().where('g.state', '<>', 'revoked').orderBy('g.number')
      return grantRows(person === undefined ? live : live.where('g.person', '=', person))
    },

    pendingRequests: (limit) =>
      requestRows(requests().where('r.state', '=', 'pending').orderBy('r.number').limit(limit)),

    requestsOf: (person, limit) =>
      requestRows(
        requests()
          .where((one) => one.or([one('r.requester', '=', person), one('r.asked_by', '=', person)]))
          // However much was asked for since, what is open is never beyond the limit.
          .orderBy(sql`r.state in ('offered', 'pending')`, 'desc')
          .orderBy('r.number', 'desc')
          .limit(limit),
      ),

    leads: async (ids) => {
      const rows = await db
        .selectFrom('elevate.request')
        .select(['id', 'bundle'])
        .where('id', 'in', [NOBODY, ...ids.filter(isUuid)])
        .where('bundle', 'is not', null)
        .execute()
      return new Map(rows.flatMap(({ id, bundle }) => (bundle === null ? [] : [[id, bundle] as const])))
    },

    bundleOf: async (id) => {
      if (!isUuid(id)) return []
      return requestRows(
        requests()
          .where((one) => one.or([one('r.id', '=', id), one('r.bundle', '=', bundleIdOf(id))]))
          .orderBy('r.number'),
      )
    },

    openReviews: (limit, person) => {
      const open = requests()
        .innerJoin('elevate.review as o', 'o.request_id', 'r.id')
        .where('o.state', '=', 'open')
        .orderBy('o.opened_at')
        .orderBy('r.number')
        .limit(limit)
      return requestRows(person === undefined ? open : open.where('o.person', '=', person))
    },

    pastGrants: async (person, target, role, limit) => {
      const rows = await db
        .selectFrom('elevate.access_grant')
        .selectAll()
        .where('person', '=', person)
        .where('target', '=', target)
        .where('role', '=', role)
        .where('state', '=', 'revoked')
        .orderBy('number', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toGrant)
    },

    held: async ({ from, to, target, role, person, limit }) => {
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

    grantsOf: async (from, to, limit) => {
      const rows = await db
        .selectFrom('elevate.access_grant')
        .selectAll()
        .where(
          sql<boolean>`coalesce(activated_at, created_at) >= ${from} and coalesce(activated_at, created_at) < ${to}`,
        )
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(toGrant)
    },

    lastDigest: async (period) => {
      const { rows } = await sql<{ covers_to: Date }>`
        select covers_to from elevate.digest where period = ${period} order by covers_to desc limit 1`.execute(
        db,
      )
      return rows[0]?.covers_to
    },

    stuck: () =>
      grantRows(
        grants()
          .where('g.state', '<>', 'revoked')
          .where('g.stuck_since', 'is not', null)
          .orderBy('g.stuck_since')
          .orderBy('g.number'),
      ),

    closedRequests: (from, to) =>
      requestRows(
        requests()
          .where(sql<boolean>`r.closed_at >= ${from} and r.closed_at < ${to}`)
          .orderBy('r.closed_at')
          .orderBy('r.number'),
      ),

    posted: async (request) => {
      if (!isUuid(request)) return []
      const rows = await copies().where('request_id', '=', request).orderBy('lane').execute()
      return rows.map(toPosted)
    },

    postedIn: async (lane, requests) => {
      const ids = requests.filter(isUuid)
      if (ids.length === 0) return []
      const rows = await copies()
        .where('lane', '=', lane)
        .where(sql<boolean>`request_id = any(${ids}::uuid[])`)
        .execute()
      return rows.map(toPosted)
    },

    savePosted: async ({ lane, channel, ts, request }) => {
      await sql`
        insert into elevate.posted_message (request_id, lane, channel, ts)
        values (${request}, ${lane}, ${channel}, ${ts})
        on conflict (request_id, lane) do update set channel = excluded.channel, ts = excluded.ts`.execute(db)
    },

    targetsInUse: async () => {
      const rows = await db
        .selectFrom('elevate.access_grant')
        .select('target')
        .distinct()
        .where('state', '<>', 'revoked')
        .orderBy('target')
        .execute()
      return rows.map((row) => row.target)
    },

    sawHome: async (person) => {
      await sql`
        insert into elevate.home_viewer (person, seen_at) values (${person}, clock_timestamp())
        on conflict (person) do update set seen_at = greatest(home_viewer.seen_at, excluded.seen_at)`.execute(
        db,
      )
    },
  }
}

/** An empty list is no SQL. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Undefined by being null for one that stands alone, which equals nothing. */
const bundleIdOf = (id: RequestId) =>
  sql<RequestId>`(select bundle from elevate.request where id = ${id}::uuid)`

function toPosted({ lane, channel, ts, request_id }: PostedMessageTable): Posted {
  return { lane, channel, ts, request: request_id }
}

type RequestQuery = { execute(): Promise<(RequestColumns & Omit<Row, 'grant' | 'request'>)[]> }

async function requestRows(query: RequestQuery): Promise<readonly Request[]> {
  return (await query.execute()).map((row) => toRequest(row, row.decisions, row.review, row.rule))
}

async function firstRequest(query: RequestQuery): Promise<Request | undefined> {
  return (await requestRows(query))[0]
}

async function grantRows(query: { execute(): Promise<Row[]> }): Promise<readonly GrantRow[]> {
  const rows = await query.execute()
  return rows.map(({ grant, request, decisions, review, rule }) => ({
    grant: toGrant(grant),
    request: toRequest(request, decisions, review, rule),
  }))
}

/** Numbers are typed by people: `R-99999999999999999999` is nobody's. */
function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0
}
