/** Pre-approvals: queries, and commands inside a transaction to give, hold and end them. */
import type { ExpressionBuilder, Selectable } from 'kysely'
import type {
  NewPreApproval,
  PreApproval,
  PreApprovalEnd,
  PreApproved,
} from '../../core/access/pre-approval.ts'
import type { PreApprovalId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { after, CLOCK, insertFrom, integer, NOW, NOW_ONCE } from '../database/expressions.ts'
import { isNumber, isUuid, named, storable } from '../database/rows.ts'
import type { Tables } from '../database/tables.ts'
import type { PreApprovalTable } from './tables.ts'

type P = ExpressionBuilder<Tables & { p: PreApprovalTable }, 'p'>

const uses = ({ selectFrom, fn }: P) =>
  selectFrom('elevate.decision as d')
    .select(fn.countAll<number>().as('count'))
    .whereRef('d.pre_approval', '=', 'p.id')
    .$asScalar()
    .$notNull()
    .as('uses')

/** An expired pre-approval is over even if its end is not recorded yet. */
const isLive = (is: P) => is.and([is('p.ended_at', 'is', null), is('p.ends_at', '>', NOW)])

const found = (db: Database) => db.selectFrom('elevate.pre_approval as p').selectAll('p').select(uses)

export function preApprovalQueries(db: Database) {
  return {
    byNumber: async (number: number): Promise<PreApproval | undefined> => {
      if (!isNumber(number)) return undefined
      const row = await found(db).where('p.number', '=', number).executeTakeFirst()
      return row && toPreApproval(row)
    },

    byId: async (id: PreApprovalId): Promise<PreApproval | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await found(db).where('p.id', '=', id).executeTakeFirst()
      return row && toPreApproval(row)
    },

    /** Those that are in force, oldest first: of an entitlement of a person, given by or to a person, or all. */
    live: async (
      which: PreApproved | { readonly concerns: PersonId } | undefined,
      limit: number,
    ): Promise<readonly PreApproval[]> => {
      const live = found(db).where(isLive).orderBy('p.number').limit(limit)
      const rows =
        which === undefined
          ? live
          : 'concerns' in which
            ? live.where((is) =>
                is.or([is('p.giver', '=', which.concerns), is('p.person', '=', which.concerns)]),
              )
            : live
                .where('p.person', '=', which.person)
                .where('p.target', '=', which.target)
                .where('p.role', '=', which.role)
      return (await rows.execute()).map(toPreApproval)
    },

    /** Those that have expired and are not yet recorded as ended. */
    over: async (limit: number): Promise<readonly PreApprovalId[]> => {
      const rows = await db
        .selectFrom('elevate.pre_approval')
        .select('id')
        .where('ended_at', 'is', null)
        .where('ends_at', '<=', NOW_ONCE)
        .orderBy('ends_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },
  }
}

export function preApprovalCommands(trx: Database) {
  return {
    /** Undefined when this giver's pre-approval of the same is in force already. */
    give: async (one: NewPreApproval): Promise<PreApproval | undefined> => {
      const { giver, person, target, role, each, reason, policyHash, span } = one
      const same = trx
        .selectFrom('elevate.pre_approval')
        .where(({ and }) => and({ giver, person, target, role }))
        .where('ended_at', 'is', null)
      const row = await insertFrom(
        trx.insertInto('elevate.pre_approval'),
        trx.selectFrom(CLOCK).where(({ not, exists }) => not(exists(same))),
        ({ ref }) => ({
          giver,
          person,
          target,
          role,
          each_s: integer(each),
          reason: storable(reason),
          policy_hash: policyHash,
          given_at: ref('clock.moment'),
          ends_at: after(ref('clock.moment'), span),
        }),
      )
        .onConflict((on) =>
          on.columns(['person', 'target', 'role', 'giver']).where('ended_at', 'is', null).doNothing(),
        )
        .returningAll()
        .executeTakeFirst()
      return row && toPreApproval({ ...row, uses: 0 })
    },

    /** Holds it, so that it cannot be ended before the commit; undefined when it is over. */
    hold: async (id: PreApprovalId): Promise<PreApproval | undefined> => {
      const row = await found(trx).where('p.id', '=', id).where(isLive).forUpdate('p').executeTakeFirst()
      return row && toPreApproval(row)
    },

    /** Compare and set; undefined when it was over, or for `time-over` while it is not. */
    end: async (id: PreApprovalId, how: PreApprovalEnd): Promise<PreApproval | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await trx
        .updateTable('elevate.pre_approval as p')
        .set({
          ended_at: NOW,
          ended_by: typeof how === 'object' && 'by' in how ? how.by : null,
        })
        .where('p.id', '=', id)
        .where('p.ended_at', 'is', null)
        .where('p.ends_at', how === 'time-over' ? '<=' : '>', NOW)
        .returningAll('p')
        .returning(uses)
        .executeTakeFirst()
      return row && toPreApproval(row)
    },
  }
}

function toPreApproval({ each_s, ...row }: Selectable<PreApprovalTable> & { uses: number }): PreApproval {
  return { ...named(row), each: each_s }
}
