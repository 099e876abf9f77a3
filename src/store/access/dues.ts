/** Due work with messages: reminders, fallback, warnings. The queries only read; a caller must first take the row by a command. */
import { sql } from 'kysely'
import { DAY } from '../../core/access/duration.ts'
import type { Grant } from '../../core/access/grant.ts'
import type { Request } from '../../core/access/request.ts'
import { CHECK_PEOPLE_EVERY_SECONDS, TOO_LATE_TO_WARN_SECONDS } from '../../core/access/retry.ts'
import type { GrantId, RequestId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { after, before, CLOCK, changedOne, insertFrom, NOW, NOW_ONCE } from '../database/expressions.ts'
import { OPEN_REQUEST } from './requests.ts'

// Written out, so that the indexes of what is due serve.
const ACTIVE = sql.lit('active' as const)
const PENDING = sql.lit('pending' as const)

export function dueQueries(db: Database) {
  const waiting = async (due: 'remind_at' | 'fallback_at', limit: number): Promise<readonly RequestId[]> => {
    const rows = await db
      .selectFrom('elevate.request')
      .select('id')
      .where('state', '=', PENDING)
      .where(due, '<=', NOW_ONCE)
      .where('lapses_at', '>', NOW_ONCE)
      .orderBy(due)
      .limit(limit)
      .execute()
    return rows.map((row) => row.id)
  }

  return {
    /** Grants whose holders are to be notified that they end, while there is time left to do something about it. */
    ending: async (limit: number): Promise<readonly GrantId[]> => {
      const rows = await db
        .selectFrom('elevate.access_grant as g')
        .select('g.id')
        .where('g.state', '=', ACTIVE)
        .where('g.warn_at', '<=', NOW_ONCE)
        .where('g.expires_at', '>', after(NOW_ONCE, TOO_LATE_TO_WARN_SECONDS))
        // Access is the OR of live grants: as long as another one outlasts it, nothing ends.
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('elevate.access_grant as s')
                .whereRef('s.target', '=', 'g.target')
                .whereRef('s.role', '=', 'g.role')
                .whereRef('s.account', '=', 'g.account')
                .where('s.state', '=', ACTIVE)
                .whereRef('s.expires_at', '>', 'g.expires_at'),
            ),
          ),
        )
        .orderBy('g.warn_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },

    /** Requests whose approvers are to be reminded. */
    reminders: (limit: number) => waiting('remind_at', limit),

    /** Requests that the fallback approvers are to be asked about as well. */
    fallbacks: (limit: number) => waiting('fallback_at', limit),

    /** Someone with access or an open request who was not checked in Slack for a while; each is given to one process only. */
    personToCheck: async (): Promise<PersonId | undefined> => {
      const concerned = db
        .selectFrom('elevate.access_grant')
        .select('person')
        .where('state', '<>', sql.lit('revoked'))
        .union(
          db
            .selectFrom('elevate.request')
            .select(sql<PersonId>`unnest(array[requester, asked_by])`.as('person'))
            .where('state', 'in', OPEN_REQUEST),
        )
        .union(
          db
            .selectFrom('elevate.pre_approval')
            .select(sql<PersonId>`unnest(array[giver, person])`.as('person'))
            .where('ended_at', 'is', null),
        )
      const next = db
        .selectFrom(concerned.as('one'))
        .leftJoin('elevate.person_check as c', 'c.person', 'one.person')
        .select('one.person')
        .where('one.person', 'is not', null)
        .where((is) =>
          is.or([
            is('c.checked_at', 'is', null),
            is('c.checked_at', '<=', before(NOW_ONCE, CHECK_PEOPLE_EVERY_SECONDS)),
          ]),
        )
        .orderBy('c.checked_at', (order) => order.asc().nullsFirst())
        .limit(1)
      const row = await insertFrom(
        db.insertInto('elevate.person_check'),
        db.selectFrom(next.as('next')),
        ({ ref }) => ({ person: ref('next.person'), checked_at: NOW }),
      )
        .onConflict((on) =>
          on
            .column('person')
            .doUpdateSet(({ ref }) => ({ checked_at: ref('excluded.checked_at') }))
            .where(({ eb, ref }) =>
              eb(
                'elevate.person_check.checked_at',
                '<=',
                before(ref('excluded.checked_at'), CHECK_PEOPLE_EVERY_SECONDS),
              ),
            ),
        )
        .returning('person')
        .executeTakeFirst()
      return row?.person
    },
  }
}

/** Takes something due: true for exactly one caller. */
export function dueCommands(trx: Database) {
  const pending = ({ id, version }: Pick<Request, 'id' | 'version'>) =>
    trx
      .updateTable('elevate.request')
      .set(({ eb }) => ({ version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .where('version', '=', version)
      .where('state', '=', 'pending')

  return {
    warn: ({ id, version }: Pick<Grant, 'id' | 'version'>): Promise<boolean> =>
      changedOne(
        trx
          .updateTable('elevate.access_grant')
          .set(({ eb }) => ({ version: eb('version', '+', 1), warn_at: null }))
          .where('id', '=', id)
          .where('version', '=', version)
          .where('state', '=', 'active')
          .where('warn_at', '<=', NOW),
      ),

    /** `early` does not wait for the time that the policy gives the others. */
    activateFallback: (
      request: Pick<Request, 'id' | 'version'>,
      { early }: { readonly early: boolean } = { early: false },
    ): Promise<boolean> => {
      const activating = pending(request)
        .set({ widened: true, fallback_at: null })
        .where('widened', '=', false)
      return changedOne(early ? activating : activating.where('fallback_at', '<=', NOW))
    },

    /** Something happened about it: the time until the next reminder starts again. */
    restartReminders: async (request: Pick<Request, 'id' | 'version'>): Promise<void> => {
      await pending(request)
        .set(({ ref }) => ({ remind_at: after(NOW, ref('remind_every_s')) }))
        .where('remind_at', 'is not', null)
        .execute()
    },

    /** Sets the next reminder too. */
    remind: (request: Pick<Request, 'id' | 'version'>): Promise<boolean> => {
      const twiceAsLong = sql<number>`least(2 * remind_every_s::bigint, ${30 * DAY})`
      return changedOne(
        pending(request)
          .from(CLOCK)
          // Counted from now: missed reminders are not sent later.
          .set(({ ref }) => ({
            remind_every_s: twiceAsLong,
            remind_at: after(ref('clock.moment'), twiceAsLong),
          }))
          .whereRef('remind_at', '<=', 'clock.moment')
          .whereRef('lapses_at', '>', 'clock.moment'),
      )
    },
  }
}
