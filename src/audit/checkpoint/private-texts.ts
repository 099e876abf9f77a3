import type { SaltedText } from '../../core/log/audit-proof.ts'
import type { FaultList } from './faults.ts'

type Said = { readonly [key: string]: unknown }

const COMMITMENT = /^([a-z][a-z_]*)_c$/
const ERASING: ReadonlySet<unknown> = new Set(['privacy.erased', 'retention.applied'])

/**
 * Private texts that are gone. One that a later event erased, naming it, was erased on purpose. One that no event names
 * was removed past elevate, which may do no other way. Only what is gone and not yet accounted for is remembered.
 */
export class Erasures {
  onPurpose = 0
  readonly #gone = new Map<string, { readonly index: number; readonly field: string }>()

  /** What the event committed to and does not have any more; and what it says that it erased. */
  read(index: number, said: Said, texts: readonly SaltedText[]): void {
    for (const [key, value] of Object.entries(said)) {
      const field = COMMITMENT.exec(key)?.[1]
      if (!field || typeof value !== 'string' || texts.some((one) => one.field === field)) continue
      this.#gone.set(`${index}:${field}`, { index, field })
    }
    if (!ERASING.has(said.type)) return
    const { erased } = (said.detail ?? {}) as { erased?: unknown }
    if (!Array.isArray(erased)) return
    // What was still there when its event was read is left alone: it may have been erased while we read on.
    for (const name of erased) if (this.#gone.delete(String(name))) this.onPurpose += 1
  }

  tell(faults: FaultList): void {
    for (const { index, field } of this.#gone.values())
      faults.add({
        kind: 'text-gone',
        text: `a private text of event ${index} (${field}) is gone, and no event says that it was erased`,
        index,
      })
  }
}
