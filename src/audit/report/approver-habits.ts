/** How approvers decide: who is fast, who is slow, on whom everything rests, and whose yes costs him no thought. */

import type { Request } from '../../core/access/request.ts'
import type { PersonId } from '../../core/people/person.ts'

/** Fewer decisions than this say nothing about anybody. */
const ENOUGH = 5
/** One person decides this share of an entitlement: nearly everything. */
const LONE = 0.8
/** Nobody reads a card in less than this. Seconds. */
const BLINK = 10
const ALWAYS = 0.95

export type Approver = {
  readonly person: PersonId
  readonly decisions: number
  /** Share of yeses, 0 to 1. */
  readonly approves: number
  /** Seconds from the request to his decision. */
  readonly median: number
}

export type LoneApprover = {
  readonly person: PersonId
  readonly target: string
  readonly role: string
  readonly decided: number
  readonly of: number
}

export type Habits = {
  /** Everybody who decided often enough to tell, the fastest first. */
  readonly approvers: readonly Approver[]
  /** Those of them who say yes to nearly everything in the blink of an eye. */
  readonly blinkers: readonly Approver[]
  readonly lone: readonly LoneApprover[]
}

export function habitsOf(requests: readonly Request[]): Habits {
  const decided = requests.flatMap((request) =>
    request.decisions.map((decision) => ({
      person: decision.approver,
      entitlement: JSON.stringify([request.target, request.role]),
      request,
      yes: decision.verdict === 'approve',
      seconds: (decision.at.getTime() - request.createdAt.getTime()) / 1000,
    })),
  )
  const approvers = [...Map.groupBy(decided, (one) => one.person)]
    .flatMap(([person, theirs]): Approver[] => {
      if (theirs.length < ENOUGH) return []
      const yes = theirs.filter((one) => one.yes).length
      const median = medianOf(theirs.map((one) => one.seconds))
      return [{ person, decisions: theirs.length, approves: yes / theirs.length, median }]
    })
    .sort((a, b) => a.median - b.median || a.person.localeCompare(b.person))
  const lone = [...Map.groupBy(decided, (one) => one.entitlement).values()].flatMap(
    (ones): LoneApprover[] => {
      const about = new Map(ones.map((one) => [one.request.id, one.request])).size
      const [person, theirs] = mostOf(Map.groupBy(ones, (one) => one.person))
      const first = ones[0]?.request
      if (!first || about < ENOUGH || theirs < about * LONE) return []
      return [{ person, target: first.target, role: first.role, decided: theirs, of: about }]
    },
  )
  return {
    approvers,
    blinkers: approvers.filter((one) => one.median < BLINK && one.approves >= ALWAYS),
    lone: lone.sort((a, b) => b.of - a.of),
  }
}

function mostOf(people: Map<PersonId, readonly unknown[]>): [PersonId, number] {
  return [...people]
    .map(([person, theirs]): [PersonId, number] => [person, theirs.length])
    .reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0])
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
