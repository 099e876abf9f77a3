import type { Catalog } from '../core/catalog.ts'
import type { Capabilities } from '../core/connector.ts'
import type { Directory, Log } from '../core/ports.ts'
import { bindQueries, type Queries } from './queries.ts'
import { bindVerbs, type Verbs } from './verbs.ts'
import type { World } from './world.ts'

/** What a door sees of elevate: what can be done, what can be read, and what it needs to draw. No store, no connector. */
export type Interior = {
  readonly verbs: Verbs
  readonly queries: Queries
  readonly directory: Directory
  readonly catalog: () => Catalog
  /** What access on a target comes with; undefined for a target that the configuration no longer has. */
  readonly capabilities: (target: string) => Capabilities | undefined
  readonly log: Log
}

export function interiorOf(world: World): Interior {
  const { directory, catalog, log } = world
  return {
    verbs: bindVerbs(world),
    queries: bindQueries(world),
    directory,
    catalog,
    capabilities: (target) => world.connector(target)?.capabilities,
    log,
  }
}
