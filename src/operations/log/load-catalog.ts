import { type Catalog, findTarget } from '../../core/catalog.ts'
import { configLoaded, configRefused } from '../../core/log/log-events.ts'
import type { Store } from '../../store/database/open-store.ts'
import { record } from '../record.ts'

/** Targets with live grants that a new configuration no longer has: with it, nobody would end that access. */
export async function orphanedBy(store: Pick<Store, 'reads'>, catalog: Catalog): Promise<readonly string[]> {
  const used = await store.reads.targetsInUse()
  return used.filter((target) => !findTarget(catalog, target))
}

/** Notes that a configuration is in force, keeps its text, and notifies security when it replaces another. */
export async function recordCatalog(
  store: Pick<Store, 'transaction'>,
  catalog: Catalog,
  by: string,
  replaces: string | undefined,
): Promise<void> {
  await store.transaction(async (tx) => {
    if (catalog.text !== undefined) await tx.keepPolicy(catalog.hash, catalog.text)
    const event = configLoaded(catalog, by, replaces)
    if (replaces === undefined || replaces === catalog.hash) tx.append(event)
    else await record(catalog, tx, event, { hash: catalog.hash, faults: [] })
  })
}

/** A reload that was refused: the old configuration stays, and security reads why. */
export async function recordRefusedCatalog(
  store: Pick<Store, 'transaction'>,
  kept: Catalog,
  faults: readonly string[],
  by: string,
): Promise<void> {
  await store.transaction((tx) =>
    record(kept, tx, configRefused(kept, by, faults.length), {
      hash: kept.hash,
      faults: faults.slice(0, 10),
    }),
  )
}
