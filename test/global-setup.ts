// Once per test run: a server for elevate's own databases, and on it a migrated template to copy from. With
// DATABASE_URL set it is that server, and all that is left there afterwards are the two roles of a migration.
import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { migrateToLatest } from '../src/store/database/migrate.ts'
import { execute, query, startTestServer } from './support/postgres.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = randomBytes(4).toString('hex')
  const template = `elevate_template_${run}`
  const server = await storeServer()
  const clear = async () => {
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
    await execute(server.url, `create database ${template}`)
    const url = new URL(server.url)
    url.pathname = `/${template}`
    await migrateToLatest(url.href)
    // Copying waits for nobody: a template that takes no connections has no sessions.
    await execute(server.url, `alter database ${template} with is_template true allow_connections false`)
  } catch (error) {
    await clear()
    throw error
  }
  project.provide('storeServerUrl', server.url)
  project.provide('storeRun', run)
  return clear
}

async function storeServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  // In memory this costs nothing, and elevate starts on no server that may lose what it acknowledged.
  return startTestServer({ fsync: 'on', synchronous_commit: 'on' })
}
