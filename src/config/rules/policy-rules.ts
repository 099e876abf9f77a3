/** Rules between the keys of policies: names that must exist, and approvals that must be possible. */

import { formatDuration, parseDuration } from '../../core/access/duration.ts'
import type { Json } from '../../core/json.ts'
import { nearest } from '../../core/people/nearest.ts'
import { type Path, quote, type Report } from '../yaml/issue.ts'
import { entriesOf, inside, isObject, textsIn, warnOfDuplicates, words } from '../yaml/read-leniently.ts'
import { checkApproval } from './approval-rules.ts'
import { checkAutoApproval, checkQuietHours } from './auto-approval-rules.ts'

/** Reads leniently: what has the wrong shape was reported already, and must not hide another fault. */
export function checkPolicies(file: Json, report: Report): void {
  const policies = isObject(file) && Array.isArray(file.policies) ? (file.policies as readonly Json[]) : []
  const targets = new Map(
    entriesOf(file, 'targets').map(([id, target]) => [id, entriesOf(target, 'roles').map(([role]) => role)]),
  )
  const names = new Map<string, number>()
  policies.forEach((policy, i) => {
    if (!isObject(policy)) return
    const path = ['policies', i]
    if (typeof policy.name === 'string') {
      const first = names.get(policy.name)
      if (first === undefined) names.set(policy.name, i)
      else
        report(
          [...path, 'name'],
          `Policy ${first + 1} is called ${quote(policy.name)} too. Give each its own name.`,
        )
    }
    checkNames(policy, path, targets, report)
    checkApproval(policy, [...path, 'approve'], report)
    checkDuration(policy, [...path, 'duration'], report)
    checkBreakGlass(policy, path, report)
    checkReminder(policy, path, report)
    checkFallback(policy, path, report)
    checkAutoApproval(file, policy, path, report)
    for (const list of [
      ['targets'],
      ['roles'],
      ['request'],
      ['fallback'],
      ['break_glass', 'from'],
      ['request_for', 'from'],
      ['request_for', 'to'],
    ])
      warnOfDuplicates(words(inside(policy, ...list)), [...path, ...list], report)
  })
  checkQuietHours(file, report)
  warnOfUnspoken(policies, targets, report)
}

function warnOfUnspoken(
  policies: readonly Json[],
  targets: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  const spoken = new Map<string, Set<string>[]>()
  for (const policy of policies) {
    const roles = new Set(textsIn(policy, 'roles'))
    for (const id of textsIn(policy, 'targets')) {
      const some = spoken.get(id)
      if (some) some.push(roles)
      else spoken.set(id, [roles])
    }
  }
  for (const [id, roles] of targets)
    for (const role of roles)
      if (!spoken.get(id)?.some((one) => one.has(role)))
        report(['targets', id, 'roles', role], 'No policy speaks of this role, so nobody may ask for it.', {
          at: 'key',
          severity: 'warning',
        })
}

function checkNames(
  policy: Json,
  path: Path,
  targets: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  const mine = textsIn(policy, 'targets')
  const known = mine.filter((id) => targets.has(id))
  const roles = [...new Set(known.flatMap((id) => targets.get(id) ?? []))]
  const asked = textsIn(policy, 'roles')
  words(inside(policy, 'targets')).forEach((id, i) => {
    if (id === undefined) return
    const at = [...path, 'targets', i]
    if (!targets.has(id)) report(at, `There is no target ${quote(id)}.${meant(id, [...targets.keys()])}`)
    else if (
      asked.some((role) => roles.includes(role)) &&
      !asked.some((role) => targets.get(id)?.includes(role))
    )
      report(at, `${quote(id)} has none of the roles that this policy names.`, { severity: 'warning' })
  })
  if (known.length === 0) return
  words(inside(policy, 'roles')).forEach((role, i) => {
    if (role === undefined || roles.includes(role)) return
    const where =
      mine.length === 1 && mine[0] ? `on ${quote(mine[0])}` : 'on any of the targets of this policy'
    report([...path, 'roles', i], `There is no role ${quote(role)} ${where}.${meant(role, roles)}`)
  })
}

/** `path` leads to the object with a `default` and a `max`. */
function checkDuration(policy: Json, path: Path, report: Report): void {
  const [usual, max] = ['default', 'max'].map((key) => lengthAt(policy, String(path.at(-1)), key))
  if (usual === undefined || max === undefined || usual <= max) return
  report(
    [...path, 'default'],
    `The default (${formatDuration(usual)}) is longer than max (${formatDuration(max)}).`,
  )
}

/** Break-glass is never longer than the longest request. */
function checkBreakGlass(policy: Json, path: Path, report: Report): void {
  checkDuration(policy, [...path, 'break_glass'], report)
  const taken = lengthAt(policy, 'break_glass', 'max')
  const asked = lengthAt(policy, 'duration', 'max')
  if (taken === undefined || asked === undefined || taken <= asked) return
  report(
    [...path, 'break_glass', 'max'],
    `Break-glass (${formatDuration(taken)}) is longer than what can be asked for (${formatDuration(asked)}).`,
  )
}

function lengthAt(policy: Json, ...path: readonly string[]): number | undefined {
  const typed = inside(policy, ...path)
  return typeof typed === 'string' ? parseDuration(typed) : undefined
}

function checkFallback(policy: Json, path: Path, report: Report): void {
  const [who, after] = [inside(policy, 'fallback'), inside(policy, 'fallback_after')]
  if (who !== undefined && after === undefined)
    report([...path, 'fallback'], 'Say with fallback_after when they are asked.', { at: 'key' })
  if (after !== undefined && who === undefined)
    report([...path, 'fallback_after'], 'Say with fallback who is asked then.', { at: 'key' })
}

function checkReminder(policy: Json, path: Path, report: Report): void {
  const [first, lapse] = ['remind_after', 'lapse_after'].map((key) => {
    const typed = inside(policy, key)
    return typeof typed === 'string' ? parseDuration(typed) : undefined
  })
  if (first === undefined || lapse === undefined || first < lapse) return
  report(
    [...path, 'remind_after'],
    `Nobody is reminded: the request lapses after ${formatDuration(lapse)}.`,
    {
      severity: 'warning',
    },
  )
}

function meant(typed: string, known: readonly string[]): string {
  const near = nearest(typed, known)
  return near ? ` Did you mean ${quote(near)}?` : ''
}
