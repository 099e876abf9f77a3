import { isSecurity } from '../../core/access/audience.ts'
import { refuseUnlessMember } from '../../core/access/policy.ts'
import type { KeptCheckpoint } from '../../core/log/audit-proof.ts'
import { groupsIn, type PersonId } from '../../core/people/person.ts'
import { sentence } from '../../core/refusal.ts'
import { notify } from '../record.ts'
import { refusal, unlessRefused } from '../refusals.ts'
import type { World } from '../world.ts'

export type ShownCheckpoint = {
  /** Undefined while nothing was signed. */
  readonly last: KeptCheckpoint | undefined
  /** It will stand in the security channel, too. */
  readonly posted: boolean
}

/**
 * The last signed checkpoint, for whoever wants to keep it: it says how many events there are, and discloses none of
 * them. Security may have it posted where everybody in the security channel sees it.
 */
export async function showCheckpoint(
  world: World,
  { by, post }: { readonly by: PersonId; readonly post: boolean },
): Promise<ShownCheckpoint> {
  const catalog = world.catalog()
  const [reader, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  unlessRefused(refuseUnlessMember(reader))
  if (post && !isSecurity(catalog, reader, groups))
    throw refusal(
      'not-yours',
      sentence`Security may post the checkpoint. ${{ command: 'audit checkpoint' }} shows it to you.`,
    )
  const last = await world.store.proof.lastCheckpoint()
  if (!last || !post) return { last, posted: false }
  await world.store.transaction((tx) =>
    notify(catalog, tx, 'news of elevate', { notice: { kind: 'checkpoint' } }),
  )
  return { last, posted: true }
}
