/** Questions about a request, and their answers. */
import { sql } from 'kysely'
import type { Question, QuestionMoves, QuestionReads } from '../../core/access/question.ts'
import type { Database } from '../database/connection.ts'
import { isUuid, storable, theRow, timeOf } from '../database/rows.ts'
import type { Tables } from '../database/tables.ts'

type Row = {
  readonly [Column in keyof Tables['elevate.question']]: Column extends 'asked_at'
    ? Date
    : Column extends 'answered_at'
      ? Date | null
      : Column extends 'answer' | 'answered_by'
        ? string | null
        : string
}

export function questionReads(db: Database): QuestionReads {
  return {
    one: async (id) => {
      if (!isUuid(id)) return undefined
      const { rows } = await sql<Row>`select * from elevate.question where id = ${id}`.execute(db)
      return rows[0] && toQuestion(rows[0])
    },
  }
}

export function questionMoves(trx: Database): QuestionMoves {
  return {
    ask: async ({ request, asker, text }) => {
      const { rows } = await sql<Row>`
        insert into elevate.question (request_id, asker, question, asked_at)
        values (${request}, ${asker}, ${storable(text)}, clock_timestamp()) returning *`.execute(trx)
      return toQuestion(theRow(rows))
    },

    askedAbout: async (request) => {
      const { rows } = await sql<{ asked: number }>`
        select count(*) as asked from elevate.question where request_id = ${request}`.execute(trx)
      return theRow(rows).asked
    },

    answer: async (id, { text, by }) => {
      const { rows } = await sql`
        update elevate.question set answer = ${storable(text)}, answered_by = ${by}, answered_at = clock_timestamp()
        where id = ${id} and answer is null returning id`.execute(trx)
      return rows.length === 1
    },
  }
}

function toQuestion(row: Row): Question {
  const at = timeOf(row.answered_at)
  return {
    id: row.id,
    request: row.request_id,
    asker: row.asker,
    text: row.question,
    askedAt: new Date(row.asked_at),
    answer:
      row.answer !== null && row.answered_by !== null && at
        ? { text: row.answer, by: row.answered_by, at }
        : undefined,
  }
}
