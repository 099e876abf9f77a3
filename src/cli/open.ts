/** What a command works on: the database and the configuration of the bot in this directory. */
import { userInfo } from 'node:os'
import { readConfiguration } from '../app/configuration.ts'
import { forOperator, type OperatorInterior } from '../app/operator.ts'
import { readSecret, readSecretFile } from '../config/secret-source.ts'
import type { Catalog } from '../core/catalog.ts'

const EMBEDDED = '.elevate/database.url'

/** `DATABASE_URL`, or the embedded database of the bot that runs in this directory. Throws when there is neither. */
export function databaseUrl(): string {
  const read = readSecret(process.env, 'DATABASE_URL')
  if (!read.ok) throw new Error(read.fault)
  if (read.value) return read.value
  const embedded = readSecretFile(EMBEDDED)
  if (embedded.ok && embedded.value) return embedded.value
  throw new Error(
    'DATABASE_URL is not set, and no bot with an embedded database runs in this directory. Set DATABASE_URL, or start the bot here.',
  )
}

/** The file that was given, or `ELEVATE_CONFIG`, or `elevate.yaml`. */
export function catalogPath(given?: string): string {
  return given ?? process.env.ELEVATE_CONFIG ?? 'elevate.yaml'
}

/** The configuration in force. Throws with a list of all its faults. */
export function catalogInUse(): Catalog {
  const { parsed, printed } = readConfiguration(catalogPath())
  if (!parsed.ok) throw new Error(printed)
  return parsed.catalog
}

/** Who runs this command, for the audit log: their login name on this host. */
export function operatorName(): string {
  return userInfo().username
}

/** Opens elevate's database for one command, and closes it afterwards. */
export async function withElevate<T>(work: (inside: OperatorInterior) => Promise<T>): Promise<T> {
  return forOperator({ url: databaseUrl(), env: process.env }, work)
}
