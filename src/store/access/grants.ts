/**
 * Grants inside a transaction. Every move names the state and version it starts from. A worker's moves also
 * take the binding's row and its fence in the same statement, so that a worker who was overtaken finds
 * nothing to change.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Claim } from '../../core/access/claims.ts'
import type { Grant, GrantId } from '../../core/access/grant.ts'
import { WARN_BEFORE, WORTH_WARNING } from '../../core/access/retry.ts'
import type { Tx } from '../../core/ports.ts'
import type { Database } from '../database/connection.ts'
import { type GrantColumns, isUuid, storable, theRow, toGrant } from '../database/rows.ts'

/** An extension begins to count where the one before ends; should that be over already, at once. */
const EXPIRY = sql`(greatest(moment, goes_on_from) + make_interval(secs => duration_s))`

/** `changed` hears of every grant that has something to be done after the commit. */
export function grantMoves(
  trx: Database,
  changed: { readonly opened: (id: GrantId) => void; readonly ended: (id: GrantId) => void },
): Tx['grants'] {
  return {
    open: async (grant) => {
      const { requestId, person, target, role, subject, duration, policyHash, provisionWithin } = grant
      const entitlement = JSON.stringify(grant.entitlement)
      // Under this lock nobody ends the one before, or takes it up for its end: whoever comes next sees both.
      if (grant.prolongs)
        await sql`select from elevate.access_grant where id = ${grant.prolongs} for update`.execute(trx)
      const { rows } = await sql<GrantColumns>`
        with bound as (
          insert into elevate.binding (target, role, person) values (${target}, ${role}, ${person})
          on conflict do nothing
        )
        insert into elevate.access_grant
          (request_id, person, target, role, entitlement, subject, duration_s, policy_hash,
           account, prolongs, account_for, goes_on_from, created_at, starts_at, wake_at, provision_by, not_after)
        select ${requestId}::uuid, ${person}, ${target}, ${role}, ${entitlement}::jsonb,
          ${JSON.stringify(subject)}::jsonb, ${duration}::integer, ${policyHash},
          before.account, before.id, coalesce(before.account_for, before.id), before.expires_at, moment,
          starts, coalesce(starts, moment),
          coalesce(starts, moment) + make_interval(secs => ${provisionWithin}::float8),
          greatest(moment, starts, before.expires_at)
            + make_interval(secs => ${provisionWithin}::float8 + ${duration}::integer)
        from clock_timestamp() as moment
          cross join lateral (select case when ${grant.startsAt ?? null}::timestamptz > moment
            then ${grant.startsAt ?? null}::timestamptz end as starts) as later
          left join elevate.access_grant before
          on before.id = ${grant.prolongs ?? null}::uuid and before.state = 'active' and before.expires_at > moment
          and before.target = ${target} and before.role = ${role} and before.person = ${person}
          and before.entitlement = ${entitlement}::jsonb
        returning *`.execute(trx)
      const opened = toGrant(theRow(rows))
      if (!opened.startsAt) changed.opened(opened.id)
      return opened
    },

    lock: async (id) => {
      if (!isUuid(id)) return undefined
      const { rows } = await sql<GrantColumns>`
        select * from elevate.access_grant where id = ${id} for update`.execute(trx)
      return rows[0] && toGrant(rows[0])
    },

    lockChain: async (id) => {
      if (!isUuid(id)) return []
      const { rows } = await sql<GrantColumns>`
        with first as (select coalesce(account_for, id) as id from elevate.access_grant where id = ${id})
        select * from elevate.access_grant
        where id = (select id from first) or account_for = (select id from first)
        order by number for update`.execute(trx)
      return rows.map(toGrant)
    },

    end: async (grant, why) => {
      const ended = await end(trx, grant, why)
      if (ended) changed.ended(ended.id)
      return ended
    },

    endClaimed: ({ grant }, why) => end(trx, grant, why),

    nameAccount: (claim, account) =>
      move(trx, claim, {
        keepLease: true,
        set: sql`account = ${account}`,
        when: sql`state = 'provisioning'`,
      }),

    activate: (claim, { preexisting, howTo }) =>
      move(trx, claim, {
        set: sql`state = 'active', activated_at = moment, expires_at = ${EXPIRY}, wake_at = ${EXPIRY},
          warn_at = case when ${EXPIRY} - moment > make_interval(secs => ${WORTH_WARNING})
            then ${EXPIRY} - make_interval(secs => ${WARN_BEFORE}) end, preexisting = ${preexisting},
          how_to = ${JSON.stringify(howTo)}::jsonb, attempts = 0, last_error = null`,
        when: sql`state = 'provisioning' and moment <= provision_by`,
      }),

    finish: (claim, { outcome, sessionsEnded, leftBehind }) =>
      move(trx, claim, {
        // Not before the activation, even when the clock was set back since: a stretch of time has no
        // negative length.
        set: sql`state = 'revoked', revoked_at = greatest(moment, activated_at), wake_at = null,
          late_by_ms = greatest(0, extract(epoch from moment - due_at) * 1000)::bigint,
          end_outcome = ${outcome}, sessions_ended = ${sessionsEnded}, left_behind = ${leftBehind}::text[]`,
        when: sql`state = 'revoking'`,
      }),

    postpone: (claim, { error, delay, alarms, stuck }) =>
      move(trx, claim, {
        // Access that must appear in time is looked at again when that time is over, whatever the delay.
        set: sql`attempts = attempts + 1, last_error = ${storable(error)}, alarms = ${alarms},
          stuck_since = case when ${stuck} then coalesce(stuck_since, moment) end,
          wake_at = case when state = 'provisioning' and provision_by > moment
            then least(moment + make_interval(secs => ${delay}), provision_by)
            else moment + make_interval(secs => ${delay}) end`,
        when: sql`state <> 'revoked'`,
      }),
  }
}

async function end(
  trx: Database,
  { id, version }: Pick<Grant, 'id' | 'version'>,
  { reason, by, note }: Parameters<Tx['grants']['end']>[1],
): Promise<Grant | undefined> {
  const { rows } = await sql<GrantColumns>`
    update elevate.access_grant
    set state = 'revoking', version = version + 1, end_reason = ${reason}, ended_by = ${by ?? null},
      end_note = ${storable(note)}, due_at = least(expires_at, moment), wake_at = moment,
      attempts = 0, last_error = null, stuck_since = null, alarms = 0
    from clock_timestamp() as moment
    where id = ${id} and version = ${version} and state in ('provisioning', 'active')
      and (${reason} <> 'expired' or expires_at <= moment)
    returning access_grant.*`.execute(trx)
  return rows[0] && toGrant(rows[0])
}

/** One step of a worker. The binding's row is locked first: a claim under way cannot slip in between. */
async function move(
  trx: Database,
  { grant, fence }: Claim,
  { set, when, keepLease }: { set: RawBuilder<unknown>; when: RawBuilder<unknown>; keepLease?: boolean },
): Promise<Grant | undefined> {
  const held = sql`target = ${grant.target} and role = ${grant.role} and person = ${grant.person} and fence = ${fence}`
  const mine = keepLease
    ? sql`select fence from elevate.binding where ${held} for update`
    : sql`update elevate.binding set lease_until = '-infinity' where ${held} returning fence`
  const { rows } = await sql<GrantColumns>`
    with mine as (${mine})
    update elevate.access_grant set version = version + 1, ${set}
    from mine, clock_timestamp() as moment
    where id = ${grant.id} and version = ${grant.version} and ${when}
    returning access_grant.*`.execute(trx)
  return rows[0] && toGrant(rows[0])
}
