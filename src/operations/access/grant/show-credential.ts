import { type Grant, grantName } from '../../../core/access/grant.ts'
import { requestName } from '../../../core/access/request.ts'
import { CALL_TIMEOUT_SECONDS } from '../../../core/access/retry.ts'
import { ConnectorError, type Credential } from '../../../core/connector.ts'
import type { GrantId } from '../../../core/ids.ts'
import { credentialShown } from '../../../core/log/grant-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { attemptOn, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { accessOf } from './call-target.ts'

/**
 * Makes a new secret for an active grant and returns it to its holder, once. It is stored nowhere; asking again makes
 * another, and the earlier one stops working. The event is written first: a shown secret without an event must not be
 * possible, an event for a secret that failed is harmless. Refuses everybody but the holder (recorded), a grant that
 * is not active, and a target that gives or made none.
 */
export async function showCredential(
  world: World,
  { grant: id, by }: { readonly grant: GrantId; readonly by: PersonId },
): Promise<{ readonly credential: Credential; readonly grant: Grant }> {
  const row = await world.store.reads.grant(id)
  if (!row) throw refusal('no-such-grant')
  const { grant, request } = row
  if (grant.person !== by) throw refusal('not-yours-to-see', {}, attemptOn(by, 'show', request, grant))
  const connector = world.connector(grant.target)
  if (!connector?.credential || !grant.account) throw refusal('no-credential', { target: grant.target })
  if (grant.state !== 'active') throw refusal('no-credential-yet', { grant: grantName(grant.number) })
  const shown = await world.store.transaction(async (tx) => {
    const now = await tx.grants.lock(id)
    if (now?.state !== 'active') return false
    tx.append(credentialShown(grant, requestName(request.number), by))
    return true
  })
  if (!shown) throw refusal('no-credential-any-more', { grant: grantName(grant.number) })
  try {
    const access = accessOf(grant, grant.account, grant.preexisting)
    const credential = await connector.credential(access, AbortSignal.timeout(CALL_TIMEOUT_SECONDS * 1000))
    return { credential, grant }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    world.log.warn({ grant: grant.id, error: error.message }, 'a credential could not be made')
    throw refusal('credential-not-made', { target: grant.target, said: error.message })
  }
}
