/** Puts the parts together. The only file that knows all of them. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { answerActivity } from './api/activity-endpoint.ts'
import { answerFrom, healthRoutes, type Others, serveHealth } from './api/health.ts'
import { makeMetrics } from './api/metrics.ts'
import { activityDesk, activityKeys } from './app/activity.ts'
import { CannotStart, cannotStart } from './app/cannot-start.ts'
import { parseFile, readCatalog, take, tryDeliveries } from './app/configuration.ts'
import { enforceDatabaseRights, findDatabase } from './app/database.ts'
import { checkpointsOf } from './app/signing.ts'
import { openSink } from './audit/export/sinks.ts'
import { worstLatenessOf } from './audit/report/digest.ts'
import { bindReports } from './audit/reports.ts'
import type { Environment } from './config/environment.ts'
import { type Env, secretResolver } from './config/secret-source.ts'
import { closeConnectors, openConnectors } from './connectors/open-connectors.ts'
import { makeClock } from './jobs/clock.ts'
import { makeDeliverer } from './jobs/deliverer.ts'
import { makeGate } from './jobs/gate.ts'
import { makeSender, type Sender } from './jobs/sender.ts'
import { makeWorker, type Worker } from './jobs/worker.ts'
import { armFailpoint, type Failpoint } from './operations/access/grant/failpoint.ts'
import { interiorOf } from './operations/interior.ts'
import { orphanedBy, recordCatalog, recordRefusedCatalog } from './operations/log/load-catalog.ts'
import { bindWork } from './operations/work.ts'
import type { World } from './operations/world.ts'
import { makeNotifier } from './slack/outbox/notify.ts'
import { connectSlack, type Transport } from './slack/platform/app.ts'
import { makeClient } from './slack/platform/client.ts'
import { makeDirectory } from './slack/platform/directory.ts'
import type { Inside } from './slack/platform/guard.ts'
import { refusalText } from './slack/words/refusals.ts'
import { openStore } from './store/database/open-store.ts'
import type { Committed } from './store/database/transaction.ts'

export type Elevate = {
  readonly world: World
  /** What the Slack door gets. */
  readonly inside: Inside
  /** Resolves when Slack is connected and the sweeper runs. */
  start(): Promise<void>
  /** Reads the configuration again; a faulty one changes nothing. True when the new one is in force. */
  reload(by: string): Promise<boolean>
  stop(): Promise<void>
}

/** Pauses that a simulated Slack without limits does not need; see the notifier. */
export type Tempo = { readonly afterPostMs?: number }

/** `env` is where the configuration's secret references are looked up. */
export async function wire(
  environment: Environment,
  log: Logger,
  env: Env,
  tempo: Tempo = {},
): Promise<Elevate> {
  const closing: (() => Promise<unknown>)[] = []
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse())
      await close().catch((error: unknown) => log.warn({ error: String(error) }, 'error while closing'))
  }
  try {
    return await assemble(environment, log, env, tempo, closing, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function assemble(
  environment: Environment,
  log: Logger,
  env: Env,
  tempo: Tempo,
  closing: (() => Promise<unknown>)[],
  closeAll: () => Promise<void>,
): Promise<Elevate> {
  const secret = secretResolver(env)
  let catalog = readCatalog(environment.configFile, log)
  const databaseUrl = await cannotStart(() => findDatabase(environment, log, closing))
  // Set when elevate starts: before that nothing is granted, revoked or sent.
  let wake: ((news: Committed) => void) | undefined
  const store = await openStore({ url: databaseUrl, log, onCommitted: (news) => wake?.(news) })
  closing.push(() => store.close())
  enforceDatabaseRights(await store.checkRights(), log)
  const orphans = await orphanedBy(store, catalog)
  if (orphans.length > 0)
    throw new CannotStart(
      `${environment.configFile} no longer has ${orphans.join(', ')}, where grants are still live. Keep the target until they have ended.`,
    )

  await cannotStart(async () => tryDeliveries(catalog, secret))
  let reporters = await cannotStart(async () => activityKeys(catalog, secret))
  let connectors = await cannotStart(async () => openConnectors(catalog, secret))
  // Looked up when it closes: a reload changes them.
  closing.push(() => closeConnectors(connectors))

  const apiUrl = environment.slack.apiUrl ? { apiUrl: environment.slack.apiUrl } : {}
  const client = makeClient({ token: environment.slack.botToken, ...apiUrl, log })
  const directory = makeDirectory({ client })
  const world: World = {
    store,
    directory,
    catalog: () => catalog,
    connector: (target) => connectors.get(target),
    log,
    random: Math.random,
    wordsOf: (refused) => refusalText(refused, (person) => person),
  }
  const inside = { ...interiorOf(world), reports: bindReports(store) }
  const work = bindWork(world)
  const worker = makeWorker(work, world.catalog, log)
  const sender = makeSender(
    work,
    makeNotifier({ client, inside, log, now: () => new Date(), random: world.random, ...tempo }),
    log,
  )
  const deliverer = makeDeliverer({
    work,
    open: (delivery) => openSink(delivery, secret),
    catalog: world.catalog,
    log,
  })
  const checkpoints = await checkpointsOf(environment, store, work, log)
  const clock = makeClock({
    work,
    worker,
    sender,
    gate: makeGate(work, checkpoints, log),
    catalog: world.catalog,
    log,
  })

  const metrics = makeMetrics({
    liveGrants: async () => (await store.reads.liveGrants()).length,
    overdue: async () =>
      (await store.reads.liveGrants()).filter((row) => row.grant.state === 'revoking').length,
    stuck: async () => (await store.reads.stuck()).length,
    outboxAge: () => store.outbox.age(),
    deliveryLag: () => store.deliveries.states((catalog.deliveries ?? []).map((one) => one.name)),
    quarantine: async () => ((await store.quarantine.current()) ? 1 : 0),
    worstLateness: async () => (await worstLatenessOf(store, 3_600)) / 1000,
  })
  const desk = activityDesk(world, () => reporters, Date.now)
  const others: Others = (request, response) => answerActivity(desk, request, response)
  const routes = healthRoutes(
    {
      ping: () => store.ping(),
      sinceSweep: () => clock.sinceLastTick(),
      slack: () => slack.alive(),
      quarantine: () => store.quarantine.current(),
    },
    () => metrics.scrape(),
  )
  const slack = connectSlack({
    inside,
    client,
    memory: directory,
    botToken: environment.slack.botToken,
    transport: transportOf(environment, routes, others),
    ...(checkpoints ? { logKey: () => checkpoints.key() } : {}),
    ...apiUrl,
    log,
  })
  armFromEnvironment(environment, log)

  return {
    world,
    inside,
    async start() {
      wake = (news) => wakeBy(news, worker, sender)
      // Before anything else: check that this is the log that was signed.
      await checkpoints?.sign()
      // Before Slack: end what expired while elevate was down, even if Slack cannot be reached.
      await clock.tick()
      clock.start()
      if (checkpoints) {
        closing.push(() => checkpoints.stop())
        await checkpoints.sign()
        checkpoints.start()
      }
      closing.push(() => clock.stop())
      closing.push(() => deliverer.stop())
      deliverer.start()
      if (environment.http) {
        const server: Server = await serveHealth(routes, environment.http.port, environment.http.host, others)
        closing.push(async () => server.close())
      }
      closing.push(() => slack.stop())
      await cannotStart(() => slack.start())
      log.info({ targets: catalog.targets.length, policies: catalog.policies.length }, 'elevate is ready')
    },
    async reload(by) {
      if (await store.quarantine.current()) {
        log.error('restore lock (quarantine) is on: configuration not reloaded. Run: elevate quarantine')
        return false
      }
      const taken = await take(store, parseFile(environment.configFile), secret)
      if (!taken.ok) {
        log.error(
          `${environment.configFile} was not taken; the old configuration stays in force:\n${taken.printed}`,
        )
        await recordRefusedCatalog(store, catalog, taken.lines, by)
        return false
      }
      const before = { catalog, connectors }
      ;({ catalog, connectors, reporters } = taken)
      // Waits for calls on the old connectors.
      void closeConnectors(before.connectors)
      clock.reschedule()
      await recordCatalog(store, catalog, by, before.catalog.hash)
      log.info({ hash: catalog.hash }, 'configuration reloaded')
      return true
    },
    stop: closeAll,
  }
}

/**
 * The worker first: the message about a new grant is sent after the worker's commit, so that one message says it
 * instead of two. If the target is slower than this, the sender does not wait any longer.
 */
function wakeBy({ notified, opened, due }: Committed, worker: Worker, sender: Sender): void {
  for (const id of [...opened, ...due]) worker.lookAt(id)
  if (!notified) return
  if (opened.length > 0) setTimeout(() => void sender.send(), SAY_AFTER_MS)
  else void sender.send()
}

/** Longer than most targets take. */
const SAY_AFTER_MS = 250

function armFromEnvironment(environment: Environment, log: Logger): void {
  const { failpoint } = environment
  if (!failpoint) return
  log.warn({ failpoint }, 'failpoint is armed: this process will stop there')
  armFailpoint(failpoint as Failpoint, () => {
    process.kill(process.pid, 'SIGKILL')
  })
}

/** How Slack reaches us. Over HTTP, health and metrics share Slack's port unless they have one of their own. */
function transportOf(
  { slack: { transport }, http }: Environment,
  routes: ReturnType<typeof healthRoutes>,
  others: Others,
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
  return { ...transport, extraRoutes, others }
}
