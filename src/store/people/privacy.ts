/** What is kept about people, and the emptying of it. The log's own part is `audit.erase`. */
import { type RawBuilder, sql } from 'kysely'
import type { JsonObject } from '../../core/connector.ts'
import type { PersonId } from '../../core/people/person.ts'
import {
  type Blanked,
  type Emptied,
  type PrivacyMoves,
  type PrivacyReads,
  type PrivateText,
  totalOf,
} from '../../core/people/privacy.ts'
import type { Database } from '../database/connection.ts'
import { theRow } from '../database/rows.ts'

/** Requests that are over, with their grant and their review; `over` is when the last of it was. */
const OVER = sql`(
  select r.id, r.requester, r.asked_by, greatest(r.closed_at, g.revoked_at, v.closed_at) as over
  from elevate.request r left join elevate.access_grant g on g.request_id = r.id
    left join elevate.review v on v.request_id = r.id
  where r.closed_at is not null and (g.id is null or g.state = 'revoked') and (v.request_id is null or v.state <> 'open'))`

export function privacyReads(db: Database): PrivacyReads {
  return {
    live: async (person) => {
      const { rows } = await sql<{ name: string }>`
        select 'G-' || number as name from elevate.access_grant where person = ${person} and state <> 'revoked'
        union all select 'R-' || number from elevate.request
          where (requester = ${person} or asked_by = ${person}) and state in ('offered', 'pending')
        union all select 'R-' || r.number from elevate.review v join elevate.request r on r.id = v.request_id
          where v.person = ${person} and v.state = 'open'
        union all select 'P-' || number from elevate.pre_approval
          where (giver = ${person} or person = ${person}) and ended_at is null
        order by 1`.execute(db)
      return rows.map((row) => row.name)
    },

    textsOf: async (person) => {
      const { rows } = await sql<PrivateText>`
        select secret.index, field from audit.secret join audit.body using (index)
        where body.subject = ${person} or body.actor = ${person} order by 1, 2`.execute(db)
      return rows
    },

    rowsOf: async (person) => {
      const counts = emptyings({ person }).map(async ({ kind, where }) => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::int as count from ${sql.table(`elevate.${TABLES[kind]}`)} as one where ${where}`.execute(
          db,
        )
        return [kind, theRow(rows).count] as const
      })
      return Object.fromEntries(await Promise.all(counts))
    },

    everythingOf: async (person) => {
      const found = await Promise.all(
        Object.entries(KEPT).map(async ([kind, question]) => {
          const { rows } = await sql<{ one: JsonObject }>`
            select to_jsonb(one) as one from (${question(person)}) as one`.execute(db)
          return [kind, rows.map((row) => row.one)] as const
        }),
      )
      return Object.fromEntries(found)
    },
  }
}

const KEPT: Readonly<Record<string, (person: PersonId) => RawBuilder<unknown>>> = {
  requests: (person) => sql`
    select 'R-' || number as name, * from elevate.request
    where requester = ${person} or asked_by = ${person} order by number`,
  decisions: (person) => sql`
    select 'R-' || r.number as request, d.* from elevate.decision d join elevate.request r on r.id = d.request_id
    where d.approver = ${person} or r.requester = ${person} order by d.at`,
  reviews: (person) => sql`
    select 'R-' || r.number as request, v.* from elevate.review v join elevate.request r on r.id = v.request_id
    where v.person = ${person} or v.reviewer = ${person} order by v.opened_at`,
  grants: (person) => sql`
    select 'G-' || number as name, * from elevate.access_grant
    where person = ${person} or ended_by = ${person} order by number`,
  standing_access: (person) => sql`
    select * from elevate.standing_access
    where accepted_by = ${person} or closed_by = ${person} or taking_by = ${person} order by found_at`,
  pre_approvals: (person) => sql`
    select 'P-' || number as name, * from elevate.pre_approval
    where giver = ${person} or person = ${person} order by number`,
  activity: (person) => sql`
    select 'G-' || g.number as grant, e.* from elevate.activity_entry e join elevate.access_grant g on g.id = e.grant_id
    where g.person = ${person} order by g.number, e.number`,
  activity_records: (person) => sql`
    select 'G-' || g.number as grant, a.state, a.entries, a.beyond as counted_and_not_kept, a.gaps, a.unavailable,
      encode(a.record_hash, 'hex') as record_sha256
    from elevate.activity a join elevate.access_grant g on g.id = a.grant_id where g.person = ${person} order by g.number`,
  messages: (person) => sql`
    select 'R-' || r.number as request, p.lane, p.channel, p.ts from elevate.posted_message p
    join elevate.request r on r.id = p.request_id where r.requester = ${person} or p.lane = ${`person:${person}`}
    order by p.ts`,
  home: (person) => sql`select * from elevate.home_viewer where person = ${person}`,
  checks: (person) => sql`select * from elevate.person_check where person = ${person}`,
  events: (person) => sql`
    select body.index, body.bytes::jsonb as event, (select jsonb_object_agg(field, content) from audit.secret
      where secret.index = body.index) as private
    from audit.body where subject = ${person} or actor = ${person} order by body.index`,
}

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

type Whose =
  | { readonly person: PersonId }
  | { readonly seconds: number; readonly limit: number; readonly what: 'texts' | 'activity' }
type Emptying = {
  readonly kind: Kind
  readonly set: RawBuilder<unknown>
  readonly where: RawBuilder<boolean>
}

/** For each table: which rows still say something, and how they stop. Only rows of what is over. */
function emptyings(whose: Whose): readonly Emptying[] {
  const old = (over: RawBuilder<unknown>) =>
    'seconds' in whose
      ? sql`${over} < clock_timestamp() - make_interval(secs => ${whose.seconds})`
      : sql`true`
  const person = 'person' in whose ? whose.person : ''
  const his = (...columns: readonly string[]) =>
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
        and ${his('done.requester', 'done.asked_by')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'notes',
      set: sql`note = ''`,
      where: sql<boolean>`one.note <> '' and exists (select from ${overRequest} = one.request_id
        and ${his('done.requester', 'one.approver')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'reviews',
      set: sql`note = ''`,
      where: sql<boolean>`one.note <> '' and exists (select from ${overRequest} = one.request_id
        and ${his('one.person', 'one.reviewer')} and ${old(sql`done.over`)})`,
    },
    {
      kind: 'grants',
      set:
        'person' in whose
          ? sql`subject = case when person = ${person} then ${NAMELESS} else subject end, end_note = '',
              last_error = null, how_to = case when person = ${person} then '[]' else how_to end`
          : sql`subject = ${NAMELESS}, end_note = '', last_error = null, how_to = '[]'`,
      where: sql<boolean>`one.state = 'revoked' and ${his('one.person', 'one.ended_by')}
        and (one.end_note <> '' or (one.subject ->> 'name' <> '' and ${his('one.person')})) and ${old(sql`one.revoked_at`)}`,
    },
    {
      kind: 'baselines',
      set: sql`accepted_why = '', version = version + case when state in ('open', 'accepted') then 1 else 0 end`,
      where: sql<boolean>`one.accepted_why <> '' and ${his('one.accepted_by')}
        ${'seconds' in whose ? sql`and one.closed_at is not null` : sql``} and ${old(sql`one.closed_at`)}`,
    },
    {
      kind: 'pre_approvals',
      set: sql`reason = ''`,
      where: sql<boolean>`one.reason <> '' and one.ended_at is not null and ${his('one.giver', 'one.person')}
        and ${old(sql`one.ended_at`)}`,
    },
    {
      kind: 'statements',
      set: sql`text = '', salt = null`,
      where: sql<boolean>`one.text <> '' and exists (select from elevate.access_grant g where g.id = one.grant_id
        and g.state = 'revoked' and ${his('g.person')} and ${old(sql`g.revoked_at`)})`,
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

/** The Slack id stays: it is what the log says, too. */
const NAMELESS = sql`jsonb_build_object('person', person, 'name', '')`

export function privacyMoves(trx: Database): PrivacyMoves {
  const empty = async (whose: Whose): Promise<Emptied> => {
    const done: Record<string, number> = {}
    let records: Blanked = {}
    for (const { kind, set, where } of emptyings(whose)) {
      const table = sql.table(`elevate.${TABLES[kind]}`)
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
  return {
    claimRun: async (kind) => {
      const { rows } = await sql`
        insert into elevate.retention_run as run (kind, ran_at) values (${kind}, clock_timestamp())
        on conflict (kind) do update set ran_at = excluded.ran_at
          where run.ran_at <= excluded.ran_at - interval '1 day'
        returning kind`.execute(trx)
      return rows.length === 1
    },

    textsOlderThan: async (seconds, limit) => {
      // A baseline counts for as long as it is accepted, and a review needs the reason that it is about.
      const { rows } = await sql<PrivateText>`
        select secret.index, field from audit.secret join audit.body using (index)
        where body.time < clock_timestamp() - make_interval(secs => ${seconds})
          and not exists (select from elevate.standing_access held where held.state = 'accepted'
            and body.type = 'standing_access.accepted' and (held.target, held.role) = (body.target, body.role)
            and held.account = body.bytes::jsonb ->> 'account')
          and not exists (select from elevate.review v join elevate.request r on r.id = v.request_id
            where v.state = 'open' and 'R-' || r.number = body.request)
        order by 1, 2 limit ${limit}`.execute(trx)
      return rows
    },

    blankOlderThan: (seconds, limit) => empty({ seconds, limit, what: 'texts' }),
    blankActivityOlderThan: (seconds, limit) => empty({ seconds, limit, what: 'activity' }),

    forgetPlaces: async (seconds, limit) => {
      const { numAffectedRows } = await sql`
        with endings as (
          delete from elevate.posted_ending where grant_id in (select id from elevate.access_grant
            where state = 'revoked' and revoked_at < clock_timestamp() - make_interval(secs => ${seconds})))
        delete from elevate.posted_message where ctid in (
          select one.ctid from elevate.posted_message one join ${OVER} as done on done.id = one.request_id
          where done.over < clock_timestamp() - make_interval(secs => ${seconds}) limit ${limit})`.execute(
        trx,
      )
      return Number(numAffectedRows ?? 0)
    },

    blank: async (person) => {
      const { rows, records } = await empty({ person })
      const seen = await sql`delete from elevate.home_viewer where person = ${person}`.execute(trx)
      const home = seen.numAffectedRows ? { home: Number(seen.numAffectedRows) } : {}
      return { rows: { ...rows, ...home }, records }
    },
  }
}

/** A record can only answer for what is gone from it when the event names it. */
async function byRecord(trx: Database, update: RawBuilder<unknown>): Promise<Blanked> {
  const { rows } = await sql<{ name: string; count: number }>`
    with emptied as (${update} returning grant_id)
    select 'G-' || number as name, count(*)::integer as count
    from emptied join elevate.access_grant on id = grant_id group by number order by number`.execute(trx)
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}
