import type { ProofStore } from '../core/audit-proof.ts'
import { anchorFile } from './anchor-file.ts'
import { type CheckpointSigner, checkpointSigner } from './sign-checkpoint.ts'
import { openSigningKey } from './signing-key.ts'

/** The signer of a log from its files; `make` makes a key where there is none. Throws with what to mend. */
export async function openSigner(files: {
  readonly key: string
  readonly anchor: string
  readonly make: boolean
  readonly proof: ProofStore
}): Promise<CheckpointSigner> {
  const key = await openSigningKey(files.key, files.make)
  if (!key.ok) throw new Error(key.fault)
  return checkpointSigner({ proof: files.proof, signer: key.signer, anchor: anchorFile(files.anchor) })
}
