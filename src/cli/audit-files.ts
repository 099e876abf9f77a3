/** Where the audit log's key and anchor file are, and the signer made of them. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { anchorFile } from '../audit/anchor-file.ts'
import { type Checkpoint, parseCheckpoint } from '../audit/checkpoint.ts'
import { readVkey, type Signer, type Verifier } from '../audit/note.ts'
import { type CheckpointSigner, checkpointSigner } from '../audit/sign-checkpoint.ts'
import { openSigningKey } from '../audit/signing-key.ts'
import type { ProofStore } from '../core/audit-proof.ts'
import type { JsonObject } from '../core/connector.ts'
import { openProofStore, type ProofStoreHandle } from '../store/open-proof-store.ts'
import { databaseUrl, withStore } from './database.ts'

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

/** The key with everything that signing needs to know of it. */
export async function signingKeyInUse(): Promise<{ readonly signer: Signer }> {
  return { signer: await signerInUse() }
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

/** Signed now when the key is here, so that the newest events are in it; else the last one there is. */
export async function lastSigned(proof: ProofStore): Promise<{
  readonly checkpoint: Checkpoint
  readonly note: string
  /** Known when the key is here. */
  readonly vkey: string | undefined
}> {
  const key = await openSigningKey(keyFile())
  if (key.ok) {
    const result = await signing(proof, key.signer).sign()
    if (result.kind === 'refused') throw new Error(`Not exported: ${result.text}`)
    if (result.kind === 'signed')
      return { checkpoint: result.checkpoint, note: result.note, vkey: key.signer.verifier.vkey }
  }
  const kept = await proof.lastCheckpoint()
  const checkpoint = kept && parseCheckpoint(kept.note.slice(0, kept.note.indexOf('\n\n') + 1))
  if (!kept || !checkpoint)
    throw new Error(
      `There is no checkpoint to prove anything under, and no key to sign one: ${key.ok ? '' : key.fault}`,
    )
  process.stderr.write('The key is not here: events after the last checkpoint are left out.\n')
  return { checkpoint, note: kept.note, vkey: undefined }
}

/** Who took what out is an event itself, written before anything leaves. */
export async function recordExport(what: {
  readonly formats: readonly string[]
  readonly person?: string | undefined
  readonly target?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly grant?: number | undefined
  /** SHA-256 of what was made. */
  readonly manifest?: string
}): Promise<void> {
  const { formats, person, target, from, to, grant, manifest } = what
  const detail: JsonObject = {
    formats: [...formats],
    ...(from ? { from: from.toISOString() } : {}),
    ...(to ? { to: to.toISOString() } : {}),
    ...(manifest ? { manifest } : {}),
  }
  await withStore((store) =>
    store.transaction(async (tx) =>
      tx.append({
        type: 'export.made',
        actor: { kind: 'operator', id: userInfo().username },
        ...(person ? { subject: person } : {}),
        ...(target ? { target } : {}),
        ...(grant ? { grant: `G-${grant}` } : {}),
        detail,
      }),
    ),
  )
}

/** Says on stderr how far it is: on a terminal in one line that is written again and again, elsewhere now and then. */
export function progress(what: string): { readonly at: (done: number) => void; readonly end: () => void } {
  const onTerminal = process.stderr.isTTY
  const every = onTerminal ? 100 : 5_000
  let last = onTerminal ? 0 : performance.now()
  return {
    at: (done) => {
      if (performance.now() - last < every) return
      last = performance.now()
      process.stderr.write(onTerminal ? `\r${what}: ${done} events` : `${what}: ${done} events\n`)
    },
    end: () => {
      if (onTerminal && last > 0) process.stderr.write('\r\u001b[K')
    },
  }
}
