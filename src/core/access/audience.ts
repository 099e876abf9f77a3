/**
 * Who may read about other people's access? Security about everybody; the approvers of a target about that target.
 * Everybody else reads about themselves.
 */
import type { Catalog } from '../catalog.ts'
import { type Groups, groupsIn, includes, type Person, type Who } from '../people/person.ts'
import { approversNamed } from './stages.ts'

/** Groups that must be read before {@link maySeeAll} can answer. */
export function groupsToSee(catalog: Catalog, target: string | undefined): string[] {
  return [...new Set(groupsIn(readers(catalog, target)))]
}

/** Without a target the question is about all of them, and only security has the answer. */
export function maySeeAll(
  catalog: Catalog,
  person: Person,
  target: string | undefined,
  groups: Groups,
): boolean {
  return person.kind === 'member' && includes(readers(catalog, target), person.id, groups)
}

/** Security alone: to make elevate look at a stuck grant again, for one. */
export function isSecurity(catalog: Catalog, person: Person, groups: Groups): boolean {
  return person.kind === 'member' && includes(catalog.security, person.id, groups)
}

function readers(catalog: Catalog, target: string | undefined): Who[] {
  const approvers = catalog.policies
    .filter((policy) => target !== undefined && policy.targets.includes(target))
    .flatMap(approversNamed)
  return [...catalog.security, ...approvers]
}
