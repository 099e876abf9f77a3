// A signed log in a database of its own, with its key and anchor file, for tests of `elevate audit`.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { addEvents } from '../audit/checkpoint/real-log.ts'
import { freshDatabase } from '../support/postgres.ts'
import { audit } from './audit-program.ts'

export type AuditWorld = {
  readonly url: string
  readonly store: StoreHandle
  readonly env: Record<string, string>
  /** A place in a folder of its own. */
  out(name: string): string
  /** A log of 20 events, signed at 12 and 20, and two more; the key is made by the command. */
  signedLog(): Promise<{ readonly vkey: string; readonly posted: string }>
  end(): Promise<void>
}

export async function auditWorld(): Promise<AuditWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'elevate-audit-'))
  const database = await freshDatabase()
  const store = await openStore({ url: database.url, poolSize: 2 })
  const env = {
    DATABASE_URL: database.url,
    ELEVATE_AUDIT_KEY_FILE: path.join(folder, 'home', 'audit.key'),
    ELEVATE_AUDIT_ANCHOR_FILE: path.join(folder, 'home', 'audit.anchor'),
  }
  await mkdir(path.join(folder, 'home'))
  return {
    url: database.url,
    store,
    env,
    out: (name) => path.join(folder, name),
    signedLog: async () => {
      const vkey = (await audit(env, ['key', '--make', '--name', 'elevate.example.com/audit'])).out.trim()
      await addEvents(store, 12)
      await audit(env, ['checkpoint'])
      await addEvents(store, 8)
      const posted = (await audit(env, ['checkpoint'])).out
      await addEvents(store, 2)
      return { vkey, posted }
    },
    end: async () => {
      await store.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
