/** An event of the log as it was written. */
import type { JsonObject } from '../core/json.ts'
import type { StoredLeaf } from '../core/log/audit-proof.ts'
import { committedFields } from './checkpoint/private-texts.ts'

/** What the bytes of an event say, besides its commitments. */
export type EventFields = {
  readonly id: string
  readonly index: string
  readonly time: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly subject?: string
  readonly target?: string
  readonly role?: string
  readonly account?: string
  readonly request?: string
  readonly grant?: string
  readonly policy?: string
  readonly outcome?: string
  readonly detail?: JsonObject
}

export type StoredEvent = Omit<EventFields, 'index' | 'detail'> & {
  readonly index: number
  readonly detail: JsonObject
  /** Private texts that are still there, by field. */
  readonly texts: { readonly [field: string]: string }
  /** How many private texts were written with it and have been erased. */
  readonly erased: number
}

/** Undefined when the event's bytes are erased. */
export function readEvent({ index, bytes, texts }: StoredLeaf): StoredEvent | undefined {
  if (bytes === undefined) return undefined
  const fields = JSON.parse(bytes) as EventFields
  return {
    ...fields,
    index,
    detail: fields.detail ?? {},
    texts: Object.fromEntries(texts.map((one) => [one.field, one.content])),
    erased: committedFields(fields).length - texts.length,
  }
}
