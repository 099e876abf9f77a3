/** Rules about auto-approval, and about quiet hours. */

import { formatDuration, parseDuration } from '../../core/access/duration.ts'
import type { Json } from '../../core/json.ts'
import { type Path, quote, quoteAll, type Report } from '../yaml/issue.ts'
import { entriesOf, inside, isObject, textsIn, warnOfDuplicates, words } from '../yaml/read-leniently.ts'

/** Without one of these a rule would approve every request at any time. */
const CONDITIONS = ['from', 'max_duration', 'hours', 'reason_pattern', 'ticket_pattern'] as const

export function checkAutoApproval(file: Json, policy: Json, path: Path, report: Report): void {
  const rules = inside(policy, 'auto_approve')
  const names: string[] = []
  if (Array.isArray(rules))
    rules.forEach((rule, i) => {
      if (!isObject(rule)) return
      const at = [...path, 'auto_approve', i]
      checkName(rule, names, at, report)
      checkRoles(rule, policy, at, report)
      checkConditions(file, rule, policy, at, report)
      checkLength(rule, policy, at, report)
      checkHours(inside(rule, 'hours'), [...at, 'hours'], report)
      if (inside(rule, 'ticket_pattern') !== undefined && inside(policy, 'ticket') === undefined)
        report(
          [...at, 'ticket_pattern'],
          'This policy looks for no ticket, so this condition never holds. Add ticket to it.',
          { at: 'key' },
        )
      for (const key of ['roles', 'from']) warnOfDuplicates(words(inside(rule, key)), [...at, key], report)
    })
  checkHours(inside(policy, 'quiet_hours'), [...path, 'quiet_hours'], report)
}

/** The hours for all policies. */
export function checkQuietHours(file: Json, report: Report): void {
  checkHours(inside(file, 'quiet_hours'), ['quiet_hours'], report)
}

/** `path` leads to hours with `from` and `to`. */
function checkHours(hours: Json | undefined, path: Path, report: Report): void {
  const from = inside(hours, 'from')
  if (typeof from === 'string' && from === inside(hours, 'to'))
    report([...path, 'to'], 'They end when they begin. For the whole day write from "00:00" to "24:00".')
}

function checkName(rule: Json, names: string[], path: Path, report: Report): void {
  const name = inside(rule, 'name')
  if (typeof name !== 'string') return
  if (names.includes(name))
    report([...path, 'name'], `Another rule of this policy is called ${quote(name)} too.`)
  names.push(name)
}

function checkRoles(rule: Json, policy: Json, path: Path, report: Report): void {
  const known = textsIn(policy, 'roles')
  words(inside(rule, 'roles')).forEach((role, i) => {
    if (role !== undefined && !known.includes(role))
      report(
        [...path, 'roles', i],
        `This policy does not speak of ${quote(role)}. It has ${quoteAll(known)}.`,
      )
  })
}

function checkConditions(file: Json, rule: Json, policy: Json, path: Path, report: Report): void {
  if (CONDITIONS.some((key) => inside(rule, key) !== undefined)) return
  const named = textsIn(rule, 'roles')
  const roles = named.length > 0 ? named : textsIn(policy, 'roles')
  const targets = textsIn(policy, 'targets')
  const risky = entriesOf(file, 'targets')
    .filter(([id]) => targets.includes(id))
    .flatMap(([, target]) => entriesOf(target, 'roles'))
    .filter(([role, settings]) => roles.includes(role) && inside(settings, 'risk') !== 'low')
    .map(([role]) => role)
  if (risky.length === 0) return
  report(
    path,
    `Without a condition this rule would approve every request for ${quoteAll([...new Set(risky)])}, whose risk is not low. Name at least one of ${CONDITIONS.join(', ')}, or only roles of low risk.`,
  )
}

function checkLength(rule: Json, policy: Json, path: Path, report: Report): void {
  const [most, max] = [inside(rule, 'max_duration'), inside(policy, 'duration', 'max')].map((typed) =>
    typeof typed === 'string' ? parseDuration(typed) : undefined,
  )
  if (most === undefined || max === undefined || most <= max) return
  report(
    [...path, 'max_duration'],
    `No more than ${formatDuration(max)} can be asked for, so this condition always holds.`,
    { severity: 'warning' },
  )
}
