/**
 * Which key signs where. A log has one key at a time; an event `key.rotated` ends one and begins the next. It holds a
 * signed note with a first line of its own:
 *
 *     elevate-key-rotation/v1
 *     elevate.example.com/audit
 *     former <verifier key>
 *     next <verifier key>
 *
 * The next key always signs it. The former key signs it too, unless it was lost: then nothing but somebody's word joins
 * the two, and the next key counts only for those who have it from elsewhere.
 */
import { linesOf } from './checkpoint.ts'
import { openNote, readVkey, type Signer, signNote, type Verifier } from './note.ts'
import { statementIn } from './restore-statement.ts'

const FIRST_LINE = 'elevate-key-rotation/v1'

export type Rotation = {
  readonly former: Verifier
  readonly next: Verifier
  /** The former key has signed it. */
  readonly handedOver: boolean
}

/** `former` as a verifier alone means that it was lost. */
export function signRotation(former: Signer | Verifier, next: Signer): string {
  const lost = !('sign' in former)
  const key = lost ? former : former.verifier
  const text = `${FIRST_LINE}\n${next.verifier.name}\nformer ${key.vkey}\nnext ${next.verifier.vkey}\n`
  return signNote(text, lost ? [next] : [former, next])
}

/** Undefined when it is none, or when the next key has not signed it. Whether to believe it is another question. */
export function openRotation(note: string): Rotation | undefined {
  const head = linesOf(note.slice(0, note.indexOf('\n\n') + 1))
  const [first, origin, formerLine = '', nextLine = '', ...more] = head
  const former = readVkey(after('former ', formerLine))
  const next = readVkey(after('next ', nextLine))
  if (first !== FIRST_LINE || more.length > 0 || !former || !next) return undefined
  if (former.name !== origin || next.name !== origin || former.vkey === next.vkey) return undefined
  const opened = openNote(note, [former, next])
  if (!opened.ok || !opened.signedBy.includes(next)) return undefined
  return { former, next, handedOver: opened.signedBy.includes(former) }
}

function after(word: string, text: string): string {
  return text.startsWith(word) ? text.slice(word.length) : ''
}

export type Handover = { readonly index: number; readonly lost: boolean; readonly next: string }

/** Follows the keys through the log, event by event. */
export class KeyLine {
  readonly handovers: Handover[] = []
  readonly #believed: Verifier[]
  readonly #retired = new Map<string, number>()
  #current: Verifier | undefined

  constructor(believed: readonly Verifier[]) {
    this.#believed = [...believed]
  }

  /** Keys that may have signed something so far. */
  get keys(): readonly Verifier[] {
    return this.#believed
  }

  /** The bytes of an event `key.rotated`. One that nobody need believe changes nothing. */
  read(index: number, bytes: string): void {
    const rotation = openRotation(statementIn(bytes))
    if (!rotation) return
    const { former, next, handedOver } = rotation
    const known = (key: Verifier) => this.#believed.some((one) => one.vkey === key.vkey)
    const stands = this.#current ? this.#current.vkey === former.vkey : known(former)
    if (handedOver ? !stands || !known(former) : !known(next)) return
    if (!known(next)) this.#believed.push(next)
    this.#retired.set(former.vkey, index)
    // A lost key may not be among those we know; whichever signed last does so no more.
    if (this.#current) this.#retired.set(this.#current.vkey, index)
    this.#current = this.#believed.find((one) => one.vkey === next.vkey) ?? next
    this.handovers.push({ index, lost: !handedOver, next: next.vkey })
  }

  /** Why none of these may sign at this place of the log; undefined when one may. */
  refuse(signedBy: readonly Verifier[]): string | undefined {
    if (signedBy.some((one) => one.vkey === this.#current?.vkey)) return undefined
    const retired = signedBy.map((one) => this.#retired.get(one.vkey)).find((index) => index !== undefined)
    if (retired !== undefined) return `its key was replaced by another one at event ${retired}`
    if (this.#current)
      return 'it is signed by another key than those before, and no event says that the key was replaced'
    this.#current = signedBy[0]
    return undefined
  }
}
