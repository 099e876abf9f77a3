// Once per test run: a cluster for elevate's own databases, and in it a migrated template to copy from.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { execute, startTestServer, templateDatabase } from './support/postgres.ts'

const migrate = join(import.meta.dirname, '../src/store/migrate.ts')

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // In memory this costs nothing, and elevate starts on no server that may lose what it acknowledged.
  const server = await startTestServer({ fsync: 'on', synchronous_commit: 'on' })
  try {
    await execute(server.url, `create database ${templateDatabase}`)
    if (existsSync(migrate)) {
      const { migrateToLatest } = (await import(migrate)) as {
        migrateToLatest(url: string): Promise<unknown>
      }
      await migrateToLatest(server.urlOf(templateDatabase))
    }
    // Copying waits for nobody: a template that takes no connections has no sessions.
    await execute(
      server.url,
      `alter database ${templateDatabase} with is_template true allow_connections false`,
    )
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('storeServerUrl', server.url)
  return () => server.stop()
}
