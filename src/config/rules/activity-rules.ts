/** Rules between the keys of sources of activity, and what is made of them. */
import type { ActivitySource } from '../../core/catalog.ts'
import type { Json } from '../../core/connector.ts'
import { isObject } from '../connector-settings.ts'
import type { ActivitySourceFile } from '../schema/activity-schema.ts'
import { ID, ID_HELP } from '../schema/shape-parts.ts'
import { quote, quoteAll, type Report } from '../yaml/issue.ts'

export function sourcesOf(
  file: Readonly<Record<string, ActivitySourceFile>> | undefined,
): readonly ActivitySource[] {
  return Object.entries(file ?? {}).map(([name, source]) => ({
    name,
    secret: source.secret,
    targets: source.targets,
    knownAccounts: source.known_accounts,
  }))
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
