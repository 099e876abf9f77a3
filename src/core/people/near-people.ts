/** Whom a mistyped name may have meant. Only ever to suggest: names are chosen freely, so nothing is done by one. */

import { approversNamed } from '../access/stages.ts'
import type { Catalog } from '../catalog.ts'
import { nearness } from './nearest.ts'
import type { Person, Who } from './person.ts'

const MAX_SUGGESTED = 3

/** Members near to what was typed, the nearest first; those much farther than the nearest are left out. */
export function nearPeople(typed: string, people: readonly Person[]): readonly Person[] {
  const asked = typed.replace(/^@/, '').trim()
  const ranked = people
    .filter((person) => person.kind === 'member')
    .flatMap((person) => {
      const near = namesOf(person).flatMap((name) => nearness(asked, name) ?? [])
      return near.length > 0 ? [{ person, rank: Math.min(...near) }] : []
    })
    .sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name))
  const best = ranked[0]?.rank ?? 0
  return ranked
    .filter((one) => one.rank <= best + 1)
    .slice(0, MAX_SUGGESTED)
    .map((one) => one.person)
}

/** What somebody might write after an @ to mean this person. */
function namesOf({ name, handle, email }: Person): string[] {
  const parts = name.split(/\s+/).filter((part) => part.length > 1)
  return [
    ...new Set(
      [handle, name, parts.join('.'), ...parts, email?.split('@')[0]].filter((one) => one !== undefined),
    ),
  ].filter((one) => one !== '')
}

/** Everybody whom the configuration names, the people and the smaller circles first. */
export function everybodyNamed({
  policies,
  security,
}: Pick<Catalog, 'policies' | 'security'>): readonly Who[] {
  const named = [
    ...security,
    ...policies.flatMap((policy) => [...approversNamed(policy), ...(policy.fallback?.from ?? [])]),
    ...policies.flatMap(({ request, requestFor, breakGlass, autoApprove = [] }) => [
      ...(requestFor ? [...requestFor.from, ...requestFor.to] : []),
      ...(breakGlass?.from ?? []),
      ...autoApprove.flatMap((rule) => rule.from ?? []),
      ...request,
    ]),
  ]
  return [...new Map(named.map((who) => [JSON.stringify(who), who])).values()]
}
