// How PostgreSQL goes about a statement of ours: asked of the very text that the store sends.
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import type { Tables } from '../../src/store/database/tables.ts'

export type Plan = {
  /** The whole plan, to look for index names in. */
  readonly text: string
  readonly blocks: number
}

export async function planOf(url: string, ask: (db: Kysely<Tables>) => Promise<unknown>): Promise<Plan> {
  const asked: { sql: string; parameters: readonly unknown[] }[] = []
  const listening = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: (event) => {
      asked.push(event.query)
    },
  })
  await ask(listening)
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin')
    let text = ''
    let blocks = 0
    for (const { sql, parameters } of asked) {
      const { rows } = await client.query(`explain (analyze, buffers, format json) ${sql}`, [...parameters])
      const plan = rows[0]['QUERY PLAN']
      text += JSON.stringify(plan)
      blocks += plan[0].Plan['Shared Hit Blocks'] + plan[0].Plan['Shared Read Blocks']
    }
    await client.query('rollback')
    return { text, blocks }
  } finally {
    await client.end()
  }
}
