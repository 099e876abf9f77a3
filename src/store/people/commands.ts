/**
 * Emptying what is kept about people. The log's own part is `audit.erase`. What is emptied is written as text: the
 * same statement for many tables, which the builder can only type for each of them again.
 */
import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import { DAY } from '../../core/access/duration.ts'
import type { PersonId } from '../../core/people/person.ts'
import {
  type Blanked,
  type Emptied,
  type PrivateText,
  type RetentionKind,
  totalOf,
} from '../../core/people/privacy.ts'
import type { Database } from '../database/connection.ts'
import { before, NOW } from '../database/expressions.ts'
import type { Tables } from '../database/tables.ts'

/** Requests that are over, with their grant and their review; `over` is when the last of it was. */
const OVER = sql`(
  select r.id, r.requester, r.asked_by, greatest(r.closed_at, g.revoked_at, v.closed_at) as over
  from elevate.request r left join elevate.access_grant g on g.request_id = r.id
    left join elevate.review v on v.request_id = r.id
  where r.closed_at is not null and (g.id is null or g.state = 'revoked') and (v.request_id is null or v.state <> 'open'))`

type Kind =
  | 'reasons'
  | 'notes'
  | 'reviews'
  | 'grants'
  | 'baselines'
  | 'pre_approvals'
  | 'statements'
  | 'strays'

const TABLES = {
  reasons: 'request',
  notes: 'decision',
  reviews: 'review',
  grants: 'access_grant',
  baselines: 'standing_access',
  pre_approvals: 'pre_approval',
  statements: 'activity_entry',
  strays: 'activity_unmatched',
} as const satisfies Record<Kind, string>

const tableOf = (kind: Kind) => sql.table(`elevate.${TABLES[kind]}`)

type Whose =
  | { readonly person: PersonId }
  | { readonly seconds: number; readonly limit: number; readonly what: 'texts' | 'activity' }
type Emptying = {
  readonly kind: Kind
  readonly set: RawBuilder<unknown>
  readonly where: RawBuilder<boolean>
}

/** For each table: which rows still have texts, and how to empty them. Only rows of what is over. */
function emptyings(whose: Whose): readonly Emptying[] {
  const old = (over: RawBuilder<unknown>) =>
    'seconds' in whose
      ? sql`${over} < clock_timestamp() - make_interval(secs => ${whose.seconds})`
      : sql`true`
  const person = 'person' in whose ? whose.person : ''
  const theirs = (...columns: readonly string[]) =>
    'person' in whose
      ? sql`(${sql.join(
          columns.map((column) => sql`${sql.ref(column)} = ${person}`),
          sql` or `,
        )})`
      : sql`true`
  const overRequest = sql`${OVER} as done where done.id`
  const list: readonly Emptying[] = [
    {
      kind: 'reasons',
      set: sql`reason = ''`,
      where: sql<boolean>`one.reason <> '' and exists (select from ${overRequest} = one.id
        and ${theirs('done.requester', 'done.asked_by')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'notes',
      set: sql`note = ''`,
      where: sql<boolean>`one.note <> '' and exists (select from ${overRequest} = one.request_id
        and ${theirs('done.requester', 'one.approver')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'reviews',
      set: sql`note = ''`,
      where: sql<boolean>`one.note <> '' and exists (select from ${overRequest} = one.request_id
        and ${theirs('one.person', 'one.reviewer')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'grants',
      set:
        'person' in whose
          ? sql`subject = case when person = ${person} then ${NAMELESS} else subject end, end_note = '',
              last_error = null, how_to = case when person = ${person} then '[]' else how_to end`
          : sql`subject = ${NAMELESS}, end_note = '', last_error = null, how_to = '[]'`,
      where: sql<boolean>`one.state = 'revoked' and ${theirs('one.person', 'one.ended_by')}
        and (one.end_note <> '' or (one.subject ->> 'name' <> '' and ${theirs('one.person')})) and ${old(sql`one.revoked_at`)}`,
    },
    {
      kind: 'baselines',
      set: sql`accepted_why = '', version = version + case when state in ('open', 'accepted') then 1 else 0 end`,
      where: sql<boolean>`one.accepted_why <> '' and ${theirs('one.accepted_by')}
        ${'seconds' in whose ? sql`and one.closed_at is not null` : sql``} and ${old(sql`one.closed_at`)}`,
    },
    {
      kind: 'pre_approvals',
      set: sql`reason = ''`,
      where: sql<boolean>`one.reason <> '' and one.ended_at is not null and ${theirs('one.giver', 'one.person')}
        and ${old(sql`one.ended_at`)}`,
    },
    {
      kind: 'statements',
      set: sql`text = '', salt = null`,
      where: sql<boolean>`one.text <> '' and exists (select from elevate.access_grant g where g.id = one.grant_id
        and g.state = 'revoked' and ${theirs('g.person')} and ${old(sql`g.revoked_at`)})`,
    },
    {
      kind: 'strays',
      set: sql`text = ''`,
      where: sql<boolean>`one.text <> '' and ${old(sql`one.received_at`)}
        ${'person' in whose ? sql`and one.after_grant in (select id from elevate.access_grant where person = ${person})` : sql``}`,
    },
  ]
  if ('person' in whose) return list
  return list.filter(({ kind }) => ACTIVITY.has(kind) === (whose.what === 'activity'))
}

/** Kept for a period of their own. */
const ACTIVITY: ReadonlySet<Kind> = new Set<Kind>(['statements', 'strays'])

/** The Slack id stays: it is in the log too. */
const NAMELESS = sql`jsonb_build_object('person', person, 'name', '')`

export async function rowsToEmpty(db: Database, person: PersonId): Promise<Blanked> {
  const counts = emptyings({ person }).map(async ({ kind, where }) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from ${tableOf(kind)} as one where ${where}`.execute(db)
    return [kind, rows[0]?.count ?? 0] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

async function empty(trx: Database, whose: Whose): Promise<Emptied> {
  const done: Record<string, number> = {}
  let records: Blanked = {}
  for (const { kind, set, where } of emptyings(whose)) {
    const table = tableOf(kind)
    const limit = 'limit' in whose ? sql`limit ${whose.limit}` : sql``
    const update = sql`
      update ${table} set ${set} where ctid in (select one.ctid from ${table} as one where ${where} ${limit})`
    if (kind === 'statements') records = await byRecord(trx, update)
    const emptied =
      kind === 'statements' ? totalOf(records) : Number((await update.execute(trx)).numAffectedRows ?? 0)
    if (emptied > 0) done[kind] = emptied
  }
  return { rows: done, records }
}

/** The event must name how many texts of a record were erased, so that a check can explain what is missing. */
async function byRecord(trx: Database, update: RawBuilder<unknown>): Promise<Blanked> {
  const { rows } = await sql<{ name: string; count: number }>`
    with emptied as (${update} returning grant_id)
    select 'G-' || number as name, count(*)::integer as count
    from emptied join elevate.access_grant on id = grant_id group by number order by number`.execute(trx)
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}

export function privacyCommands(trx: Database) {
  return {
    /** True for the first that asks since a day ago. */
    claimRun: async (kind: RetentionKind): Promise<boolean> => {
      const row = await trx
        .insertInto('elevate.retention_run')
        .values({ kind, ran_at: NOW })
        .onConflict((on) =>
          on
            .column('kind')
            .doUpdateSet(({ ref }) => ({ ran_at: ref('excluded.ran_at') }))
            .where(({ eb, ref }) =>
              eb('elevate.retention_run.ran_at', '<=', before(ref('excluded.ran_at'), DAY)),
            ),
        )
        .returning('kind')
        .executeTakeFirst()
      return row !== undefined
    },

    /**
     * Private texts that were written longer ago than so many seconds. A baseline counts for as long as it is
     * accepted, and a review needs the reason that it is about.
     */
    textsOlderThan: (seconds: number, limit: number): Promise<readonly PrivateText[]> =>
      trx
        .selectFrom('audit.secret as s')
        .innerJoin('audit.body as body', 'body.index', 's.index')
        .select(['s.index', 's.field'])
        .where('body.time', '<', before(NOW, seconds))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('elevate.standing_access as a')
                .where('a.state', '=', 'accepted')
                .where('body.type', '=', 'standing_access.accepted')
                .whereRef('a.target', '=', 'body.target')
                .whereRef('a.role', '=', 'body.role')
                .where('a.account', '=', sql<string>`body.bytes::jsonb ->> 'account'`),
            ),
          ),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('elevate.review as v')
                .innerJoin('elevate.request as r', 'r.id', 'v.request_id')
                .where('v.state', '=', sql.lit('open'))
                .where(sql<boolean>`'R-' || r.number = body.request`),
            ),
          ),
        )
        .orderBy('s.index')
        .orderBy('s.field')
        .limit(limit)
        .execute(),

    /** Empties the texts in rows of what was over longer ago than so many seconds; `limit` rows of each kind. */
    blankOlderThan: (seconds: number, limit: number): Promise<Emptied> =>
      empty(trx, { seconds, limit, what: 'texts' }),

    /** The same for what was done with access, by whom it was done. */
    blankActivityOlderThan: (seconds: number, limit: number): Promise<Emptied> =>
      empty(trx, { seconds, limit, what: 'activity' }),

    /** Forgets where messages are about what was over longer ago than so many seconds. */
    forgetPlaces: async (seconds: number, limit: number): Promise<number> => {
      const old = before(NOW, seconds)
      const { numDeletedRows } = await trx
        .with('endings', (db) =>
          db
            .deleteFrom('elevate.posted_ending')
            .where('grant_id', 'in', (of) =>
              of
                .selectFrom('elevate.access_grant')
                .select('id')
                .where('state', '=', 'revoked')
                .where('revoked_at', '<', old),
            ),
        )
        .deleteFrom('elevate.posted_message')
        .where(sql`ctid`, 'in', ({ selectFrom }: ExpressionBuilder<Tables, 'elevate.posted_message'>) =>
          selectFrom('elevate.posted_message as one')
            .innerJoin(sql<{ id: string; over: Date }>`${OVER}`.as('done'), 'done.id', 'one.request_id')
            .select(sql`one.ctid`.as('ctid'))
            .where('done.over', '<', old)
            .limit(limit),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** Empties the texts that this person wrote, and what is said of them, in rows of what is over. */
    blank: async (person: PersonId): Promise<Emptied> => {
      const { rows, records } = await empty(trx, { person })
      const { numDeletedRows } = await trx
        .deleteFrom('elevate.home_viewer')
        .where('person', '=', person)
        .executeTakeFirst()
      const home = Number(numDeletedRows)
      return { rows: { ...rows, ...(home > 0 ? { home } : {}) }, records }
    },
  }
}
