import type { Evidence, Quarantine } from '../../core/log/quarantine.ts'
import type { Store } from '../../store/database/open-store.ts'
import { notify } from '../record.ts'

export type Finding = Pick<Quarantine, 'why' | 'said'> & { readonly evidence: readonly Evidence[] }

/**
 * From here on nothing is done, by anybody. No event yet: writing into a log that is not the signed one would fork it
 * before anybody has looked. Every replica adds what it alone remembers. True when this call began it.
 */
export async function beginQuarantine(
  store: Pick<Store, 'transaction'>,
  { evidence, ...found }: Finding,
  securityChannel: string | undefined,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const { id, began } = await tx.quarantine.begin(found)
    await tx.quarantine.add(id, evidence)
    if (began)
      await notify({ securityChannel }, tx, 'news of elevate', {
        notice: { kind: 'quarantine', id, step: 'began' },
      })
    return began
  })
}
