import { groupsToSee, maySeeAll } from '../../core/access/audience.ts'
import { refuseUnlessMember } from '../../core/access/policy.ts'
import type { PersonId } from '../../core/people/person.ts'
import { refusal, unlessRefused } from '../refusals.ts'
import type { World } from '../world.ts'

/** How far a question about access reaches: `person` narrows it, `own` says that the reader may see no more. */
type Scope = { readonly person?: PersonId; readonly own: boolean }

/**
 * How far this reader may see, judged with Slack's answer of this moment. Security sees everything, approvers see the
 * targets that they approve, everybody else sees their own. Refuses people outside the workspace and a question about
 * somebody else's access.
 */
export async function readingScope(
  world: World,
  ask: {
    readonly by: PersonId
    readonly target: string | undefined
    readonly person: PersonId | undefined
  },
): Promise<Scope> {
  const catalog = world.catalog()
  const [reader, groups] = await Promise.all([
    world.directory.person(ask.by),
    world.directory.groups(groupsToSee(catalog, ask.target)),
  ])
  unlessRefused(refuseUnlessMember(reader))
  if (maySeeAll(catalog, reader, ask.target, groups))
    return { own: false, ...(ask.person ? { person: ask.person } : {}) }
  if (ask.person !== undefined && ask.person !== ask.by) throw refusal('not-yours-to-read')
  return { own: true, person: ask.by }
}
