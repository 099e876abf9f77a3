import { type Catalog, findTarget } from '../../core/catalog.ts'
import { channelLane } from '../../core/notice.ts'
import type { Store } from '../../store/database/open-store.ts'

/** Targets with live grants that a new configuration no longer has: taking it would leave access nobody ends. */
export async function orphanedBy(store: Pick<Store, 'reads'>, catalog: Catalog): Promise<readonly string[]> {
  const used = await store.reads.targetsInUse()
  return used.filter((target) => !findTarget(catalog, target))
}

/** Notes that a configuration is in force, keeps its text, and tells security of it when it replaces another. */
export async function recordCatalog(
  store: Pick<Store, 'transaction'>,
  catalog: Catalog,
  by: string,
  replaces: string | undefined,
): Promise<void> {
  await store.transaction(async (tx) => {
    if (catalog.text !== undefined) await tx.keepPolicy(catalog.hash, catalog.text)
    tx.append({
      type: 'config.loaded',
      actor: replaces === undefined ? { kind: 'system', id: by } : { kind: 'operator', id: by },
      policy: catalog.hash,
      outcome: replaces === undefined ? 'start' : 'reload',
      detail: {
        targets: catalog.targets.length,
        policies: catalog.policies.length,
        ...(replaces === undefined ? {} : { replaces }),
      },
    })
    if (replaces !== undefined && replaces !== catalog.hash)
      tx.tell({
        lane: channelLane(catalog.securityChannel),
        notice: { kind: 'config', hash: catalog.hash, faults: [] },
      })
  })
}

/** A reload that was refused: the old configuration stays, and security is told why. */
export async function recordRefusedCatalog(
  store: Pick<Store, 'transaction'>,
  kept: Catalog,
  faults: readonly string[],
  by: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    tx.append({
      type: 'config.loaded',
      actor: { kind: 'operator', id: by },
      policy: kept.hash,
      outcome: 'refused',
      detail: { faults: faults.length },
    })
    tx.tell({
      lane: channelLane(kept.securityChannel),
      notice: { kind: 'config', hash: kept.hash, faults: faults.slice(0, 10) },
    })
  })
}
