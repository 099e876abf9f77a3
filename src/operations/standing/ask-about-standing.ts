import { findTarget } from '../../core/catalog.ts'
import { standingAsked } from '../../core/log/standing-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import type { Standing, StandingId } from '../../core/standing/standing.ts'
import { record } from '../record.ts'
import { refuseUnlessSecurity } from '../refuse-unless-security.ts'
import type { World } from '../world.ts'
import { settled } from './accept-standing.ts'

/** Asks the people of the target, in its channel, what somebody has access for. They answer in words, to security. */
export async function askAboutStanding(
  world: World,
  { access, by }: { readonly access: StandingId; readonly by: PersonId },
): Promise<{ readonly standing: Standing } | Refused> {
  const standing = await world.store.standing.one(access)
  if (!standing) return refuse('unknown-standing', 'There is no such standing access.')
  const no = await refuseUnlessSecurity(world, by, { verdict: 'ask', ...standing })
  if (no) return no
  if (standing.state !== 'open') return refuse('already-closed', settled(standing))
  const catalog = world.catalog()
  const target = findTarget(catalog, standing.target)
  if (!target)
    return refuse(
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
