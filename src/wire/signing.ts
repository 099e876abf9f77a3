/** Who signs the audit log, if anybody. */
import path from 'node:path'
import { openSigner } from '../audit/open-signer.ts'
import type { Environment } from '../config/environment.ts'
import type { World } from '../core/ports.ts'
import { type Checkpoints, makeCheckpoints } from '../jobs/checkpoints.ts'
import { cannotStart } from './cannot-start.ts'

/**
 * Signing needs one key for all replicas of a log. It is made where elevate keeps its own database; where the database
 * is elsewhere, the operator says where the key is.
 */
export async function checkpointsOf(
  environment: Environment,
  world: World,
): Promise<Checkpoints | undefined> {
  if (environment.databaseUrl && !environment.auditKeyFile) {
    world.log.info(
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
      proof: world.store.proof,
    }),
  )
  return makeCheckpoints(world, signer)
}
