// Once for the projects that need a database: a server for elevate's own, and on it a migrated template to copy from. With
// DATABASE_URL set it is that server, and all that is left there afterwards are the two roles of a migration. And the
// cluster that every target begins as a copy of.
import { randomBytes } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startLocalPostgres } from 'local-postgres'
import type { ProvidedContext } from 'vitest'
import type { TestProject } from 'vitest/node'
import { createDemoOrders, type DemoOrders } from '../demo/orders.ts'
import { migrateToLatest } from '../src/store/database/migrate.ts'
import { execute, query, startTestServer } from './support/postgres.ts'

type Servers = {
  readonly provided: Pick<ProvidedContext, 'storeServerUrl' | 'storeRun' | 'targetCluster' | 'targetOrders'>
  clear(): Promise<void>
}

/** Each project loads this file for itself; what they share is kept where both look. */
const shared = globalThis as { elevateTestServers?: { users: number; readonly started: Promise<Servers> } }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.elevateTestServers ??= { users: 0, started: start() }
  const servers = shared.elevateTestServers
  servers.users += 1
  const { provided, clear } = await servers.started
  project.provide('storeServerUrl', provided.storeServerUrl)
  project.provide('storeRun', provided.storeRun)
  project.provide('targetCluster', provided.targetCluster)
  project.provide('targetOrders', provided.targetOrders)
  return async () => {
    servers.users -= 1
    if (servers.users > 0) return
    delete shared.elevateTestServers
    await clear()
  }
}

async function start(): Promise<Servers> {
  const run = randomBytes(4).toString('hex')
  const template = `elevate_template_${run}`
  const server = await storeServer()
  const target = path.join(tmpdir(), `elevate-target-${run}`)
  const clear = async () => {
    // A link, where the server's account may not enter the temporary directory.
    for (const one of [realpathSync(target), target]) rmSync(one, { recursive: true, force: true })
    const { url } = server
    const left = await query<{ datname: string }>(
      url,
      `select datname from pg_database where datname ~ '^elevate_(template|test)_${run}' order by datname desc`,
    )
    for (const { datname } of left) {
      await execute(url, `alter database ${datname} with is_template false`)
      await execute(url, `drop database if exists ${datname} with (force)`)
    }
    await server.stop()
  }
  try {
    const targetOrders = await makeTarget(target)
    await execute(server.url, `create database ${template}`)
    const url = new URL(server.url)
    url.pathname = `/${template}`
    await migrateToLatest(url.href)
    // Copying waits for nobody: a template that takes no connections has no sessions.
    await execute(server.url, `alter database ${template} with is_template true allow_connections false`)
    const provided = { storeServerUrl: server.url, storeRun: run, targetCluster: target, targetOrders }
    return { provided, clear }
  } catch (error) {
    await clear()
    throw error
  }
}

/** Small, as each test that has a target copies it. */
async function makeTarget(dataDir: string): Promise<DemoOrders> {
  await using server = await startLocalPostgres({ dataDir, scramIterations: 1, walSegmentMb: 1 })
  await execute(server.url, 'alter database template0 is_template false')
  await execute(server.url, 'drop database template0')
  return await createDemoOrders(server.url)
}

async function storeServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  // In memory this costs nothing, and elevate starts on no server that may lose what it acknowledged.
  return startTestServer({ fsync: 'on', synchronous_commit: 'on' })
}
