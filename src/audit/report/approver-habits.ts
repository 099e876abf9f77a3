/** How approvers decide: how fast, who decides nearly everything alone, and who approves without reading. */
import type { Request } from '../../core/access/request.ts'
import type { PersonId } from '../../core/people/person.ts'

/** With fewer decisions than this nothing is said about a person. */
const MIN_DECISIONS = 5
/** A person who decides this share of an entitlement's requests decides nearly all of them. */
const LONE_SHARE = 0.8
/** Nobody reads a card in less time than this. */
const UNREAD_SECONDS = 10
const ALWAYS_SHARE = 0.95

type Approver = {
  readonly person: PersonId
  readonly decisions: number
  /** Share of approvals, 0 to 1. */
  readonly approves: number
  /** Seconds from the request to their decision. */
  readonly median: number
}

/** Someone who made `decided` of the decisions about `of` requests for an entitlement. */
type LoneApprover = {
  readonly person: PersonId
  readonly target: string
  readonly role: string
  readonly decided: number
  readonly of: number
}

export type Habits = {
  /** Everybody with enough decisions, the fastest first. */
  readonly approvers: readonly Approver[]
  /** Those of them who approve nearly everything faster than anybody can read it. */
  readonly blinkers: readonly Approver[]
  readonly lone: readonly LoneApprover[]
}

/** From closed requests with their decisions. */
export function habitsOf(requests: readonly Request[]): Habits {
  const decided = requests.flatMap((request) =>
    request.decisions.map((decision) => ({
      person: decision.approver,
      entitlement: JSON.stringify([request.target, request.role]),
      request,
      approved: decision.verdict === 'approve',
      seconds: (decision.at.getTime() - request.createdAt.getTime()) / 1000,
    })),
  )
  const approvers = [...Map.groupBy(decided, (one) => one.person)]
    .flatMap(([person, theirs]): Approver[] => {
      if (theirs.length < MIN_DECISIONS) return []
      const approved = theirs.filter((one) => one.approved).length
      const median = medianOf(theirs.map((one) => one.seconds))
      return [{ person, decisions: theirs.length, approves: approved / theirs.length, median }]
    })
    .sort((a, b) => a.median - b.median || a.person.localeCompare(b.person))
  const lone = [...Map.groupBy(decided, (one) => one.entitlement).values()].flatMap(
    (ones): LoneApprover[] => {
      const about = new Map(ones.map((one) => [one.request.id, one.request])).size
      const [person, theirs] = mostOf(Map.groupBy(ones, (one) => one.person))
      const first = ones[0]?.request
      if (!first || about < MIN_DECISIONS || theirs < about * LONE_SHARE) return []
      return [{ person, target: first.target, role: first.role, decided: theirs, of: about }]
    },
  )
  return {
    approvers,
    blinkers: approvers.filter((one) => one.median < UNREAD_SECONDS && one.approves >= ALWAYS_SHARE),
    lone: lone.sort((a, b) => b.of - a.of),
  }
}

function mostOf(people: Map<PersonId, readonly unknown[]>): [PersonId, number] {
  return [...people]
    .map(([person, theirs]): [PersonId, number] => [person, theirs.length])
    .reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0])
}

/** 0 for no numbers. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
