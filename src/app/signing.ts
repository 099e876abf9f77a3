/** Who signs the audit log, if anybody, and who cosigns it. */
import path from 'node:path'
import { openSigner } from '../audit/checkpoint/sign-checkpoint.ts'
import { readWitnessVkey } from '../audit/witness/cosignature.ts'
import { type WitnessAddress, witnessPusher } from '../audit/witness/push-to-witness.ts'
import type { Environment } from '../config/environment.ts'
import type { Log } from '../core/ports.ts'
import { type Checkpoints, makeCheckpoints } from '../jobs/checkpoints.ts'
import type { Work } from '../operations/work.ts'
import type { Store } from '../store/database/open-store.ts'
import { CannotStart, cannotStart } from './cannot-start.ts'

/**
 * Signing needs one key for all replicas of a log. It is made where elevate keeps its own database; where the database
 * is elsewhere, the operator says where the key is.
 */
export async function checkpointsOf(
  environment: Environment,
  { proof }: Pick<Store, 'proof'>,
  work: Work,
  log: Log,
): Promise<Checkpoints | undefined> {
  const witnesses = witnessesOf(environment)
  if (environment.databaseUrl && !environment.auditKeyFile) {
    if (witnesses.length > 0)
      throw new CannotStart('ELEVATE_WITNESS is set, but nothing is signed: set ELEVATE_AUDIT_KEY_FILE too.')
    log.info(
      {},
      'the audit log is not signed: set ELEVATE_AUDIT_KEY_FILE, and make a key with `elevate audit key --make`',
    )
    return undefined
  }
  const signer = await cannotStart(() =>
    openSigner({
      key: environment.auditKeyFile ?? path.resolve('.elevate/audit.key'),
      make: environment.auditKeyFile === undefined,
      anchor: environment.auditAnchorFile ?? path.resolve('.elevate/audit.anchor'),
      proof,
    }),
  )
  const pusher = witnesses.length > 0 ? witnessPusher(proof, witnesses) : undefined
  return makeCheckpoints(work.log, log, signer, pusher)
}

function witnessesOf({ witnesses = [] }: Environment): WitnessAddress[] {
  return witnesses.map(({ url, vkey }) => {
    const verifier = readWitnessVkey(vkey)
    if (!verifier)
      throw new CannotStart(
        `ELEVATE_WITNESS: ${vkey} is not the key of a witness. elevate witness --make printed it; the key of a log is another kind.`,
      )
    return { url, verifier }
  })
}
