/** Requests inside a transaction. */
import { sql } from 'kysely'
import { type Decision, type NewRequest, type Request, requestName } from '../../core/access/request.ts'
import type { PreApprovalId, RequestId } from '../../core/ids.ts'
import type { Lane } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import {
  after,
  CLOCK,
  changedOne,
  inFuture,
  insertFrom,
  integer,
  NOW,
  texts,
  uuid,
} from '../database/expressions.ts'
import { decisionsOn, isUuid, storable, toRequest } from '../database/rows.ts'
import { statement } from '../database/statement.ts'

/** Written out, so that the indexes of open requests serve. */
export const OPEN_REQUEST = [sql.lit('offered' as const), sql.lit('pending' as const)]

const NEW_ID = sql<{ id: RequestId }>`gen_random_uuid()`.as<'fresh'>(sql`fresh(id)`)

type Opened = Omit<NewRequest, 'bundle'> & {
  readonly state: 'offered' | 'pending'
  readonly cards: readonly Lane[]
  readonly bundle: RequestId | undefined
  /** It names the bundle. */
  readonly isFirst: boolean
}

/** The columns of what was asked for. It looks at no value, so that a statement that is built once can have them. */
export function asked(request: Omit<NewRequest, 'bundle'> & { readonly cards: readonly Lane[] }) {
  return {
    requester: request.requester,
    target: request.target,
    role: request.role,
    duration_s: integer(request.duration),
    reason: request.reason,
    ticket: request.ticket ?? null,
    policy_name: request.policyName,
    policy_hash: request.policyHash,
    cards: texts(request.cards),
  }
}

const openRequest = statement((trx, given: Opened) => {
  const open = trx
    .selectFrom('elevate.request')
    .where('requester', '=', given.requester)
    .where('target', '=', given.target)
    .where('role', '=', given.role)
    .where('state', 'in', OPEN_REQUEST)
  return insertFrom(
    trx.insertInto('elevate.request'),
    // Looked for first, so that a refused request does not use up a number; the index decides the race.
    trx.selectFrom([CLOCK, NEW_ID]).where(({ not, exists }) => not(exists(open))),
    ({ ref }) => ({
      id: ref('fresh.id'),
      bundle: sql`case when ${given.isFirst}::boolean then fresh.id else ${given.bundle}::uuid end`,
      state: given.state,
      asked_by: given.askedBy ?? null,
      ...asked(given),
      prolongs: uuid(given.prolongs),
      created_at: ref('clock.moment'),
      lapses_at: after(ref('clock.moment'), given.lapseAfter),
      remind_every_s: integer(given.remindAfter),
      remind_at: after(ref('clock.moment'), given.remindAfter),
      fallback_at: after(ref('clock.moment'), given.fallbackAfter),
      starts_at: inFuture(given.startsAt),
      widened: sql`${given.widened}::boolean`,
    }),
  )
    .onConflict((on) =>
      on.columns(['requester', 'target', 'role']).where('state', 'in', OPEN_REQUEST).doNothing(),
    )
    .returningAll()
})

const lockRequest = statement((trx, given: { readonly id: RequestId }) =>
  trx.selectFrom('elevate.request').selectAll().where('id', '=', given.id).forUpdate(),
)

type Decided = Pick<Decision, 'approver' | 'verdict' | 'self' | 'note' | 'duration' | 'startsAt'> & {
  readonly request: RequestId
  readonly preApproval: PreApprovalId | undefined
}

const decideRequest = statement((trx, given: Decided) =>
  trx.insertInto('elevate.decision').values({
    request_id: given.request,
    approver: given.approver,
    verdict: given.verdict,
    self: given.self,
    note: given.note,
    at: NOW,
    duration_s: given.duration ?? null,
    starts_at: given.startsAt ?? null,
    pre_approval: given.preApproval ?? null,
  }),
)

type Closed = Pick<Request, 'id' | 'version'> & {
  readonly state: 'approved' | 'declined' | 'denied' | 'withdrawn' | 'lapsed'
  readonly by: PersonId | undefined
  /** Its time is over by the database's clock. */
  readonly isOver: boolean
}

const closeRequest = statement((trx, given: Closed) =>
  trx
    .updateTable('elevate.request')
    .set(({ eb }) => ({
      state: given.state,
      version: eb('version', '+', 1),
      closed_at: NOW,
      closed_by: given.by ?? null,
    }))
    .where('id', '=', given.id)
    .where('version', '=', given.version)
    .where('state', 'in', OPEN_REQUEST)
    .where(sql<boolean>`(lapses_at <= ${NOW}) = ${given.isOver}`)
    .returning('id'),
)

export function requestCommands(trx: Database) {
  return {
    /** Undefined when the person has a pending request for the same entitlement already. */
    open: async (request: NewRequest, cards: readonly Lane[]): Promise<Request | undefined> => {
      const { bundle } = request
      const [row] = await openRequest.rows(trx, {
        ...request,
        state: request.askedBy === undefined ? 'pending' : 'offered',
        reason: storable(request.reason),
        widened: request.widened ?? false,
        cards,
        bundle: bundle === 'first' ? undefined : bundle,
        isFirst: bundle === 'first',
      })
      return row && toRequest(row)
    },

    /** The request under a row lock, with its decisions. */
    lock: async (id: RequestId): Promise<Request | undefined> => {
      if (!isUuid(id)) return undefined
      // Two statements on purpose: only the second sees the decision of an approver for whom the first waited.
      const [[row], decisions] = await Promise.all([lockRequest.rows(trx, { id }), decisionsOn(trx, id)])
      return row && toRequest({ ...row, decisions })
    },

    pendingOf: async (person: PersonId): Promise<number> => {
      const { pending } = await trx
        .selectFrom('elevate.request')
        .select(({ fn }) => fn.countAll<number>().as('pending'))
        .where(({ fn }) => fn.coalesce('asked_by', 'requester'), '=', person)
        .where('state', 'in', OPEN_REQUEST)
        .executeTakeFirstOrThrow()
      return pending
    },

    /** `preApproval` is the id of the pre-approval that decided, when nobody clicked. */
    decide: async (
      request: RequestId,
      decision: Omit<Decision, 'at' | 'preApproval' | 'preApprovalId'>,
      preApproval?: PreApprovalId,
    ): Promise<void> => {
      await decideRequest.rows(trx, { ...decision, request, note: storable(decision.note), preApproval })
    },

    /** Notes which rule approved it, and nobody else. */
    decideByRule: async (
      request: RequestId,
      { policy, rule }: { readonly policy: string; readonly rule: string },
    ): Promise<void> => {
      await trx
        .insertInto('elevate.rule_approval')
        .values({ request_id: request, policy_name: policy, rule, at: NOW })
        .execute()
    },

    /** Compare and set from `offered` or `pending`; false when somebody was first, or the request has expired by the database's clock. */
    close: async (
      { id, version }: Pick<Request, 'id' | 'version'>,
      state: Closed['state'],
      by: PersonId | undefined,
    ): Promise<boolean> => {
      const rows = await closeRequest.rows(trx, { id, version, state, by, isOver: state === 'lapsed' })
      return rows.length === 1
    },

    /** Compare and set from `offered`; the time until it expires starts again. False when somebody was first. */
    accept: ({ id, version }: Pick<Request, 'id' | 'version'>): Promise<boolean> =>
      changedOne(
        trx
          .updateTable('elevate.request')
          .from(CLOCK)
          .set(({ eb, ref }) => ({
            state: 'pending',
            version: eb('version', '+', 1),
            // Approvers have as long as if it had been asked for now.
            lapses_at: sql<Date>`moment + (lapses_at - created_at)`,
            remind_at: after(ref('clock.moment'), ref('remind_every_s')),
            fallback_at: sql<Date | null>`moment + (fallback_at - created_at)`,
          }))
          .where('id', '=', id)
          .where('version', '=', version)
          .where('state', '=', 'offered')
          .whereRef('lapses_at', '>', 'clock.moment'),
      ),

    /** Lanes that carry a copy of the request's card. */
    cards: async (id: RequestId): Promise<readonly Lane[]> => {
      if (!isUuid(id)) return []
      const rows = await trx
        .selectFrom('elevate.request')
        .select(sql<Lane>`unnest(cards)`.as('lane'))
        .where('id', '=', id)
        .unionAll(
          trx
            .selectFrom('elevate.direct_card')
            .select(sql<Lane>`'person:' || person`.as('lane'))
            .where('request_id', '=', id),
        )
        .execute()
      return rows.map((row) => row.lane)
    },

    /** These people are to have a copy as well. */
    alsoTo: async (id: RequestId, people: readonly PersonId[]): Promise<void> => {
      await trx
        .insertInto('elevate.direct_card')
        .columns(['request_id', 'person'])
        .expression(
          trx.selectNoFrom([uuid(id).as('request_id'), sql`unnest(${people}::text[])`.as('person')]),
        )
        .onConflict((on) => on.doNothing())
        .execute()
    },

    /** What people and events call it: `R-1042`. */
    name: async (id: RequestId): Promise<string> => {
      const { number } = await trx
        .selectFrom('elevate.request')
        .select('number')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return requestName(number)
    },
  }
}
