import type { GrantId } from '../../../core/ids.ts'
import { notify } from '../../record.ts'
import type { World } from '../../world.ts'

/** Tells the holder, once, that the access ends soon. True when this call told it. */
export async function warnHolder(world: World, id: GrantId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const grant = await tx.grants.lock(id)
    if (!grant || !(await tx.dues.warn(grant))) return false
    await notify(world.catalog(), tx, 'grant ends soon', { grant })
    return true
  })
}
