/** Two real PostgreSQL servers, elevate's and a target, and everything that runs between them; gone after `close`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startLocalPostgres } from 'local-postgres'
import pg from 'pg'
import { createDemoOrders } from '../demo/orders.ts'
import { migrateToLatest } from '../src/store/database/migrate.ts'
import { runtimeLogin } from '../src/store/database/runtime-login.ts'
import { type Child, startProgram } from './children.ts'
import { type Slack, startSlack } from './slack.ts'
import { type Asker, asker, configuration, workspaceOf } from './workspace.ts'

/** Nothing that was acknowledged is lost: the same promise that a real server gives. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }

export type Rig = {
  readonly askers: readonly Asker[]
  /** elevate's own database, as elevate's login and as its superuser. */
  readonly storeUrl: string
  readonly storeAdminUrl: string
  /** A database beside it for bare programs. */
  readonly bareUrl: string
  readonly targetBotUrl: string
  readonly targetAdminUrl: string
  readonly configFile: string
  startSlack(): Promise<Slack>
  /** elevate as `npm start` runs it, once it is ready. */
  startElevate(slack: Slack): Promise<Child>
  /** A bare program, once it said `ready`. */
  startBare(file: string, env: Readonly<Record<string, string>>): Promise<Child>
  /** A connection for looking and preparing, past elevate. */
  connect(url: string): Promise<pg.Client>
  onClose(close: () => Promise<unknown> | unknown): void
  close(): Promise<void>
}

export async function startRig(people: number): Promise<Rig> {
  const closing: (() => Promise<unknown> | unknown)[] = []
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    return await assemble(people, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(
  people: number,
  closing: (() => Promise<unknown> | unknown)[],
  close: () => Promise<void>,
): Promise<Rig> {
  const home = mkdtempSync(path.join(tmpdir(), 'elevate-bench-'))
  const remove = () => rmSync(home, { recursive: true, force: true })
  process.once('exit', remove)
  closing.push(() => {
    process.off('exit', remove)
    remove()
  })
  const configFile = path.join(home, 'elevate.yaml')
  writeFileSync(configFile, configuration())
  const askers = Array.from({ length: people }, (_, number) => asker(number))

  const store = await startLocalPostgres({ settings: DURABLE })
  closing.push(() => store.stop())
  await migrateToLatest(store.url)
  const storeUrl = await runtimeLogin(store.url)
  const target = await startLocalPostgres({ settings: { ...DURABLE, track_commit_timestamp: 'on' } })
  closing.push(() => target.stop())
  const orders = await createDemoOrders(target.url)

  const connect = async (url: string) => {
    const client = new pg.Client(url)
    client.on('error', () => {})
    await client.connect()
    closing.push(() => client.end())
    return client
  }
  await (await connect(store.url)).query('create database bare')
  await makeLogins(await connect(orders.superuserUrl), askers)

  const kept = <T extends { stop(): Promise<void> }>(one: T): T => {
    closing.push(() => one.stop())
    return one
  }
  return {
    askers,
    storeUrl,
    storeAdminUrl: store.url,
    bareUrl: store.urlOf('bare'),
    targetBotUrl: orders.botUrl,
    targetAdminUrl: orders.superuserUrl,
    configFile,
    connect,
    async startSlack() {
      const slack = await startSlack(workspaceOf(askers))
      kept(slack.simulator)
      return slack
    },
    async startElevate(slack) {
      const elevate = startElevate({ storeUrl, configFile, targetBotUrl: orders.botUrl }, slack)
      kept(elevate)
      await elevate.says('elevate is ready')
      return elevate
    },
    async startBare(file, env) {
      const bare = kept(startProgram(file, env))
      await bare.says('ready')
      return bare
    },
    onClose: (one) => void closing.push(one),
    close,
  }
}

export function startElevate(
  rig: Pick<Rig, 'storeUrl' | 'configFile' | 'targetBotUrl'>,
  slack: Slack,
): Child {
  return startProgram('src/main.ts', {
    ...slack.environment,
    DATABASE_URL: rig.storeUrl,
    ELEVATE_CONFIG: rig.configFile,
    ORDERS_DB_URL: rig.targetBotUrl,
    LOG_LEVEL: 'info',
  })
}

/** Every person has a login, for the mode `membership`. */
async function makeLogins(client: pg.Client, askers: readonly Asker[]): Promise<void> {
  await client.query(
    `do $$ declare login text; begin
       foreach login in array ${pg.escapeLiteral(`{${askers.map((one) => one.login).join(',')}}`)}::text[]
       loop execute format('create role %I login', login); end loop;
     end $$`,
  )
}
