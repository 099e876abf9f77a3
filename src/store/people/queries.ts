/** What is kept about a person, and why it may not be emptied now. */
import { type AliasableExpression, sql } from 'kysely'
import type { JsonObject } from '../../core/json.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Blanked, PrivateText } from '../../core/people/privacy.ts'
import { OPEN_REQUEST } from '../access/requests.ts'
import type { Database } from '../database/connection.ts'
import { rowsToEmpty } from './commands.ts'

const requestName = sql<string>`'R-' || r.number`
const grantName = sql<string>`'G-' || g.number`
const preApprovalName = sql<string>`'P-' || p.number`

export function privacyQueries(db: Database) {
  return {
    /** Why nothing of this person can be erased now: what is live, open or waits, by its name (`G-12`). */
    live: async (person: PersonId): Promise<readonly string[]> => {
      const reviews = db
        .selectFrom('elevate.review as v')
        .innerJoin('elevate.request as r', 'r.id', 'v.request_id')
        .select(requestName.as('name'))
        .where('v.person', '=', person)
        .where('v.state', '=', 'open')
      const rows = await grantsOf(db, person)
        .select(grantName.as('name'))
        .where('g.state', '<>', 'revoked')
        .unionAll(requestsOf(db, person).select(requestName.as('name')).where('r.state', 'in', OPEN_REQUEST))
        .unionAll(reviews)
        .unionAll(
          preApprovalsOf(db, person).select(preApprovalName.as('name')).where('p.ended_at', 'is', null),
        )
        .orderBy('name')
        .execute()
      return rows.map((row) => row.name)
    },

    /** Every private text of events by or about this person. */
    textsOf: (person: PersonId): Promise<readonly PrivateText[]> =>
      eventsOf(db, person)
        .innerJoin('audit.secret as s', 's.index', 'body.index')
        .select(['s.index', 's.field'])
        .orderBy('s.index')
        .orderBy('s.field')
        .execute(),

    /** How many rows of each kind would be emptied. */
    rowsOf: (person: PersonId): Promise<Blanked> => rowsToEmpty(db, person),

    /** Everything that is kept about a person, by what it is. */
    everythingOf: async (person: PersonId): Promise<Readonly<Record<string, readonly JsonObject[]>>> => {
      const found = await Promise.all(
        Object.entries(everything(db, person)).map(async ([kind, query]) => {
          const rows = await db
            .selectFrom(query.as('one'))
            .select(sql<JsonObject>`to_jsonb(one)`.as('one'))
            .execute()
          return [kind, rows.map((row) => row.one)] as const
        }),
      )
      return Object.fromEntries(found)
    },
  }
}

const requestsOf = (db: Database, person: PersonId) =>
  db
    .selectFrom('elevate.request as r')
    .where((is) => is.or([is('r.requester', '=', person), is('r.asked_by', '=', person)]))

const grantsOf = (db: Database, person: PersonId) =>
  db.selectFrom('elevate.access_grant as g').where('g.person', '=', person)

const preApprovalsOf = (db: Database, person: PersonId) =>
  db
    .selectFrom('elevate.pre_approval as p')
    .where((is) => is.or([is('p.giver', '=', person), is('p.person', '=', person)]))

const eventsOf = (db: Database, person: PersonId) =>
  db
    .selectFrom('audit.body as body')
    .where((is) => is.or([is('body.subject', '=', person), is('body.actor', '=', person)]))

function everything(
  db: Database,
  person: PersonId,
): Readonly<Record<string, AliasableExpression<Record<string, unknown>>>> {
  return {
    requests: requestsOf(db, person).select(requestName.as('name')).selectAll('r').orderBy('r.number'),

    decisions: db
      .selectFrom('elevate.decision as d')
      .innerJoin('elevate.request as r', 'r.id', 'd.request_id')
      .select(requestName.as('request'))
      .selectAll('d')
      .where((is) => is.or([is('d.approver', '=', person), is('r.requester', '=', person)]))
      .orderBy('d.at'),

    reviews: db
      .selectFrom('elevate.review as v')
      .innerJoin('elevate.request as r', 'r.id', 'v.request_id')
      .select(requestName.as('request'))
      .selectAll('v')
      .where((is) => is.or([is('v.person', '=', person), is('v.reviewer', '=', person)]))
      .orderBy('v.opened_at'),

    grants: db
      .selectFrom('elevate.access_grant as g')
      .select(grantName.as('name'))
      .selectAll('g')
      .where((is) => is.or([is('g.person', '=', person), is('g.ended_by', '=', person)]))
      .orderBy('g.number'),

    standing_access: db
      .selectFrom('elevate.standing_access')
      .selectAll()
      .where((is) =>
        is.or([is('accepted_by', '=', person), is('closed_by', '=', person), is('taking_by', '=', person)]),
      )
      .orderBy('found_at'),

    pre_approvals: preApprovalsOf(db, person)
      .select(preApprovalName.as('name'))
      .selectAll('p')
      .orderBy('p.number'),

    activity: grantsOf(db, person)
      .innerJoin('elevate.activity_entry as e', 'e.grant_id', 'g.id')
      .select(grantName.as('grant'))
      .selectAll('e')
      .orderBy('g.number')
      .orderBy('e.number'),

    activity_records: grantsOf(db, person)
      .innerJoin('elevate.activity as a', 'a.grant_id', 'g.id')
      .select([
        grantName.as('grant'),
        'a.state',
        'a.entries',
        'a.beyond as counted_and_not_kept',
        'a.gaps',
        'a.unavailable',
        sql<string | null>`encode(a.record_hash, 'hex')`.as('record_sha256'),
      ])
      .orderBy('g.number'),

    messages: db
      .selectFrom('elevate.posted_message as m')
      .innerJoin('elevate.request as r', 'r.id', 'm.request_id')
      .select([requestName.as('request'), 'm.lane', 'm.channel', 'm.ts'])
      .where((is) => is.or([is('r.requester', '=', person), is('m.lane', '=', `person:${person}`)]))
      .orderBy('m.ts'),

    home: db.selectFrom('elevate.home_viewer').selectAll().where('person', '=', person),

    checks: db.selectFrom('elevate.person_check').selectAll().where('person', '=', person),

    events: eventsOf(db, person)
      .select([
        'body.index',
        sql<JsonObject>`body.bytes::jsonb`.as('event'),
        sql<JsonObject | null>`(select jsonb_object_agg(field, content) from audit.secret
          where secret.index = body.index)`.as('private'),
      ])
      .orderBy('body.index'),
  }
}
