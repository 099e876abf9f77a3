import { isSecurity } from '../core/access/audience.ts'
import { channelLane } from '../core/notice.ts'
import { groupsIn, type PersonId } from '../core/people/person.ts'
import { type Refused, refuse } from '../core/refusal.ts'
import type { World } from './world.ts'

/**
 * What only security may do, asked anew at the moment of acting. Whoever tries without the right to it is on record,
 * and security reads it. `verdict` is what was tried: `accept`, `take-away`.
 */
export async function refuseUnlessSecurity(
  world: World,
  by: PersonId,
  tried: {
    readonly verdict: string
    readonly target?: string
    readonly role?: string
    /** Whose access it is about, where that is no one thing. */
    readonly person?: PersonId
  },
): Promise<Refused | undefined> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(catalog.security))]),
  ])
  if (isSecurity(catalog, person, groups)) return undefined
  const { verdict, target, role, person: about } = tried
  await world.store.transaction(async (tx) => {
    tx.append({
      type: 'decision.refused',
      actor: { kind: 'person', id: by },
      ...(about ? { subject: about } : {}),
      ...(target ? { target } : {}),
      ...(role ? { role } : {}),
      policy: catalog.hash,
      outcome: 'not-security',
      detail: { verdict },
    })
    tx.tell({
      lane: channelLane(catalog.securityChannel),
      notice: {
        kind: 'refused',
        person: by,
        code: 'not-security',
        target: target ?? '',
        role: role ?? '',
        ...(about ? { about } : {}),
      },
    })
  })
  return refuse('not-security', 'Only security can do this.')
}
