/**
 * What a worker does to the grant that it claimed. Each step also takes the binding's row and its fence in the same
 * statement, so that an outdated worker changes nothing.
 */
import { type ExpressionBuilder, type RawBuilder, sql, type UpdateObject } from 'kysely'
import type { Claim, EndOutcome, Grant } from '../../core/access/grant.ts'
import { WARN_BEFORE_SECONDS, WARNED_IF_LONGER_SECONDS } from '../../core/access/retry.ts'
import type { StepDone } from '../../core/connector.ts'
import type { Database } from '../database/connection.ts'
import { after, before, CLOCK, NO_LEASE, texts } from '../database/expressions.ts'
import { toGrant } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import type { Tables } from '../database/tables.ts'
import type { GrantTable } from './tables.ts'

/** An extension starts where the previous grant ends, or now if that is over. */
const EXPIRY = sql<Date>`(greatest(moment, goes_on_from) + make_interval(secs => duration_s))`

type Moved = Tables & { g: GrantTable; clock: { moment: Date } }

type Held = Pick<Grant, 'id' | 'version' | 'target' | 'role' | 'person'> & Pick<Claim, 'fence'>

/** One step of a worker. The binding's row is locked first: a claim under way cannot slip in between. */
function step<Values extends object>(
  set: (
    of: ExpressionBuilder<Moved, 'g' | 'clock'>,
    given: Values,
  ) => UpdateObject<Moved, 'g' | 'clock', 'g'>,
  when: RawBuilder<boolean>,
  { keepsLease } = { keepsLease: false },
) {
  return statement((trx, given: Values & Held) => {
    const { target, role, person, fence } = given
    const mine = keepsLease
      ? trx
          .selectFrom('elevate.binding')
          .select('fence')
          .where(({ and }) => and({ target, role, person, fence }))
          .forUpdate()
      : trx
          .updateTable('elevate.binding')
          .set({ lease_until: NO_LEASE })
          .where(({ and }) => and({ target, role, person, fence }))
          .returning('fence')
    return trx
      .with('mine', () => mine)
      .updateTable('elevate.access_grant as g')
      .from(['mine', CLOCK])
      .set((of) => ({ version: of.eb('g.version', '+', 1), ...set(of, given) }))
      .where('g.id', '=', given.id)
      .where('g.version', '=', given.version)
      .where(when)
      .returningAll('g')
  })
}

export async function take<Values extends object>(
  { rows }: ReturnType<typeof step<Values>>,
  trx: Database,
  { grant: { id, version, target, role, person }, fence }: Claim,
  values: Values,
): Promise<Grant | undefined> {
  const [row] = await rows(trx, { ...values, id, version, target, role, person, fence })
  return row && toGrant(row)
}

export const nameAccount = step(
  (_, given: { readonly account: string }) => ({ account: given.account }),
  sql`state = 'provisioning'`,
  { keepsLease: true },
)

/** `howTo` and `ids` in JSON. */
export const activate = step(
  ({ ref }, given: { readonly preexisting: boolean; readonly howTo: string; readonly ids: string }) => ({
    state: 'active',
    activated_at: ref('clock.moment'),
    expires_at: EXPIRY,
    wake_at: EXPIRY,
    warn_at: sql`case when ${EXPIRY} - moment > make_interval(secs => ${WARNED_IF_LONGER_SECONDS})
      then ${before(EXPIRY, WARN_BEFORE_SECONDS)} end`,
    preexisting: given.preexisting,
    how_to: given.howTo,
    target_ids: given.ids,
    attempts: 0,
    last_error: null,
  }),
  sql`state = 'provisioning' and moment <= provision_by`,
)

/** What a step of ending did, beside what those before it did. */
export const keepStep = step(
  ({ eb }, given: StepDone) => ({
    taken: sql<boolean>`taken or ${given.taken}`,
    sessions_ended: eb('sessions_ended', '+', given.sessionsEnded),
  }),
  sql`state = 'revoking'`,
  { keepsLease: true },
)

export type End = { readonly outcome: EndOutcome; readonly leftBehind: readonly string[] }

export const finish = step(
  ({ fn }, given: End) => ({
    state: 'revoked',
    // Not before the activation, even if the clock was set back since: a range cannot have a negative length.
    revoked_at: fn<Date>('greatest', ['clock.moment', 'activated_at']),
    wake_at: null,
    late_by_ms: sql`greatest(0, extract(epoch from moment - due_at) * 1000)::bigint`,
    end_outcome: given.outcome,
    left_behind: texts(given.leftBehind),
  }),
  sql`state = 'revoking'`,
)

export type Failure = {
  readonly error: string
  readonly delaySeconds: number
  readonly alarms: number
  readonly stuck: boolean
}

export const postpone = step(
  ({ eb, ref, fn }, given: Failure) => ({
    attempts: eb('attempts', '+', 1),
    last_error: given.error,
    alarms: given.alarms,
    stuck_since: sql`case when ${given.stuck}::boolean then coalesce(stuck_since, moment) end`,
    // A grant with a deadline for its access is due at that deadline at the latest, whatever the delay.
    wake_at: eb
      .case()
      .when(sql<boolean>`state = 'provisioning' and provision_by > moment`)
      .then(fn<Date>('least', [after(ref('clock.moment'), given.delaySeconds), 'provision_by']))
      .else(after(ref('clock.moment'), given.delaySeconds))
      .end(),
  }),
  sql`state <> 'revoked'`,
)
