/** Puts the parts together. The only file that knows all of them. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import path from 'node:path'
import type { Logger } from 'pino'
import { worstLatenessOf } from './audit/digest.ts'
import { openSigner } from './audit/open-signer.ts'
import { readCatalogFile } from './config/catalog-file.ts'
import type { Environment } from './config/environment.ts'
import { type Env, secretResolver } from './config/secret-source.ts'
import { closeConnectors, openConnectors } from './connectors/open-connectors.ts'
import { connectorKinds } from './connectors/registry.ts'
import type { Catalog } from './core/catalog.ts'
import type { Finding } from './core/connector.ts'
import type { Nudge, World } from './core/ports.ts'
import { answerFrom, healthRoutes, serveHealth } from './http/health.ts'
import { makeMetrics } from './http/metrics.ts'
import { type Checkpoints, makeCheckpoints } from './jobs/checkpoints.ts'
import { makeClock } from './jobs/clock.ts'
import { makeSender } from './jobs/sender.ts'
import { makeWorker } from './jobs/worker.ts'
import { armFailpoint, type Failpoint } from './operations/failpoint.ts'
import { orphanedBy, recordCatalog, recordRefusedCatalog } from './operations/load-catalog.ts'
import { reportStart } from './operations/report-start.ts'
import type { Transport } from './slack/app.ts'
import { makeClient } from './slack/client.ts'
import { connectSlack } from './slack/connect.ts'
import { makeDirectory } from './slack/directory.ts'
import { makeNotifier } from './slack/notify.ts'
import { openStore } from './store/open-store.ts'
import { bringUpToDate, embeddedDatabase } from './store/prepare-database.ts'

/** Something an operator has to put right before elevate can start; the text says what. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

export type Elevate = {
  readonly world: World
  /** Resolves when Slack is connected and the sweeper runs. */
  start(): Promise<void>
  /** Reads the configuration again; a faulty one changes nothing. True when the new one is in force. */
  reload(by: string): Promise<boolean>
  stop(): Promise<void>
}

/** `env` is where the configuration's secret references are looked up. */
export async function wire(environment: Environment, log: Logger, env: Env): Promise<Elevate> {
  const closing: (() => Promise<unknown>)[] = []
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse())
      await close().catch((error: unknown) => log.warn({ error: String(error) }, 'closing'))
  }
  try {
    return await assemble(environment, log, env, closing, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function assemble(
  environment: Environment,
  log: Logger,
  env: Env,
  closing: (() => Promise<unknown>)[],
  closeAll: () => Promise<void>,
): Promise<Elevate> {
  const secret = secretResolver(env)
  let catalog = readCatalog(environment.configFile, log)
  const databaseUrl = await cannotStart(() => findDatabase(environment, log, closing))
  const store = await openStore({ url: databaseUrl, log })
  closing.push(() => store.close())
  heedRights(await store.checkRights(), log)
  const orphans = await orphanedBy(store, catalog)
  if (orphans.length > 0)
    throw new CannotStart(
      `${environment.configFile} no longer has ${orphans.join(', ')}, where grants are still live. Keep the target until they have ended.`,
    )

  let connectors = await cannotStart(async () => openConnectors(catalog, secret))
  // Looked up when it closes: a reload changes them.
  closing.push(() => closeConnectors(connectors))

  const apiUrl = environment.slack.apiUrl ? { apiUrl: environment.slack.apiUrl } : {}
  const client = makeClient({ token: environment.slack.botToken, ...apiUrl, log })
  const directory = makeDirectory({ client })
  // The nudge needs the worker, the worker the world, and the world the nudge: this one looks them up when used.
  const late: { worker?: ReturnType<typeof makeWorker>; sender?: ReturnType<typeof makeSender> } = {}
  const nudge: Nudge = {
    grant: (id) => late.worker?.nudge(id),
    outbox: () => void late.sender?.send(),
  }
  const world: World = {
    store,
    directory,
    catalog: () => catalog,
    connector: (target) => connectors.get(target),
    nudge,
    log,
    random: Math.random,
  }
  const worker = makeWorker(world)
  const sender = makeSender(world, makeNotifier({ client, world, log, now: () => new Date() }))
  late.worker = worker
  late.sender = sender
  const clock = makeClock(world, worker, sender)

  const metrics = makeMetrics({
    liveGrants: async () => (await store.reads.liveGrants()).length,
    overdue: async () =>
      (await store.reads.liveGrants()).filter((row) => row.grant.state === 'revoking').length,
    stuck: async () => (await store.reads.stuck()).length,
    outboxAge: () => store.outbox.age(),
    worstLateness: async () => (await worstLatenessOf(store, 3_600)) / 1000,
  })
  const routes = healthRoutes(
    { ping: () => store.ping(), sinceSweep: () => clock.sinceLastTick(), slack: () => slack.alive() },
    () => metrics.scrape(),
  )
  const slack = connectSlack({
    world,
    client,
    memory: directory,
    botToken: environment.slack.botToken,
    transport: transportOf(environment, routes),
    ...apiUrl,
    log,
  })
  const checkpoints = await checkpointsOf(environment, world)
  armFromEnvironment(environment, log)

  return {
    world,
    async start() {
      await recordCatalog(store, catalog, 'start', undefined)
      const missed = await reportStart(world)
      if (missed.expired + missed.unfinished > 0) log.warn(missed, 'grants became due while elevate was down')
      // Before Slack: what expired while nobody was awake ends first, even when Slack cannot be reached.
      await clock.tick()
      clock.start()
      if (checkpoints) {
        closing.push(() => checkpoints.stop())
        await checkpoints.sign()
        checkpoints.start()
      }
      closing.push(() => clock.stop())
      if (environment.http) {
        const server: Server = await serveHealth(routes, environment.http.port, environment.http.host)
        closing.push(async () => server.close())
      }
      closing.push(() => slack.stop())
      await cannotStart(() => slack.start())
      log.info({ targets: catalog.targets.length, policies: catalog.policies.length }, 'elevate is ready')
    },
    async reload(by) {
      const taken = await take(store, parseFile(environment.configFile), secret)
      if (!taken.ok) {
        log.error(
          `${environment.configFile} was not taken; the old configuration stays in force:\n${taken.printed}`,
        )
        await recordRefusedCatalog(store, catalog, taken.lines, by)
        nudge.outbox()
        return false
      }
      const before = { catalog, connectors }
      ;({ catalog, connectors } = taken)
      // Calls under way on the old ones are finished first.
      void closeConnectors(before.connectors)
      clock.reschedule()
      await recordCatalog(store, catalog, by, before.catalog.hash)
      nudge.outbox()
      log.info({ hash: catalog.hash }, 'the new configuration is in force')
      return true
    },
    stop: closeAll,
  }
}

/**
 * Signing needs one key for all replicas of a log. It is made where elevate keeps its own database; where the database
 * is elsewhere, the operator says where the key is.
 */
async function checkpointsOf(environment: Environment, world: World): Promise<Checkpoints | undefined> {
  if (environment.databaseUrl && !environment.auditKeyFile) {
    world.log.info(
      {},
      'the audit log is not signed: set ELEVATE_AUDIT_KEY_FILE, and make a key with `elevate audit key --make`',
    )
    return undefined
  }
  const signer = await cannotStart(() =>
    openSigner({
      key: environment.auditKeyFile ?? path.resolve('.elevate/audit.key'),
      make: environment.auditKeyFile === undefined,
      anchor: environment.auditAnchorFile ?? path.resolve('.elevate/audit.anchor'),
      proof: world.store.proof,
    }),
  )
  return makeCheckpoints(world, signer)
}

type ReadCatalog =
  | { readonly ok: true; readonly catalog: Catalog; readonly warnings: string }
  | { readonly ok: false; readonly printed: string; readonly lines: readonly string[] }

function parseFile(file: string): ReadCatalog {
  const { parsed, printed } = readCatalogFile(file, connectorKinds)
  if (parsed.ok) return { ok: true, catalog: parsed.catalog, warnings: printed }
  return { ok: false, printed, lines: parsed.issues.map((issue) => `line ${issue.line}: ${issue.message}`) }
}

function readCatalog(file: string, log: Logger): Catalog {
  const parsed = parseFile(file)
  if (!parsed.ok) throw new CannotStart(parsed.printed)
  if (parsed.warnings) log.warn(parsed.warnings)
  return parsed.catalog
}

/** Over HTTP, health and metrics share Slack's port unless they have one of their own. */
function transportOf(
  { slack: { transport }, http }: Environment,
  routes: ReturnType<typeof healthRoutes>,
): Transport {
  if (transport.kind === 'socket' || http) return transport
  const extraRoutes = Object.fromEntries(
    [...routes.keys()].map((path) => [
      path,
      async (request: IncomingMessage, response: ServerResponse) => {
        await answerFrom(routes, request, response)
      },
    ]),
  )
  return { ...transport, extraRoutes }
}

type Taken =
  | { readonly ok: true; readonly catalog: Catalog; readonly connectors: ReturnType<typeof openConnectors> }
  | { readonly ok: false; readonly printed: string; readonly lines: readonly string[] }

/** Everything that can speak against a new configuration is asked before anything is changed. */
async function take(
  store: Parameters<typeof orphanedBy>[0],
  read: ReadCatalog,
  secret: ReturnType<typeof secretResolver>,
): Promise<Taken> {
  if (!read.ok) return read
  const { catalog } = read
  const faults = (await orphanedBy(store, catalog)).map(
    (target) => `${target} still has live grants; keep it until they have ended.`,
  )
  if (faults.length > 0) return { ok: false, printed: faults.join('\n'), lines: faults }
  try {
    return { ok: true, catalog, connectors: openConnectors(catalog, secret) }
  } catch (error) {
    const printed = error instanceof Error ? error.message : String(error)
    return { ok: false, printed, lines: [printed] }
  }
}

async function findDatabase(
  environment: Environment,
  log: Logger,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  if (environment.databaseUrl) {
    await bringUpToDate(environment.databaseUrl, log)
    return environment.databaseUrl
  }
  const embedded = await embeddedDatabase(log)
  closing.push(() => embedded.close())
  return embedded.url
}

/** What goes wrong here is for the operator to mend: a sentence, not a stack. */
async function cannotStart<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CannotStart(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function heedRights(findings: readonly Finding[], log: Logger): void {
  const faults = findings.filter((one) => one.level === 'fault').map((one) => one.text)
  if (faults.length > 0) throw new CannotStart(faults.join('\n'))
  for (const { level, text } of findings) if (level === 'warning') log.warn(text)
}

function armFromEnvironment(environment: Environment, log: Logger): void {
  const { failpoint } = environment
  if (!failpoint) return
  log.warn({ failpoint }, 'a failpoint is armed: this process will stop itself there')
  armFailpoint(failpoint as Failpoint, () => {
    process.kill(process.pid, 'SIGKILL')
  })
}
