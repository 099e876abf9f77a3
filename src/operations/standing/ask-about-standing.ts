import { findTarget } from '../../core/catalog.ts'
import { channelLane } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import type { Standing, StandingId } from '../../core/standing/standing.ts'
import { refuseUnlessSecurity } from '../refuse-unless-security.ts'
import type { World } from '../world.ts'
import { settled } from './accept-standing.ts'
import { about } from './look-at-standing.ts'

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
  const target = findTarget(world.catalog(), standing.target)
  if (!target)
    return refuse(
      'unknown-target',
      `The configuration no longer has ${standing.target}: there is no channel to ask in.`,
    )
  await world.store.transaction(async (tx) => {
    tx.append({ type: 'standing_access.asked', actor: { kind: 'person', id: by }, ...about(world, standing) })
    tx.tell({ lane: channelLane(target.channel), notice: { kind: 'standing-asked', access, by } })
  })
  return { standing }
}
