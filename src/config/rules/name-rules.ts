/** Rules for the names of targets, roles, activity sources and deliveries. */

import { parseDuration, resemblesDuration } from '../../core/access/duration.ts'
import type { Json } from '../../core/json.ts'
import { isSubcommand } from '../../core/subcommands.ts'
import { ID, ID_HELP } from '../schema/shape-parts.ts'
import { quote, quoteAll, type Report } from '../yaml/issue.ts'
import { entriesOf, isObject } from '../yaml/read-leniently.ts'

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
}

/** Names that must exist. Reads leniently: what has the wrong shape was reported already. */
export function checkActivitySources(file: Json, report: Report): void {
  if (!isObject(file) || !isObject(file.activity_sources)) return
  const targets = isObject(file.targets) ? Object.keys(file.targets) : []
  for (const [name, source] of Object.entries(file.activity_sources)) {
    const path = ['activity_sources', name]
    // It is told apart from what a target's own connector reads.
    if (!ID.test(name) || name === 'target')
      report(path, `${quote(name)} cannot be the name of a source: ${ID_HELP}, and not “target”.`, {
        at: 'key',
      })
    const named = isObject(source) && Array.isArray(source.targets) ? source.targets : []
    for (const [at, target] of named.entries())
      if (typeof target === 'string' && !targets.includes(target))
        report(
          [...path, 'targets', at],
          `There is no target ${quote(target)}. There are ${quoteAll(targets)}.`,
        )
  }
}

/** Reads leniently: what has the wrong shape was reported already, and must not hide another fault. */
export function checkDeliveries(file: Json, report: Report): void {
  const deliveries = isObject(file) && Array.isArray(file.delivery) ? (file.delivery as readonly Json[]) : []
  const names = new Set<string>()
  const files = new Set<string>()
  deliveries.forEach((delivery, i) => {
    if (!isObject(delivery)) return
    const path = ['delivery', i]
    const { name, webhook, file } = delivery
    if (typeof name === 'string') {
      if (names.has(name))
        report([...path, 'name'], `Another one is called ${quote(name)} too. Give each its own name.`)
      names.add(name)
    }
    if ((webhook === undefined) === (file === undefined))
      report(path, 'Write either webhook or file: where the events go.')
    if (typeof file === 'string') {
      if (files.has(file))
        report([...path, 'file'], `${quote(file)} is written by another one too. Give each its own file.`)
      files.add(file)
    }
    const url = isObject(webhook) ? webhook.url : undefined
    if (typeof url === 'string' && /^http:/.test(url) && !HERE.test(url))
      report([...path, 'webhook', 'url'], 'Use https: what is sent has reasons and names in it.')
  })
}

/** On this machine nothing has to be encrypted. */
const HERE = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/
