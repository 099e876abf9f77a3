/** A bot that signs its log, and what a restore of its database is made of. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Elevate } from '../../src/app.ts'
import { openSigningKey } from '../../src/audit/checkpoint/signing-key.ts'
import type { Environment } from '../../src/config/environment.ts'
import { command } from '../support/command.ts'
import { finished } from '../support/process.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'

export type RestoreWorld = {
  readonly test: TestWorld
  /** The verifier key of the log. */
  readonly vkey: string
  bot(more?: Partial<Environment>): Promise<Elevate>
  /** A host of its own: the same key, another anchor file. */
  elsewhere(name: string): Partial<Environment>
  /** The real command, on the bot's host; `database` when it is not the usual one. */
  elevate(
    args: readonly string[],
    database?: string,
    anchor?: string,
  ): Promise<{ code: unknown; output: string }>
  /** The same as a process of its own. */
  program(args: readonly string[]): Promise<{ code: unknown; output: string }>
  /** What the bot's login has done in the target so far, connections included. */
  targetCalls(): Promise<number>
  end(): Promise<void>
}

export async function restoreWorld(): Promise<RestoreWorld> {
  const test = await testWorld()
  const home = await mkdtemp(path.join(tmpdir(), 'elevate-restore-'))
  const files = {
    auditKeyFile: path.join(home, 'audit.key'),
    auditAnchorFile: path.join(home, 'audit.anchor'),
  }
  const key = await openSigningKey(files.auditKeyFile, 'elevate.test/audit')
  if (!key.ok) throw new Error(key.fault)
  const env = () => ({
    ...test.processEnvironment(),
    ELEVATE_AUDIT_KEY_FILE: files.auditKeyFile,
    ELEVATE_AUDIT_ANCHOR_FILE: files.auditAnchorFile,
  })
  const secrets = { ORDERS_DB_URL: test.target.orders.botUrl }
  return {
    test,
    vkey: key.signer.verifier.vkey,
    bot: async (more = {}) => {
      const elevate = await wireUnpaced({ ...test.environment, ...files, ...more }, secrets)
      await elevate.start()
      return elevate
    },
    elsewhere: (name) => ({ auditAnchorFile: path.join(home, name, 'audit.anchor') }),
    elevate: (args, database = test.databaseUrl, anchor = files.auditAnchorFile) =>
      command({ ...env(), DATABASE_URL: database, ELEVATE_AUDIT_ANCHOR_FILE: anchor }, args),
    program: (args) => finished({ args, env: env() }),
    targetCalls: async () =>
      (await test.target.log()).split('\n').filter((line) => line.startsWith('elevate_bot ')).length,
    end: async () => {
      await test[Symbol.asyncDispose]()
      await rm(home, { recursive: true, force: true })
    },
  }
}
