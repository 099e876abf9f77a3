/** An event as it was written down, for those who read it out again. */

import type { JsonObject } from '../../core/connector.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'

export type Said = {
  readonly index: number
  readonly time: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly subject?: string
  readonly target?: string
  readonly role?: string
  readonly request?: string
  readonly grant?: string
  readonly policy?: string
  readonly outcome?: string
  readonly detail: JsonObject
  /** Texts that are still there, by name. */
  readonly texts: { readonly [field: string]: string }
  /** How many texts were written with it and are erased by now. */
  readonly erased: number
}

/** Undefined when the event itself is erased. */
export function saidIn({ index, bytes, texts }: StoredLeaf): Said | undefined {
  if (bytes === undefined) return undefined
  const said = JSON.parse(bytes) as Omit<Said, 'index' | 'texts' | 'detail' | 'erased'> & {
    detail?: JsonObject
  }
  const committed = Object.keys(said).filter((key) => /^[a-z][a-z_]*_c$/.test(key)).length
  return {
    ...said,
    index,
    detail: said.detail ?? {},
    texts: Object.fromEntries(texts.map((one) => [one.field, one.content])),
    erased: committed - texts.length,
  }
}
