/**
 * Private texts: what people typed, kept beside the events. The event itself has only a commitment, `<field>_c`: the
 * SHA-256 of a random salt and the text in UTF-8. So a text can be checked while it is there, and erased later without
 * breaking a proof.
 */
import { hash } from 'node:crypto'
import type { SaltedText } from '../../core/log/audit-proof.ts'
import type { FaultList } from './faults.ts'

type EventFields = { readonly [key: string]: unknown }

/** Hex. */
export function commitmentOf({ salt, content }: Pick<SaltedText, 'salt' | 'content'>): string {
  return hash('sha256', Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(content, 'utf8')]), 'hex')
}

/** Whether this is the text that was written with the event. */
export function isCommitted(event: EventFields, text: SaltedText): boolean {
  return event[`${text.field}_c`] === commitmentOf(text)
}

/** The texts in a file `*.private.json`; undefined when it is not a list of salted texts. */
export function readTexts<Text extends Pick<SaltedText, 'salt' | 'content'> = SaltedText>(
  json: string,
): readonly Text[] | undefined {
  try {
    const texts = JSON.parse(json) as readonly Text[]
    const good = (one: Text) => typeof one?.salt === 'string' && typeof one.content === 'string'
    return Array.isArray(texts) && texts.every(good) ? texts : undefined
  } catch {
    return undefined
  }
}

const COMMITMENT = /^([a-z][a-z_]*)_c$/

/** Names of the private texts that were written with an event. */
export function committedFields(event: EventFields): readonly string[] {
  return Object.entries(event).flatMap(([key, value]) => {
    const field = COMMITMENT.exec(key)?.[1]
    return field && typeof value === 'string' ? [field] : []
  })
}

const ERASING: ReadonlySet<unknown> = new Set(['privacy.erased', 'retention.applied'])

/**
 * Texts that are gone. One that a later event names as erased was erased on purpose. One that no event names was removed
 * in another way, and elevate has no other way. Only what is gone and not yet explained is held in memory.
 */
export class Erasures {
  onPurpose = 0
  readonly #gone = new Map<string, { readonly index: number; readonly field: string }>()

  /** Takes the next event: the texts it committed to and no longer has, and the texts it says it erased. */
  read(index: number, event: EventFields, texts: readonly SaltedText[]): void {
    for (const field of committedFields(event))
      if (!texts.some((one) => one.field === field)) this.#gone.set(`${index}:${field}`, { index, field })
    if (!ERASING.has(event.type)) return
    const { erased } = (event.detail ?? {}) as { erased?: unknown }
    if (!Array.isArray(erased)) return
    // A text that was there when its event was read is not counted: it may have been erased while we read on.
    for (const name of erased) if (this.#gone.delete(String(name))) this.onPurpose += 1
  }

  addFaults(faults: FaultList): void {
    for (const { index, field } of this.#gone.values())
      faults.add({
        kind: 'text-gone',
        text: `a private text of event ${index} (${field}) is gone, and no event says that it was erased`,
        index,
      })
  }
}
