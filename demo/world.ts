import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startLocalPostgres } from 'local-postgres'
import { type Simulator, startSimulator } from 'slack-simulator'
import { pageHandler } from 'slack-simulator/page'
import { type Elevate, wire } from '../src/app.ts'
import type { Checkpoint } from '../src/audit/checkpoint/checkpoint.ts'
import type { Verifier } from '../src/audit/checkpoint/note.ts'
import { openSigner } from '../src/audit/checkpoint/sign-checkpoint.ts'
import { openSigningKey } from '../src/audit/checkpoint/signing-key.ts'
import { makeLog } from '../src/log.ts'
import { migrateToLatest } from '../src/store/database/migrate.ts'
import { runtimeLogin } from '../src/store/database/runtime-login.ts'
import { connected, createDemoOrders, type DemoOrders, demoLogging, forgetAccess } from './orders.ts'
import { demoWorkspace } from './workspace.ts'

type DemoOptions = {
  /** Port of the page; any free one when left out. */
  readonly port?: number | undefined
  /** Leaves a record here: `slack.jsonl`, and what the target's own log saw. */
  readonly out?: string | undefined
  /** Keep elevate's own state here instead of in an embedded server. */
  readonly databaseUrl?: string | undefined
}

export type Demo = {
  readonly simulator: Simulator
  readonly elevate: Elevate
  readonly orders: DemoOrders
  readonly targetLog: string
  readonly config: string
  /** Holds the URL of elevate's own database, for the commands. */
  readonly databaseUrlFile: string
  /** Verifies the demo's checkpoints. */
  readonly verifierKey: Verifier
  /** Signs what the log is now. */
  sign(): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }>
  stop(): Promise<void>
}

const root = path.join(import.meta.dirname, '..')

/**
 * The whole thing on one machine: a PostgreSQL for elevate's state, a second one as the target, the simulator in
 * the workspace's place, and the real bot, started as `npm start` starts it but with these addresses.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const closing: (() => Promise<unknown> | unknown)[] = []
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close()
  }
  try {
    const home = mkdtempSync(path.join(tmpdir(), 'elevate-demo-'))
    closing.push(() => rmSync(home, { recursive: true, force: true }))
    const [databaseUrl, orders] = await Promise.all([
      ownDatabase(options.databaseUrl, closing),
      startTarget(closing),
    ])
    const wireLog = options.out && createWriteStream(path.join(options.out, 'slack.jsonl'))
    if (wireLog) closing.push(() => new Promise((resolve) => wireLog.end(resolve)))
    const simulator = await startSimulator({
      manifest: readFileSync(path.join(root, 'manifest.yml'), 'utf8'),
      workspace: demoWorkspace,
      page: pageHandler(),
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(wireLog ? { record: (entry: unknown) => void wireLog.write(`${JSON.stringify(entry)}\n`) } : {}),
    })
    closing.push(() => simulator.stop())
    // A copy, so that it can be edited and reloaded while the demo runs.
    const config = path.join(home, 'elevate.yaml')
    writeFileSync(config, readFileSync(path.join(import.meta.dirname, 'demo.yaml')))
    const key = await openSigningKey(path.join(home, 'audit.key'), 'elevate.demo/audit')
    if (!key.ok) throw new Error(key.fault)
    const databaseUrlFile = path.join(home, 'database.url')
    writeFileSync(databaseUrlFile, databaseUrl, { mode: 0o600 })
    const elevate = await wire(
      {
        slack: {
          botToken: simulator.botToken,
          transport: { kind: 'socket', appToken: simulator.appToken },
          apiUrl: simulator.apiUrl,
        },
        databaseUrl,
        auditKeyFile: path.join(home, 'audit.key'),
        auditAnchorFile: path.join(home, 'audit.anchor'),
        configFile: config,
        logLevel: 'warn',
      },
      makeLog('warn'),
      { ORDERS_DB_URL: orders.botUrl },
    )
    closing.push(() => elevate.stop())
    await elevate.start()
    const signer = await openSigner({
      key: path.join(home, 'audit.key'),
      anchor: path.join(home, 'audit.anchor'),
      make: false,
      proof: elevate.world.store.proof,
    })
    return {
      simulator,
      elevate,
      orders,
      targetLog: orders.log,
      config,
      databaseUrlFile,
      verifierKey: key.signer.verifier,
      async sign() {
        const signed = await signer.sign()
        if (signed.kind !== 'signed') throw new Error(`the log was not signed: ${signed.kind}`)
        return signed
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ownDatabase(given: string | undefined, closing: (() => unknown)[]): Promise<string> {
  if (given) {
    const scratch = await createScratchDatabase(given)
    closing.push(() => scratch.drop())
    return scratch.url
  }
  const server = await startLocalPostgres()
  closing.push(() => server.stop())
  await migrateToLatest(server.url)
  return runtimeLogin(server.url)
}

/** A new database on a server that is used for other things too, so that two demos do not meet. */
async function createScratchDatabase(
  server: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `elevate_demo_${randomBytes(5).toString('hex')}`
  await connected(server, (client) => client.query(`create database ${name}`)).catch((error: Error) => {
    throw new Error(
      `DATABASE_URL is set, and its login may not create a database for the demo (${error.message}). ` +
        'Unset DATABASE_URL to use the embedded PostgreSQL, or name a login that may.',
    )
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => connected(server, (client) => client.query(`drop database if exists ${name} with (force)`)),
  }
}

async function startTarget(closing: (() => unknown)[]): Promise<DemoOrders> {
  const server = await startLocalPostgres({
    settings: { ...demoLogging, log_line_prefix: '%m [%p] user=%u db=%d app=%a ' },
  })
  closing.push(() => server.stop())
  const orders = await createDemoOrders(server.url)
  await forgetAccess(orders.superuserUrl)
  return orders
}
