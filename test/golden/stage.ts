/** The demo's world, played one step at a time: what a step leads to in Slack is sent only when all of it is known. */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { startLocalPostgres } from 'local-postgres'
import pg from 'pg'
import type { WireRecord } from 'slack-simulator/record'
import { demoWorkspace } from '../../demo/workspace.ts'
import { type Demo, startDemo } from '../../demo/world.ts'

const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 50

const LANES = [
  ...(demoWorkspace.channels ?? []).map(({ id }) => `channel:${id}`),
  ...demoWorkspace.users.flatMap(({ id }) => [`person:${id}`, `home:${id}`]),
]

/** Nothing is left to do for the worker and the collector. */
const TARGETS_ARE_DONE = `select not exists (
    select from elevate.access_grant where state in ('provisioning', 'revoking')
    union all select from elevate.access_grant g left join elevate.activity a on a.grant_id = g.id
      where g.state = 'revoked' and g.account is not null and a.state is distinct from 'closed'
  ) as yes`
/** A lane that has sent its last message rests a moment longer. */
const MESSAGES_ARE_OUT = `select not exists (select from elevate.outbox)
  and not exists (select from elevate.outbox_lane where next_at > clock_timestamp()) as yes`

export type Stage = AsyncDisposable & {
  readonly demo: Demo
  /**
   * Holds the messages back, does this, waits until the work in the targets is done, and only then lets the
   * messages out and waits until they are sent. Which of them share a message would otherwise depend on the machine.
   */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Past the triggers, for time that is to pass. */
  sql(text: string): Promise<void>
  /** Waits until this query answers `yes`. */
  becomes(query: string): Promise<void>
  wire(): WireRecord[]
  /** Values that only this run has, and what to call them. */
  readonly literals: Record<string, string>
}

export async function openStage(out: string): Promise<Stage> {
  mkdirSync(out, { recursive: true })
  const server = await startLocalPostgres()
  const demo = await startDemo({ out, databaseUrl: server.url })
  const pool = new pg.Pool({ connectionString: readFileSync(demo.databaseUrlFile, 'utf8'), max: 1 })
  pool.on('error', () => {})
  await pool.query('set session_replication_role = replica')
  const sql = async (text: string): Promise<void> => {
    await pool.query(text)
  }
  const becomes = async (query: string): Promise<void> => {
    const until = performance.now() + PATIENCE_MS
    while (!(await pool.query<{ yes: boolean }>(query)).rows[0]?.yes) {
      if (performance.now() > until)
        throw new Error(`after ${PATIENCE_MS} ms there is still no yes to ${query}`)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  const setLanes = (when: string) =>
    sql(`insert into elevate.outbox_lane (lane, next_at)
      select unnest(array[${LANES.map((lane) => `'${lane}'`).join(', ')}]), ${when}
      on conflict (lane) do update set next_at = excluded.next_at`)

  return {
    demo,
    sql,
    becomes,
    literals: {
      [new URL(demo.orders.superuserUrl).host]: '<host>',
      [`-p ${new URL(demo.orders.superuserUrl).port}`]: '-p <port>',
      [`"${new URL(demo.orders.superuserUrl).port}"`]: '"<port>"',
    },
    wire: () =>
      readFileSync(path.join(out, 'slack.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as WireRecord),
    async step(name, work) {
      process.stdout.write(`  ${name}\n`)
      // So that Slack's rate limits, which depend on the pace of the machine, never count.
      demo.simulator.control.advance(60_000)
      await setLanes("'infinity'")
      const result = await work()
      await becomes(TARGETS_ARE_DONE)
      await setLanes('clock_timestamp()')
      await becomes(MESSAGES_ARE_OUT)
      return result
    },
    async [Symbol.asyncDispose]() {
      await pool.end()
      await demo.stop()
      await server.stop()
    },
  }
}
