/** Where the audit log's key and anchor file are, and the signer made of them. */
import { readFile } from 'node:fs/promises'
import { anchorFile } from '../audit/anchor-file.ts'
import { readVkey, type Signer, type Verifier } from '../audit/note.ts'
import { type CheckpointSigner, checkpointSigner } from '../audit/sign-checkpoint.ts'
import { openSigningKey } from '../audit/signing-key.ts'
import type { ProofStore } from '../core/audit-proof.ts'
import { openProofStore, type ProofStoreHandle } from '../store/open-proof-store.ts'
import { databaseUrl } from './database.ts'

export function keyFile(): string {
  return process.env.ELEVATE_AUDIT_KEY_FILE?.trim() || '.elevate/audit.key'
}

export function anchorInUse() {
  return anchorFile(process.env.ELEVATE_AUDIT_ANCHOR_FILE?.trim() || '.elevate/audit.anchor')
}

/** The key of the bot in this directory; throws with what to do when there is none. */
export async function signerInUse(): Promise<Signer> {
  const key = await openSigningKey(keyFile())
  if (!key.ok) throw new Error(key.fault)
  return key.signer
}

export function signing(proof: ProofStore, signer: Signer): CheckpointSigner {
  return checkpointSigner({ proof, signer, anchor: anchorInUse() })
}

/** A verifier key as text, or a file that has one. */
export async function readKeys(given: readonly string[]): Promise<Verifier[]> {
  return Promise.all(
    given.map(async (text) => {
      const key = readVkey(text) ?? readVkey((await readFile(text, 'utf8').catch(() => '')).trim())
      if (!key) throw new Error(`“${text.slice(0, 200)}” is not a verifier key, nor a file that has one.`)
      return key
    }),
  )
}

export async function withProofs<T>(work: (proof: ProofStoreHandle) => Promise<T>): Promise<T> {
  const proof = await openProofStore({ url: databaseUrl() })
  try {
    return await work(proof)
  } finally {
    await proof.close()
  }
}

/** Says on stderr how far it is; on a terminal in one line that is written again and again. */
export function progress(what: string): { readonly at: (done: number) => void; readonly end: () => void } {
  let last = 0
  const onTerminal = process.stderr.isTTY
  return {
    at: (done) => {
      if (!onTerminal || performance.now() - last < 100) return
      last = performance.now()
      process.stderr.write(`\r${what}: ${done} events`)
    },
    end: () => {
      if (onTerminal && last > 0) process.stderr.write('\r\u001b[K')
    },
  }
}
