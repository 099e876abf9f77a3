import type { ProofStore } from '../../store/log/checkpoints.ts'
import { anchorFile } from './anchor-file.ts'
import { type CheckpointSigner, checkpointSigner } from './sign-checkpoint.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

/**
 * The signer of a log from its files; `make` makes a key where there is none. Throws with what to mend. The key file is
 * looked at before each signing, so that a rotation needs no restart; one that cannot be read changes nothing.
 */
export async function openSigner(files: {
  readonly key: string
  readonly anchor: string
  readonly make: boolean
  readonly proof: ProofStore
}): Promise<CheckpointSigner> {
  const anchor = anchorFile(files.anchor)
  const signerOf = ({ signer, former }: Extract<SigningKey, { ok: true }>) =>
    checkpointSigner({ proof: files.proof, signer, anchor, formerKeys: former })
  const key = await openSigningKey(files.key, files.make)
  if (!key.ok) throw new Error(key.fault)
  let current = signerOf(key)
  let heeded: Parameters<CheckpointSigner['heed']>[0] = []
  return {
    get verifier() {
      return current.verifier
    },
    sign: async () => {
      const now = await openSigningKey(files.key)
      if (now.ok && now.signer.verifier.vkey !== current.verifier.vkey) {
        current = signerOf(now)
        current.heed(heeded)
      }
      return current.sign()
    },
    heed: (remembered) => {
      heeded = remembered
      current.heed(remembered)
    },
    contradictions: (...asked) => current.contradictions(...asked),
  }
}
