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

import type { ProofStore } from '../../store/log/checkpoints.ts'
import { linesOf } from './checkpoint.ts'
import { openNote, readVkey, type Signer, signNote, type Verifier } from './note.ts'
import { AbandonedSet, openRestore, statementIn } from './restore-statement.ts'

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

/** Every key of a log with its stretch, for those who take something out of it: auditors get all of them. */

export type KeyStretch = {
  readonly key: Verifier
  /** The event that made it the log's key; 0 for the first. What is signed after that event is signed by this key. */
  readonly from: number
  /** `lost`: the key before has not signed that this one follows. */
  readonly how: 'first' | 'handed over' | 'lost'
}

type Told = Pick<ProofStore, 'aboutCheckpoints'>

/**
 * Oldest first, as the log's events tell it, starting from a key that is known: forward along what each key signed of its
 * successor, and back along what each key signed of the one before it. Whoever owns the database can write such events,
 * but not sign them.
 */
export async function keyStretches(proof: Told, known: Verifier): Promise<readonly KeyStretch[]> {
  const rotations = (await proof.aboutCheckpoints('key.rotated')).flatMap(({ index, bytes }) => {
    const rotation = openRotation(statementIn(bytes))
    return rotation ? [{ index, ...rotation }] : []
  })
  const line: KeyStretch[] = []
  let key = known
  let below = Number.POSITIVE_INFINITY
  for (;;) {
    const came = rotations.findLast((one) => one.index < below && one.next.vkey === key.vkey)
    if (!came) break
    line.unshift({ key, from: came.index, how: came.handedOver ? 'handed over' : 'lost' })
    key = came.former
    below = came.index
  }
  line.unshift({ key, from: 0, how: 'first' })
  for (let last = line.at(-1); last; ) {
    const { key, from } = last
    const next = rotations.find(
      (one) => one.handedOver && one.former.vkey === key.vkey && (one.index > from || line.length === 1),
    )
    last = next && { key: next.next, from: next.index, how: 'handed over' }
    if (last) line.push(last)
  }
  return line
}

/** What was confirmed as gone, each time by the key whose turn it was. */
export async function abandonedUnder(proof: Told, keys: readonly KeyStretch[]): Promise<AbandonedSet> {
  const all = new AbandonedSet()
  for (const { index, bytes } of await proof.aboutCheckpoints('checkpoint.abandoned')) {
    const stretch = keys.findLast((one) => one.from <= index)
    const opened = stretch && openRestore(statementIn(bytes), [stretch.key])
    if (opened) all.add(opened.statement.abandoned)
  }
  return all
}
