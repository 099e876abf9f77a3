import { everybodyNamed, nearPeople } from '../../core/people/near-people.ts'
import { groupsIn, type Person, type PersonId } from '../../core/people/person.ts'
import type { World } from '../world.ts'

/** Each that is not remembered is one question to Slack, which takes about a hundred a minute. */
const MOST_LOOKED_AT = 60

/**
 * Whom `typed` may have meant, out of those whom the configuration names: for members of the workspace, who see these
 * names in Slack anyway. Nobody when Slack cannot be asked: a suggestion is not worth a failure.
 */
export async function suggestPeople(world: World, by: PersonId, typed: string): Promise<readonly Person[]> {
  const { directory, catalog } = world
  const named = everybodyNamed(catalog())
  try {
    const [reader, groups] = await Promise.all([
      directory.personLately(by),
      directory.groupsLately(groupsIn(named)),
    ])
    if (reader.kind !== 'member') return []
    const ids = named.flatMap((who) =>
      who.kind === 'person' ? [who.id] : who.kind === 'group' ? (groups.get(who.id) ?? []) : [],
    )
    const looked = [...new Set(ids)].slice(0, MOST_LOOKED_AT)
    const people = await Promise.allSettled(looked.map((id) => directory.personLately(id)))
    return nearPeople(
      typed,
      people.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    )
  } catch (error) {
    world.log.debug({ error: String(error) }, 'nobody could be suggested in place of a mistyped name')
    return []
  }
}
