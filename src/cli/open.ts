/** What a command works on: the database and the configuration of the bot in this directory. */
import { userInfo } from 'node:os'
import { readCatalogFile } from '../config/catalog.ts'
import { readSecret, readSecretFile } from '../config/secret-source.ts'
import { connectorKinds } from '../connectors/open-connectors.ts'
import type { Catalog } from '../core/catalog.ts'
import {
  openProofStore,
  openStore,
  type ProofStoreHandle,
  type StoreHandle,
} from '../store/database/open-store.ts'

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
  const { parsed, printed } = readCatalogFile(catalogPath(), connectorKinds)
  if (!parsed.ok) throw new Error(printed)
  return parsed.catalog
}

/** Who runs this command, for the audit log: their login name on this host. */
export function operatorName(): string {
  return userInfo().username
}

/** Opens the store for one command, and closes it afterwards. */
export async function withStore<T>(work: (store: StoreHandle) => Promise<T>): Promise<T> {
  const store = await openStore({ url: databaseUrl() })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** Opens only the audit log, with a minute for each statement: verifying and exporting read all of it. */
export async function withProofs<T>(work: (proof: ProofStoreHandle) => Promise<T>): Promise<T> {
  const proof = await openProofStore({ url: databaseUrl() })
  try {
    return await work(proof)
  } finally {
    await proof.close()
  }
}
