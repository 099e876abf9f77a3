import type { Catalog } from '../core/catalog.ts'
import type { Connector } from '../core/connector.ts'
import type { Directory, Log } from '../core/ports.ts'
import type { Refused } from '../core/refusal.ts'
import type { Store } from '../store/database/open-store.ts'

/** The parts every verb may use. Doors never see it: they get verbs and queries with it bound in. */
export type World = {
  readonly store: Store
  readonly directory: Directory
  readonly catalog: () => Catalog
  /** Undefined for a target that the configuration no longer has. */
  readonly connector: (target: string) => Connector | undefined
  readonly log: Log
  /** A number in [0, 1), for spreading retries. */
  readonly random: () => number
  /** The words of a door, for what a row keeps of a refusal as a note to be read. */
  readonly wordsOf: (refused: Refused) => string
}
