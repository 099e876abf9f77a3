/** The database: found or brought along, and fit for its purpose. */
import type { Logger } from 'pino'
import type { Environment } from '../config/environment.ts'
import type { Finding } from '../core/connector.ts'
import { CannotStart } from './cannot-start.ts'
import { bringUpToDate, embeddedDatabase } from './prepare-database.ts'

export async function findDatabase(
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

export function heedRights(findings: readonly Finding[], log: Logger): void {
  const faults = findings.filter((one) => one.level === 'fault').map((one) => one.text)
  if (faults.length > 0) throw new CannotStart(faults.join('\n'))
  for (const { level, text } of findings) if (level === 'warning') log.warn(text)
}
