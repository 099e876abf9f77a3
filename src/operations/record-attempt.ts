import { type Grant, grantName } from '../core/access/grant.ts'
import { type Request, requestName } from '../core/access/request.ts'
import { channelLane } from '../core/notice.ts'
import type { PersonId } from '../core/people/person.ts'
import type { World } from './world.ts'

export type Attempt = {
  readonly by: PersonId
  /** What was tried: `end`, `show`, `withdraw`, `look`. */
  readonly verdict: string
  readonly request: Pick<Request, 'id' | 'number' | 'requester' | 'target' | 'role'>
  readonly grant?: Pick<Grant, 'number'>
}

/** Somebody pressed what is not his to press: nothing else changes, but it is an event, and security reads it. */
export async function recordAttempt(world: World, { by, verdict, request, grant }: Attempt): Promise<void> {
  const catalog = world.catalog()
  await world.store.transaction(async (tx) => {
    tx.append({
      type: 'decision.refused',
      actor: { kind: 'person', id: by },
      subject: request.requester,
      target: request.target,
      role: request.role,
      request: requestName(request.number),
      ...(grant ? { grant: grantName(grant.number) } : {}),
      policy: catalog.hash,
      outcome: 'not-yours',
      detail: { verdict },
    })
    tx.tell({
      lane: channelLane(catalog.securityChannel),
      notice: {
        kind: 'refused',
        person: by,
        code: 'not-yours',
        target: request.target,
        role: request.role,
        request: request.id,
      },
    })
  })
}
