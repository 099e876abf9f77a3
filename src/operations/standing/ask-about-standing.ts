import { findTarget } from '../../core/catalog.ts'
import type { StandingId } from '../../core/ids.ts'
import { standingAsked } from '../../core/log/standing-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Standing } from '../../core/standing/standing.ts'
import { record } from '../record.ts'
import { refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'
import { settled } from './accept-standing.ts'

/** Asks the people of the target, in its channel, what somebody has access for. They answer in words, to security. */
export async function askAboutStanding(
  world: World,
  { access, by }: { readonly access: StandingId; readonly by: PersonId },
): Promise<{ readonly standing: Standing }> {
  const standing = await world.store.standing.one(access)
  if (!standing) throw refusal('unknown-standing', 'There is no such standing access.')
  await refuseUnlessSecurity(world, by, { verdict: 'ask', ...standing })
  if (standing.state !== 'open') throw settled(standing)
  const catalog = world.catalog()
  const target = findTarget(catalog, standing.target)
  if (!target)
    throw refusal(
      'unknown-target',
      `The configuration no longer has ${standing.target}: there is no channel to ask in.`,
    )
  await world.store.transaction((tx) =>
    record(catalog, tx, standingAsked(standing, { by, policy: catalog.hash }), {
      target: target.id,
      access,
      by,
    }),
  )
  return { standing }
}
