import { isSecurity } from '../../core/access/audience.ts'
import { refuseUnlessMember } from '../../core/access/policy.ts'
import type { EvidenceSpan } from '../../core/log/evidence.ts'
import { exportMade } from '../../core/log/log-events.ts'
import { groupsIn, type PersonId } from '../../core/people/person.ts'
import { refusal, unlessRefused } from '../refusals.ts'
import type { World } from '../world.ts'

/** Evidence shows everybody's access and reasons: only security may take it out, judged with Slack's answer of now. */
export async function refuseEvidence(world: World, by: PersonId): Promise<void> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  unlessRefused(refuseUnlessMember(person))
  if (!isSecurity(catalog, person, groups))
    throw refusal(
      'not-yours',
      'Evidence shows everybody’s access and reasons, so only security can have it made.',
    )
}

/** Who took out what is on record before it leaves; `manifest` is the hash of what was made. */
export async function recordEvidence(
  world: World,
  by: PersonId,
  span: EvidenceSpan,
  manifest: string,
): Promise<void> {
  await world.store.transaction(async (tx) =>
    tx.append(
      exportMade(by, { ...span, policy: world.catalog().hash, detail: { formats: ['evidence'], manifest } }),
    ),
  )
}
