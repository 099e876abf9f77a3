/** Rules between the keys of sources of activity. */
import type { Json } from '../../core/connector.ts'
import { isObject } from '../connector-settings.ts'
import { ID, ID_HELP } from '../schema/shape-parts.ts'
import { quote, quoteAll, type Report } from '../yaml/issue.ts'

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
