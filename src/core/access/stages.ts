/**
 * The stages of an approval: *one of @dba* and *one of @security*, in any order, side by side. An approval fills one
 * stage only, so one person counts once however many groups they are in; who fills which is chosen so that as much as
 * possible is filled.
 */
import type { ApprovalStage, Policy } from '../catalog.ts'
import {
  entitledThrough,
  type Groups,
  includes,
  membersOf,
  type PersonId,
  type Who,
} from '../people/person.ts'

/** A stage and the people whose approvals fill it, in the order they came. */
export type FilledStage = ApprovalStage & { readonly by: readonly PersonId[] }

/** More people than this have to be asked for nothing. */
export const MAX_APPROVALS = 10

export function approvalsNeeded(stages: readonly ApprovalStage[]): number {
  return stages.reduce((sum, stage) => sum + stage.count, 0)
}

export function approvalsIn(stages: readonly FilledStage[]): number {
  return stages.reduce((sum, stage) => sum + stage.by.length, 0)
}

/** What each stage still lacks; those that are full are left out. */
export function stillMissing(stages: readonly FilledStage[]): ApprovalStage[] {
  return stages.flatMap(({ by, ...stage }) =>
    by.length < stage.count ? [{ ...stage, count: stage.count - by.length }] : [],
  )
}

/** Whom a stage names, with the fallback approvers where they may decide by now. */
export function namedIn({ from, fallback = [] }: Omit<ApprovalStage, 'name' | 'count'>): readonly Who[] {
  return distinct([...from, ...fallback])
}

/** Everybody whom any stage names. */
export function approversNamed({ approve }: Pick<Policy, 'approve'>): readonly Who[] {
  return distinct(approve.stages.flatMap(namedIn))
}

export function mayFill(stage: ApprovalStage, person: PersonId, groups: Groups): boolean {
  return includes(stage.from, person, groups) || includes(stage.fallback ?? [], person, groups)
}

/**
 * Gives every approver at most one stage, so that as many places as possible are filled (a maximum matching, by
 * augmenting paths). Who was given a place keeps one when others follow, though maybe of another stage.
 */
export function fillStages(
  stages: readonly ApprovalStage[],
  approvers: readonly PersonId[],
  groups: Groups,
): FilledStage[] {
  const places = stages.map((stage) => ({ stage, by: [] as PersonId[] }))
  const assign = (person: PersonId, tried: Set<number>): boolean => {
    // A stage that names them comes before one where they are only a fallback.
    const own = places.flatMap(({ stage }, at) => (includes(stage.from, person, groups) ? [at] : []))
    const other = places.flatMap(({ stage }, at) =>
      !own.includes(at) && mayFill(stage, person, groups) ? [at] : [],
    )
    for (const at of [...own, ...other]) {
      const place = places[at]
      if (!place || tried.has(at)) continue
      tried.add(at)
      if (place.by.length < place.stage.count) {
        place.by.push(person)
        return true
      }
      const moved = place.by.findIndex((assigned) => assign(assigned, tried))
      if (moved < 0) continue
      place.by.splice(moved, 1)
      place.by.push(person)
      return true
    }
    return false
  }
  const people = [...new Set(approvers)]
  for (const person of people) assign(person, new Set())
  const came = (one: PersonId) => people.indexOf(one)
  return places.map(({ stage, by }) => ({ ...stage, by: by.sort((a, b) => came(a) - came(b)) }))
}

/**
 * How many approvals could come together if everybody who may approved. Where a stage says everyone, somebody always
 * can.
 */
export function approvalsPossible(
  stages: readonly ApprovalStage[],
  mayApprove: (person: PersonId) => boolean,
  groups: Groups,
): number {
  const open = stages.filter((stage) => membersOf(namedIn(stage), groups) === undefined)
  const closed = stages.filter((stage) => !open.includes(stage))
  const people = membersOf(closed.flatMap(namedIn), groups) ?? []
  const filled = fillStages(closed, people.filter(mayApprove), groups)
  return approvalsNeeded(open) + approvalsIn(filled)
}

/** Why this person may approve: recorded with the decision, because who is in a group changes. */
export type ApprovalRight = {
  /** Only because others did not answer in time. */
  readonly fallback: boolean
  /** Ids of groups, the person's own id, `everyone`. */
  readonly through: readonly string[]
}

/**
 * Everything that lets this person approve in these stages: an approval may fill another stage when others follow.
 * `filled` is the one that it fills now; without it, `fallback` is false for anybody whom a stage names.
 */
export function approvalRightIn(
  stages: readonly ApprovalStage[],
  person: PersonId,
  groups: Groups,
  filled?: ApprovalStage,
): ApprovalRight {
  const through = (who: readonly Who[]) => entitledThrough(who, person, groups)
  const own = through(stages.flatMap((stage) => stage.from))
  const fallback = filled ? !includes(filled.from, person, groups) : own.length === 0
  if (!fallback) return { fallback, through: own }
  const standingIn = through(stages.flatMap((stage) => stage.fallback ?? []))
  return { fallback, through: [...new Set([...own, ...standingIn])] }
}

/** For events: `1 of S0DBA,U0SAM`. */
export function writeStage({ name, from, count }: ApprovalStage): string {
  return `${name ? `${name}: ` : ''}${count} of ${writeWho(from)}`
}

/** For events: `S0DBA,U0SAM: U0BEN`. */
export function writeFilled({ name, from, by }: FilledStage): string {
  return `${nameOfStage({ name, from })}: ${by.join(', ')}`
}

/** For events: its name, or whom it names. */
export function nameOfStage({
  name,
  from,
}: {
  readonly name?: string | undefined
  readonly from: readonly Who[]
}): string {
  return name ?? writeWho(from)
}

function writeWho(who: readonly Who[]): string {
  return who.map((one) => (one.kind === 'everyone' ? 'everyone' : one.id)).join(',')
}

function distinct(who: readonly Who[]): Who[] {
  return [
    ...new Map(who.map((one) => [one.kind === 'everyone' ? '' : `${one.kind} ${one.id}`, one])).values(),
  ]
}
