/** What belongs to a request beside its decisions: the review of break-glass, and questions with their answers. */
import { type Selectable, sql } from 'kysely'
import type { ReviewOutcome } from '../../core/access/lifecycle.ts'
import type { Answer, Question } from '../../core/access/question.ts'
import type { NewRequest, Request } from '../../core/access/request.ts'
import type { QuestionId, RequestId } from '../../core/ids.ts'
import type { Lane } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { after, CLOCK, changedOne, insertFrom, NOW } from '../database/expressions.ts'
import { isUuid, storable, toRequest } from '../database/rows.ts'
import { asked } from './requests.ts'
import type { QuestionTable } from './tables.ts'

export function reviewCommands(trx: Database) {
  return {
    /** How many reviews this person waits for. A second use by the same person waits here for the first one's commit. */
    openOf: async (person: PersonId): Promise<number> => {
      // Two statements on purpose: only the second sees the use that the first has waited for.
      await trx
        .selectNoFrom(
          sql`pg_advisory_xact_lock(hashtextextended(${`break-glass ${person}`}, 0))`.as('locked'),
        )
        .execute()
      const { open } = await trx
        .selectFrom('elevate.review')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .where('person', '=', person)
        .where('state', '=', sql.lit('open'))
        .executeTakeFirstOrThrow()
      return open
    },

    /** Break-glass: a request that is approved without anybody, and its open review. */
    open: async (request: NewRequest, cards: readonly Lane[]): Promise<Request> => {
      const row = await trx
        .with('taken', (db) =>
          insertFrom(db.insertInto('elevate.request'), db.selectFrom(CLOCK), ({ ref }) => ({
            ...asked({ ...request, reason: storable(request.reason), cards }),
            state: 'approved' as const,
            created_at: ref('clock.moment'),
            lapses_at: after(ref('clock.moment'), request.lapseAfter),
            closed_at: ref('clock.moment'),
            closed_by: request.requester,
          })).returningAll(),
        )
        .with('owed', (db) =>
          db
            .insertInto('elevate.review')
            .columns(['request_id', 'person', 'opened_at'])
            .expression(db.selectFrom('taken').select(['id', 'requester', 'created_at']))
            .returning(['state', 'opened_at', 'closed_at', 'reviewer', 'note']),
        )
        .selectFrom(['taken', 'owed'])
        .selectAll('taken')
        .select(({ fn }) => fn.toJson('owed').as('review'))
        .executeTakeFirstOrThrow()
      return toRequest(row)
    },

    /** Compare and set from `open`; false when somebody was first. */
    close: async (
      request: RequestId,
      { state, by, note }: { readonly state: ReviewOutcome; readonly by: PersonId; readonly note: string },
    ): Promise<boolean> =>
      isUuid(request) &&
      changedOne(
        trx
          .updateTable('elevate.review')
          .set({ state, reviewer: by, note: storable(note), closed_at: NOW })
          .where('request_id', '=', request)
          .where('state', '=', 'open'),
      ),
  }
}

export function questionQueries(db: Database) {
  return {
    one: async (id: QuestionId): Promise<Question | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await db.selectFrom('elevate.question').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toQuestion(row)
    },
  }
}

export function questionCommands(trx: Database) {
  return {
    ask: async ({
      request,
      asker,
      text,
    }: Pick<Question, 'request' | 'asker' | 'text'>): Promise<Question> => {
      const row = await trx
        .insertInto('elevate.question')
        .values({ request_id: request, asker, question: storable(text), asked_at: NOW })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toQuestion(row)
    },

    askedAbout: async (request: RequestId): Promise<number> => {
      const { asked } = await trx
        .selectFrom('elevate.question')
        .select(({ fn }) => fn.countAll<number>().as('asked'))
        .where('request_id', '=', request)
        .executeTakeFirstOrThrow()
      return asked
    },

    /** Compare and set; false when somebody has answered already. */
    answer: (id: QuestionId, { text, by }: Pick<Answer, 'text' | 'by'>): Promise<boolean> =>
      changedOne(
        trx
          .updateTable('elevate.question')
          .set({ answer: storable(text), answered_by: by, answered_at: NOW })
          .where('id', '=', id)
          .where('answer', 'is', null),
      ),
  }
}

function toQuestion(row: Selectable<QuestionTable>): Question {
  const { answer, answered_by: by, answered_at: at } = row
  return {
    id: row.id,
    request: row.request_id,
    asker: row.asker,
    text: row.question,
    askedAt: row.asked_at,
    answer: answer !== null && by !== null && at !== null ? { text: answer, by, at } : undefined,
  }
}
