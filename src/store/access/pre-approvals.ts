/** A yes given beforehand: outside of a transaction to be read, inside to be given, held and ended. */
import { sql } from 'kysely'
import type { PreApproval, PreApprovalMoves, PreApprovalReads } from '../../core/access/pre-approval.ts'
import type { Database } from '../database/connection.ts'
import { isUuid, storable } from '../database/rows.ts'

type Columns = {
  readonly id: string
  readonly number: number
  readonly giver: string
  readonly person: string
  readonly target: string
  readonly role: string
  readonly each_s: number
  readonly reason: string
  readonly policy_hash: string
  readonly given_at: Date
  readonly ends_at: Date
  readonly ended_at: Date | null
  readonly ended_by: string | null
  readonly uses: number
}

const USES = sql`(select count(*) from elevate.decision d where d.pre_approval = p.id) as uses`
/** One that nobody noted yet is over all the same. */
const LIVES = sql`p.ended_at is null and p.ends_at > clock_timestamp()`

export function preApprovalReads(db: Database): PreApprovalReads {
  const found = async (condition: ReturnType<typeof sql>) => {
    const { rows } = await sql<Columns>`
      select p.*, ${USES} from elevate.pre_approval p where ${condition}`.execute(db)
    return rows.map(toPreApproval)
  }
  return {
    byNumber: async (number) =>
      Number.isSafeInteger(number) && number > 0 ? (await found(sql`p.number = ${number}`))[0] : undefined,
    byId: async (id) => (isUuid(id) ? (await found(sql`p.id = ${id}`))[0] : undefined),
    live: (which, limit) => {
      const of =
        which === undefined
          ? sql`true`
          : 'concerns' in which
            ? sql`(p.giver = ${which.concerns} or p.person = ${which.concerns})`
            : sql`p.person = ${which.person} and p.target = ${which.target} and p.role = ${which.role}`
      return found(sql`${LIVES} and ${of} order by p.number limit ${limit}`)
    },
    over: async (limit) => {
      const { rows } = await sql<{ id: string }>`
        select id from elevate.pre_approval
        where ended_at is null and ends_at <= (select clock_timestamp()) order by ends_at limit ${limit}`.execute(
        db,
      )
      return rows.map((row) => row.id)
    },
  }
}

export function preApprovalMoves(trx: Database): PreApprovalMoves {
  return {
    give: async ({ giver, person, target, role, each, reason, policyHash, span }) => {
      const { rows } = await sql<Columns>`
        insert into elevate.pre_approval
          (giver, person, target, role, each_s, reason, policy_hash, given_at, ends_at)
        select ${giver}::text, ${person}::text, ${target}::text, ${role}::text, ${each}::integer, ${storable(reason)}::text,
          ${policyHash}::text, moment, moment + make_interval(secs => ${span})
        from clock_timestamp() as moment
        where not exists (select from elevate.pre_approval
          where giver = ${giver} and person = ${person} and target = ${target} and role = ${role} and ended_at is null)
        on conflict (person, target, role, giver) where ended_at is null do nothing
        returning *, 0 as uses`.execute(trx)
      return rows[0] && toPreApproval(rows[0])
    },

    hold: async (id) => {
      const { rows } = await sql<Columns>`
        select p.*, ${USES} from elevate.pre_approval p where p.id = ${id} and ${LIVES} for update of p`.execute(
        trx,
      )
      return rows[0] && toPreApproval(rows[0])
    },

    end: async (id, how) => {
      if (!isUuid(id)) return undefined
      const { rows } = await sql<Columns>`
        update elevate.pre_approval p
        set ended_at = clock_timestamp(), ended_by = ${typeof how === 'object' && 'by' in how ? how.by : null}
        where p.id = ${id} and p.ended_at is null and (p.ends_at <= clock_timestamp()) = ${how === 'time-over'}
        returning p.*, ${USES}`.execute(trx)
      return rows[0] && toPreApproval(rows[0])
    },
  }
}

function toPreApproval(row: Columns): PreApproval {
  return {
    id: row.id,
    number: row.number,
    giver: row.giver,
    person: row.person,
    target: row.target,
    role: row.role,
    each: row.each_s,
    reason: row.reason,
    policyHash: row.policy_hash,
    givenAt: row.given_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    uses: row.uses,
  }
}
