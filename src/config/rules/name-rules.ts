/** Rules for the names that people type after `/elevate`, and for values that only a table can judge. */

import { parseDuration, resemblesDuration } from '../../core/access/duration.ts'
import type { Json } from '../../core/connector.ts'
import { isTimezone } from '../../core/people/hours.ts'
import { nearest } from '../../core/people/nearest.ts'
import { isSubcommand } from '../../core/subcommands.ts'
import { entriesOf, isObject } from '../connector-settings.ts'
import { ID, ID_HELP } from '../schema/shape-parts.ts'
import { quote, type Report } from '../yaml/issue.ts'

export function checkNamesTyped(file: Json, report: Report): void {
  const targets = entriesOf(file, 'targets')
  if (isObject(file) && isObject(file.targets) && targets.length === 0)
    report(['targets'], 'There is no target. Name at least one.')
  for (const [id, target] of targets) {
    const path = ['targets', id]
    if (!ID.test(id)) report(path, `${quote(id)} is not a target's id: ${ID_HELP}.`, { at: 'key' })
    else if (isSubcommand(id))
      report(path, `A target cannot be called ${quote(id)}: /elevate ${id} means something else.`, {
        at: 'key',
      })
    const roles = entriesOf(target, 'roles')
    if (isObject(target) && isObject(target.roles) && roles.length === 0)
      report([...path, 'roles'], 'There is no role. Name at least one.')
    for (const [role] of roles) {
      const at = [...path, 'roles', role]
      if (!ID.test(role)) report(at, `${quote(role)} is not a role's name: ${ID_HELP}.`, { at: 'key' })
      else if (parseDuration(role) !== undefined || resemblesDuration(role))
        report(at, `A role cannot be called ${quote(role)}: it would be taken for a duration.`, { at: 'key' })
    }
  }
  const digest = isObject(file) ? file.digest : undefined
  if (isObject(digest) && typeof digest.timezone === 'string' && !isNamedTimezone(digest.timezone)) {
    report(['digest', 'timezone'], noTimezone(digest.timezone))
  }
}

/** Offsets such as `+02:00` are refused: they know nothing of summer time. */
export function isNamedTimezone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && isTimezone(name)
}

export function noTimezone(typed: string): string {
  const near = nearest(typed, Intl.supportedValuesOf('timeZone'))
  return `There is no time zone ${quote(typed)}. ${near ? `Did you mean ${quote(near)}?` : 'Write one such as Europe/Berlin or UTC.'}`
}
