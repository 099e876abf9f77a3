// A second PostgreSQL server, which plays a target: the demo's orders database, set up as documented.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type LocalPostgres, startLocalPostgres } from 'local-postgres'
import { inject } from 'vitest'
import { type DemoOrders, demoLogging } from '../../demo/orders.ts'

export type TargetServer = AsyncDisposable & {
  /** The database `orders`, its people and its bot. */
  readonly orders: DemoOrders
  readonly server: LocalPostgres
  /** Everything that the target itself wrote down so far; it logs each statement and each connection. */
  log(): Promise<string>
  stop(): Promise<void>
}

/**
 * A second cluster, which plays a target. Start it once a file, in `beforeAll`; it is gone after `stop()`. All of them
 * are copies of one, so they have the same system identifier.
 */
export async function targetServer(settings: Record<string, string | number> = {}): Promise<TargetServer> {
  const server = await startLocalPostgres({
    fast: true,
    copyOf: inject('targetCluster'),
    settings: { ...demoLogging, log_line_prefix: '%u ', ...settings },
  })
  const made = inject('targetOrders')
  const here = (url: string) => Object.assign(new URL(url), { port: String(server.port) }).href
  const orders: DemoOrders = {
    botUrl: here(made.botUrl),
    adaUrl: here(made.adaUrl),
    superuserUrl: here(made.superuserUrl),
    psqlHost: made.psqlHost,
    psqlPort: server.port,
    log: path.join(server.dataDirectory, demoLogging.log_directory, demoLogging.log_filename),
  }
  const stop = () => server.stop()
  return { orders, server, log: () => readFile(orders.log, 'utf8'), stop, [Symbol.asyncDispose]: stop }
}
