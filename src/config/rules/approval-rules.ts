/** Checks that approvals are possible: enough different people for every stage, for any requester. */

import { approvalsIn, approvalsNeeded, fillStages, MAX_APPROVALS } from '../../core/access/stages.ts'
import type { ApprovalStage } from '../../core/catalog.ts'
import type { Json } from '../../core/json.ts'
import type { Who } from '../../core/people/person.ts'
import { plural } from '../../core/plural.ts'
import { type Path, quote, type Report } from '../yaml/issue.ts'
import { inside, textsIn, warnOfDuplicates, words } from '../yaml/read-leniently.ts'

type Stage = { readonly path: Path; readonly from: readonly string[]; readonly count: number }

/** `path` leads to the policy's `approve`. */
export function checkApproval(policy: Json, path: Path, report: Report): void {
  const approve = inside(policy, 'approve')
  if (approve === undefined) return
  const typed = inside(approve, 'stages')
  if (typed === undefined && inside(approve, 'from') === undefined) {
    report(
      path,
      'Nobody is named. Write from: who may approve, or stages: several groups that must all say yes.',
      {
        at: 'key',
      },
    )
    return
  }
  if (typed !== undefined)
    for (const short of ['from', 'count'])
      if (inside(approve, short) !== undefined)
        report([...path, short], `With stages, ${quote(short)} is written in each stage, not beside them.`, {
          at: 'key',
        })
  const stages = Array.isArray(typed)
    ? (typed as readonly Json[]).map((stage, i) => readStage(stage, [...path, 'stages', i]))
    : [readStage(approve, path)]
  for (const stage of stages)
    warnOfDuplicates(words(inside(at(approve, stage, path), 'from')), [...stage.path, 'from'], report)
  const all = stages.reduce((sum, stage) => sum + stage.count, 0)
  if (stages.length > 1 && all > MAX_APPROVALS)
    report(
      [...path, 'stages'],
      `All stages together need ${all} approvals; at most ${MAX_APPROVALS} are possible.`,
      {
        at: 'key',
      },
    )
  if (!checkPlaces(stages, report) || inside(approve, 'allow_self_approval') === true) return
  checkRequesters(policy, stages, report)
}

function at(approve: Json, stage: Stage, path: Path): Json | undefined {
  const index = stage.path[path.length + 1]
  const stages = inside(approve, 'stages')
  return typeof index === 'number' && Array.isArray(stages) ? (stages[index] as Json) : approve
}

function readStage(typed: Json, path: Path): Stage {
  const count = inside(typed, 'count')
  return { path, from: textsIn(typed, 'from'), count: typeof count === 'number' ? count : 1 }
}

/** The size of a group is not known here, only how many people are named one by one. */
function closed(stages: readonly Stage[]): Stage[] {
  return stages.filter((stage) => stage.from.length > 0 && stage.from.every(isPerson))
}

function checkPlaces(stages: readonly Stage[], report: Report): boolean {
  const known = closed(stages)
  for (const stage of known) {
    const people = new Set(stage.from).size
    if (stage.count <= people) continue
    report(
      [...stage.path, 'count'],
      `${stage.count} people must say yes, but only ${people} ${plural(people, 'is', 'are')} named. ` +
        'Name more people or a user group, or ask for fewer.',
    )
    return false
  }
  const last = known.find((_, i) => missing(known.slice(0, i + 1)) > 0)
  if (!last) return true
  report(
    [...last.path, 'from'],
    'This stage can never be filled beside the others: the same people are named, and nobody fills two. Name somebody else too.',
  )
  return false
}

function checkRequesters(policy: Json, stages: readonly Stage[], report: Report): void {
  const known = closed(stages)
  const requesters = [...new Set(textsIn(policy, 'request'))]
  const stuck = requesters.filter((one) => isPerson(one) && missing(known, one) > 0)
  const [first] = stuck
  if (first === undefined) return
  const place = known.find((_, i) => missing(known.slice(0, i + 1), first) > 0)
  if (!place) return
  const everyone = stuck.length === requesters.length
  report(
    [...place.path, 'from'],
    everyone
      ? 'Nobody could ever approve: the only approvers are the people who ask. Name somebody else.'
      : `When ${stuck.map(quote).join(' or ')} asks, too few others may approve. Name somebody else too.`,
    { severity: everyone ? 'fault' : 'warning' },
  )
}

/** Number of required approvals that stay open even if all named people approve; `without` is the requester. */
function missing(stages: readonly Stage[], without?: string): number {
  const places: ApprovalStage[] = stages.map(({ from, count }) => ({
    from: from.map((id): Who => ({ kind: 'person', id })),
    count,
  }))
  const people = stages.flatMap((stage) => stage.from).filter((id) => id !== without)
  return approvalsNeeded(places) - approvalsIn(fillStages(places, people, new Map()))
}

function isPerson(who: string): boolean {
  return /^[UW]/.test(who)
}
