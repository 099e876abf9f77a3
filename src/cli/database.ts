import { readSecret, readSecretFile } from '../config/secret-source.ts'
import { openStore } from '../store/database/open-store.ts'

const EMBEDDED = '.elevate/database.url'

/** The database of a bot: DATABASE_URL, or the embedded one of the bot that runs in this directory. */
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

type StoreHandle = Awaited<ReturnType<typeof openStore>>

export async function withStore<T>(work: (store: StoreHandle) => Promise<T>): Promise<T> {
  const store = await openStore({ url: databaseUrl() })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
