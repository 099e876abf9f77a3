import type { Grant } from '../../../core/access/grant.ts'
import { type Request, type Terms, termsOf } from '../../../core/access/request.ts'
import { PROVISION_WITHIN_SECONDS } from '../../../core/access/retry.ts'
import { findRole } from '../../../core/catalog.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import { grantProvisioning } from '../../../core/log/grant-events.ts'
import type { Person, PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import type { World } from '../../world.ts'

/**
 * Opens a grant in `provisioning` and records it: what will be true, until when at the latest, and all that is needed
 * to undo it, committed before any call to the target. Throws when the role is no longer configured.
 */
export async function openGrant(
  world: World,
  tx: Tx,
  request: Request,
  requester: Person,
  by: PersonId | Actor,
  terms: Terms = termsOf(request, []),
): Promise<Grant> {
  const catalog = world.catalog()
  const role = findRole(catalog, request.target, request.role)
  if (!role) throw new Error(`${request.role} on ${request.target} vanished between judgement and grant`)
  const grant = await tx.grants.open({
    requestId: request.id,
    person: request.requester,
    target: request.target,
    role: request.role,
    entitlement: role.settings,
    subject: {
      person: requester.id,
      name: requester.name,
      ...(requester.email ? { email: requester.email } : {}),
    },
    duration: terms.duration,
    startsAt: terms.startsAt,
    policyHash: catalog.hash,
    provisionWithin: PROVISION_WITHIN_SECONDS,
    prolongs: request.prolongs,
  })
  tx.append(grantProvisioning(request, grant, { by, policy: catalog.hash }))
  return grant
}
