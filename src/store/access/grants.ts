/** Grants inside a transaction. Every command names the state and version it starts from. */
import { sql } from 'kysely'
import type { Claim, EndReason, Grant, NewGrant } from '../../core/access/grant.ts'
import type { Granted, StepDone } from '../../core/connector.ts'
import type { GrantId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { after, CLOCK, inFuture, insertFrom, integer, jsonb, uuid } from '../database/expressions.ts'
import { isUuid, storable, toGrant } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import {
  activate,
  type End,
  type Failure,
  finish,
  keepStep,
  nameAccount,
  postpone,
  take,
} from './worker-steps.ts'

type Opened = Omit<NewGrant, 'entitlement' | 'subject'> & {
  /** JSON, as the subject. */
  readonly entitlement: string
  readonly subject: string
  /** Seconds from the start in which the access may exist. */
  readonly existsFor: number
}

const openGrant = statement((trx, given: Opened) =>
  insertFrom(
    trx
      .with('bound', (db) =>
        db
          .insertInto('elevate.binding')
          .values({ target: given.target, role: given.role, person: given.person })
          .onConflict((on) => on.doNothing()),
      )
      .insertInto('elevate.access_grant'),
    trx
      .selectFrom(CLOCK)
      .crossJoinLateral(trx.selectNoFrom(inFuture(given.startsAt).as('starts_at')).as('later'))
      .leftJoin('elevate.access_grant as before', (join) =>
        join
          .on('before.id', '=', uuid(given.prolongs))
          .on('before.state', '=', 'active')
          .onRef('before.expires_at', '>', 'clock.moment')
          .on('before.target', '=', given.target)
          .on('before.role', '=', given.role)
          .on('before.person', '=', given.person)
          .on(sql<boolean>`before.entitlement = ${given.entitlement}::jsonb`),
      ),
    ({ ref, fn }) => {
      const starts = fn.coalesce('later.starts_at', 'clock.moment')
      const latest = fn<Date>('greatest', ['clock.moment', 'later.starts_at', 'before.expires_at'])
      return {
        request_id: uuid(given.requestId),
        person: given.person,
        target: given.target,
        role: given.role,
        entitlement: jsonb(given.entitlement),
        subject: jsonb(given.subject),
        duration_s: integer(given.duration),
        policy_hash: given.policyHash,
        account: ref('before.account'),
        prolongs: ref('before.id'),
        account_for: fn.coalesce('before.account_for', 'before.id'),
        goes_on_from: ref('before.expires_at'),
        created_at: ref('clock.moment'),
        starts_at: ref('later.starts_at'),
        wake_at: starts,
        provision_by: after(starts, given.provisionWithin),
        not_after: after(latest, given.existsFor),
      }
    },
  ).returningAll(),
)

/** `changed` hears of every grant that has something to be done after the commit. */
export function grantCommands(
  trx: Database,
  changed: { readonly opened: (id: GrantId) => void; readonly ended: (id: GrantId) => void },
) {
  const grants = () => trx.selectFrom('elevate.access_grant').selectAll()
  return {
    open: async (grant: NewGrant): Promise<Grant> => {
      // Under this lock the previous grant cannot end or be claimed for its end: the next transaction sees both.
      if (grant.prolongs)
        await trx
          .selectFrom('elevate.access_grant')
          .select('id')
          .where('id', '=', grant.prolongs)
          .forUpdate()
          .execute()
      const [row] = await openGrant.rows(trx, {
        ...grant,
        entitlement: JSON.stringify(grant.entitlement),
        subject: JSON.stringify(grant.subject),
        existsFor: grant.provisionWithin + grant.duration,
      })
      if (!row) throw new Error('an insert gave no row')
      const opened = toGrant(row)
      if (!opened.startsAt) changed.opened(opened.id)
      return opened
    },

    /** The grant under a row lock. */
    lock: async (id: GrantId): Promise<Grant | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await grants().where('id', '=', id).forUpdate().executeTakeFirst()
      return row && toGrant(row)
    },

    /** This one and every other that uses the account made for the same grant, under row locks, oldest first. */
    lockChain: async (id: GrantId): Promise<readonly Grant[]> => {
      if (!isUuid(id)) return []
      const first = trx
        .selectFrom('elevate.access_grant')
        .select(({ fn }) => fn.coalesce('account_for', 'id').as('id'))
        .where('id', '=', id)
      const rows = await grants()
        .where((is) => is.or([is('id', '=', first), is('account_for', '=', first)]))
        .orderBy('number')
        .forUpdate()
        .execute()
      return rows.map(toGrant)
    },

    /** `provisioning`/`active` → `revoking`. Undefined when it had moved on. */
    end: async (grant: Pick<Grant, 'id' | 'version'>, why: Why): Promise<Grant | undefined> => {
      const ended = await end(trx, grant, why)
      if (ended) changed.ended(ended.id)
      return ended
    },

    /** The same by the worker that holds the claim and goes on itself: nobody else is asked to look. */
    endClaimed: ({ grant }: Pick<Claim, 'grant'>, why: Why): Promise<Grant | undefined> =>
      end(trx, grant, why),

    // The commands below need the worker's claim: an outdated fence changes nothing.

    nameAccount: (claim: Claim, account: string): Promise<Grant | undefined> =>
      take(nameAccount, trx, claim, { account }),

    activate: (claim: Claim, { preexisting, howTo, ids }: Omit<Granted, 'was'>): Promise<Grant | undefined> =>
      take(activate, trx, claim, { preexisting, howTo: JSON.stringify(howTo), ids: JSON.stringify(ids) }),

    keepStep: (claim: Claim, done: StepDone): Promise<Grant | undefined> => take(keepStep, trx, claim, done),

    finish: (claim: Claim, end: End): Promise<Grant | undefined> => take(finish, trx, claim, end),

    /** Records a failure and the delay until the next try; `alarms` is the number raised so far. */
    postpone: (claim: Claim, failure: Failure): Promise<Grant | undefined> =>
      take(postpone, trx, claim, { ...failure, error: storable(failure.error) }),
  }
}

type Why = { readonly reason: EndReason; readonly by: PersonId | undefined; readonly note: string }

async function end(
  trx: Database,
  { id, version }: Pick<Grant, 'id' | 'version'>,
  { reason, by, note }: Why,
): Promise<Grant | undefined> {
  let ending = trx
    .updateTable('elevate.access_grant as g')
    .from(CLOCK)
    .set(({ eb, ref, fn }) => ({
      state: 'revoking',
      version: eb('g.version', '+', 1),
      end_reason: reason,
      ended_by: by ?? null,
      end_note: storable(note),
      due_at: fn<Date>('least', ['g.expires_at', 'clock.moment']),
      wake_at: ref('clock.moment'),
      attempts: 0,
      last_error: null,
      stuck_since: null,
      alarms: 0,
    }))
    .where('g.id', '=', id)
    .where('g.version', '=', version)
    .where('g.state', 'in', ['provisioning', 'active'])
  if (reason === 'expired') ending = ending.whereRef('g.expires_at', '<=', 'clock.moment')
  const row = await ending.returningAll('g').executeTakeFirst()
  return row && toGrant(row)
}
