/** The real bot, the simulator and two real PostgreSQL servers, put together for one test file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from 'slack-simulator'
import { type Elevate, wire } from '../../src/app.ts'
import type { Environment } from '../../src/config/environment.ts'
import type { LoggedEvent } from '../../src/core/log/audit-event.ts'
import { makeLog } from '../../src/log.ts'
import { differences } from '../contract/events.ts'
import { freshDatabase, query } from './postgres.ts'
import { type TargetServer, targetServer } from './target.ts'
import { configuration, workspace } from './workspace.ts'

const root = path.join(import.meta.dirname, '../..')

export type TestWorld = AsyncDisposable & {
  readonly simulator: Simulator
  readonly target: TargetServer
  readonly databaseUrl: string
  readonly configFile: string
  readonly environment: Environment
  /** Starts one more replica; with `paced` it posts no faster than a real Slack allows. */
  bot(pace?: 'paced'): Promise<Elevate>
  /** What `npm start` needs to run the same bot as a process of its own. */
  processEnvironment(): Record<string, string>
  /** Rows of elevate's own database, read past elevate. */
  rows<Row>(sql: string): Promise<Row[]>
  events(): Promise<LoggedEvent[]>
}

export type TestWorldOptions = {
  readonly configuration?: string
  readonly simulator?: Partial<SimulatorOptions>
}

/** The bot, without the pace that Slack asks for and this simulator does not: nobody waits a second after each message. */
export function wireUnpaced(environment: Environment, secrets: Record<string, string>): Promise<Elevate> {
  return wire(environment, testLog(), secrets, { afterPostMs: 0 })
}

const testLog = () => makeLog(process.env.TEST_LOG ?? 'silent')

export async function testWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const closing: (() => Promise<unknown> | unknown)[] = []
  const dispose = async () => {
    const faults: unknown[] = []
    for (const close of closing.splice(0).reverse())
      try {
        await close()
      } catch (error) {
        faults.push(error)
      }
    if (faults.length > 0) throw faults[0]
  }
  const database = await freshDatabase()
  closing.push(() => database.drop())
  const target = await targetServer()
  closing.push(() => target[Symbol.asyncDispose]())
  const simulator = await startSimulator({
    manifest: readFileSync(path.join(root, 'manifest.yml'), 'utf8'),
    workspace,
    pace: 'off',
    ...options.simulator,
  })
  closing.push(() => simulator.stop())
  const home = mkdtempSync(path.join(tmpdir(), 'elevate-test-'))
  closing.push(() => rmSync(home, { recursive: true, force: true }))
  const configFile = path.join(home, 'elevate.yaml')
  writeFileSync(configFile, options.configuration ?? configuration)
  const environment: Environment = {
    slack: {
      botToken: simulator.botToken,
      transport: { kind: 'socket', appToken: simulator.appToken },
      apiUrl: simulator.apiUrl,
    },
    databaseUrl: database.url,
    configFile,
    logLevel: 'silent',
  }
  closing.push(async () => {
    // Where the test has taken the database away there is nothing to read.
    const log = await query<{ bytes: string }>(database.url, 'select bytes from audit.body').catch(() => [])
    const differ = differences(log)
    if (differ.length > 0) throw new Error(`Programs that read the log lose something: ${differ.join('; ')}.`)
  })
  const secrets = { ORDERS_DB_URL: target.orders.botUrl }
  return {
    simulator,
    target,
    databaseUrl: database.url,
    configFile,
    environment,
    async bot(pace) {
      const elevate = await (pace ? wire(environment, testLog(), secrets) : wireUnpaced(environment, secrets))
      closing.push(() => elevate.stop())
      await elevate.start()
      return elevate
    },
    processEnvironment: () => ({
      PATH: process.env.PATH ?? '',
      SLACK_BOT_TOKEN: simulator.botToken,
      SLACK_APP_TOKEN: simulator.appToken,
      SLACK_API_URL: simulator.apiUrl,
      DATABASE_URL: database.url,
      ELEVATE_CONFIG: configFile,
      LOG_LEVEL: process.env.TEST_LOG ?? 'error',
      ...secrets,
    }),
    rows: (sql) => query(database.url, sql),
    async events() {
      const rows = await query<{ index: string; time: Date; bytes: string }>(
        database.url,
        'select index, time, bytes from audit.body order by index',
      )
      return rows.map(({ index, time, bytes }) => ({
        index: Number(index),
        time,
        bytes,
        type: JSON.parse(bytes).type,
        private: {},
      }))
    },
    [Symbol.asyncDispose]: dispose,
  }
}
