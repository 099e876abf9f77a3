/**
 * Whom a request disturbs: approvers who are named as quiet may decide and are never alerted, and nobody is alerted
 * in the quiet hours of the place where they are.
 */

import { namedIn } from '../access/stages.ts'
import type { ApprovalStage } from '../catalog.ts'
import type { Alert } from './person.ts'
import { type Groups, membersOf, type PersonId, type Who } from './person.ts'

/** Who is in quiet hours now, and when they end. */
export type QuietUntil = ReadonlyMap<PersonId, Date>

/** More copies of a card than this would be a mailing list. */
export const MAX_DIRECT_CARDS = 25

/** Whom a stage names, without those who are to be left in peace. */
export function alertedIn(stage: Omit<ApprovalStage, 'name' | 'count'>): readonly Who[] {
  const quiet = new Set((stage.quiet ?? []).map(keyOf))
  return namedIn(stage).filter((one) => !quiet.has(keyOf(one)))
}

/** Everybody to be alerted, one by one; nobody where a stage says everyone. Who is quiet in one stage may be asked in another. */
export function peopleToAlert(stages: readonly ApprovalStage[], groups: Groups): PersonId[] {
  const people = stages.flatMap((stage) => {
    const quiet = membersOf(stage.quiet ?? [], groups) ?? []
    return (membersOf(alertedIn(stage), groups) ?? []).filter((one) => !quiet.includes(one))
  })
  return [...new Set(people)]
}

/**
 * A group in which somebody rests or is quiet is mentioned person by person, because mentioning the group would alert
 * them all. Who rests is named; who is quiet is not.
 */
export function alertFor(
  stage: ApprovalStage,
  groups: Groups,
  quietUntil: QuietUntil,
  nameOf: (person: PersonId) => string,
): Alert | undefined {
  const alerted = alertedIn(stage)
  const quiet = membersOf(stage.quiet ?? [], groups) ?? []
  const spared = (id: PersonId) => quietUntil.has(id) || quiet.includes(id)
  const rest = (membersOf(alerted, groups) ?? []).filter((one) => quietUntil.has(one) && !quiet.includes(one))
  if (!stage.quiet && rest.length === 0) return undefined
  const mention = alerted.flatMap((one): readonly Who[] => {
    if (one.kind === 'everyone') return [one]
    const people = one.kind === 'person' ? [one.id] : (groups.get(one.id) ?? [])
    if (!people.some(spared)) return [one]
    return people.filter((id) => !spared(id)).map((id) => ({ kind: 'person', id }))
  })
  return { mention: [...new Map(mention.map((one) => [keyOf(one), one])).values()], named: rest.map(nameOf) }
}

function keyOf(one: Who): string {
  return one.kind === 'everyone' ? '' : `${one.kind} ${one.id}`
}
