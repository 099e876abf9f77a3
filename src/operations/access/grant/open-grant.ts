import { type Grant, grantName } from '../../../core/access/grant.ts'
import { type Request, requestName, type Terms, termsOf } from '../../../core/access/request.ts'
import { PROVISION_WITHIN } from '../../../core/access/retry.ts'
import { findRole } from '../../../core/catalog.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import type { Person, PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import type { World } from '../../world.ts'

/** Intent first: what will be true, until when at the latest, and all that is needed to undo it, before any call. */
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
    provisionWithin: PROVISION_WITHIN,
    prolongs: request.prolongs,
  })
  tx.append({
    ...aboutRequest(world, request, by),
    type: 'grant.provisioning',
    grant: grantName(grant.number),
    detail: {
      duration_s: grant.duration,
      ...(grant.startsAt ? { starts_at: grant.startsAt.toISOString() } : {}),
      not_after: grant.notAfter.toISOString(),
    },
  })
  return grant
}

/** What every event about a request says of it, under the policy in force. */
export function aboutRequest(world: World, request: Request, by: PersonId | Actor) {
  return {
    actor: typeof by === 'string' ? ({ kind: 'person', id: by } as const) : by,
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: world.catalog().hash,
  } as const
}
