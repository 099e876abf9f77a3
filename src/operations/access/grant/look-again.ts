import { isSecurity } from '../../../core/access/audience.ts'
import type { Grant, GrantId } from '../../../core/access/grant.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import { attemptOn, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'

/**
 * Security says that the cause was mended: the grant is looked at now and not at its next turn. It ends when the
 * target says that the access is gone, never because somebody pressed a button.
 */
export async function lookAgain(
  world: World,
  { grant: id, by }: { readonly grant: GrantId; readonly by: PersonId },
): Promise<{ readonly grant: Grant }> {
  const catalog = world.catalog()
  const [row, person, groups] = await Promise.all([
    world.store.reads.grant(id),
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(catalog.security))]),
  ])
  if (!row) throw refusal('unknown-grant', 'There is no such grant.')
  if (!isSecurity(catalog, person, groups))
    throw refusal('not-yours', 'Only security can ask to look again.', {
      attempt: attemptOn(by, 'look', row.request, row.grant),
    })
  world.store.claims.lookNow(id)
  return { grant: row.grant }
}
