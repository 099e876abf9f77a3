/**
 * Which key signs where. A log has one key at a time; an event `key.rotated` ends one and begins the next. It holds a
 * signed note with a first line of its own:
 *
 *     elevate-key-rotation/v1
 *     elevate.example.com/audit
 *     former <verifier key>
 *     next <verifier key>
 *
 * The next key always signs it. The former key signs it too, unless it was lost: then only the operator's claim connects
 * the two, and the next key counts only for those who have it from elsewhere.
 */
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { linesOf, textOf } from './checkpoint.ts'
import { openNote, readVkey, type Signer, signNote, type Verifier } from './note.ts'
import { type Abandoned, AbandonedSet, openRestore, type Restore, statementIn } from './restore-statement.ts'

const FIRST_LINE = 'elevate-key-rotation/v1'

type Rotation = {
  readonly former: Verifier
  readonly next: Verifier
  /** The former key has signed it. */
  readonly handedOver: boolean
}

/** The signed note for the event `key.rotated`. `former` as a verifier alone means that it was lost. */
export function signRotation(former: Signer | Verifier, next: Signer): string {
  const lost = !('sign' in former)
  const key = lost ? former : former.verifier
  const text = `${FIRST_LINE}\n${next.verifier.name}\nformer ${key.vkey}\nnext ${next.verifier.vkey}\n`
  return signNote(text, lost ? [next] : [former, next])
}

/** Undefined when it is not a rotation, or when the next key has not signed it. Whether to believe it is another question. */
export function openRotation(note: string): Rotation | undefined {
  const [first, origin, formerLine = '', nextLine = '', ...more] = linesOf(textOf(note))
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

/** Event `index` replaced the key; `lost`: the key before did not sign that. */
export type Handover = { readonly index: number; readonly lost: boolean; readonly next: string }

/**
 * Follows the keys through the log, event by event. It starts from keys that are believed because they were given, and
 * believes each next key because the one before has signed that it follows.
 */
export class KeyHistory {
  readonly handovers: Handover[] = []
  readonly restores: Restore[] = []
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

  /** Takes the bytes of an event `key.rotated`. A rotation that there is no reason to believe changes nothing. */
  readRotation(index: number, bytes: string): void {
    const rotation = openRotation(statementIn(bytes))
    if (!rotation) return
    const { former, next, handedOver } = rotation
    const known = (key: Verifier) => this.#believed.some((one) => one.vkey === key.vkey)
    const follows = this.#current ? this.#current.vkey === former.vkey : known(former)
    if (handedOver ? !follows || !known(former) : !known(next)) return
    if (!known(next)) this.#believed.push(next)
    this.#retired.set(former.vkey, index)
    // A lost key may not be among those we know; the key that signed last must not sign any more.
    if (this.#current) this.#retired.set(this.#current.vkey, index)
    this.#current = this.#believed.find((one) => one.vkey === next.vkey) ?? next
    this.handovers.push({ index, lost: !handedOver, next: next.vkey })
  }

  /**
   * Takes the bytes of an event `checkpoint.abandoned` and returns the checkpoints that no longer count. It is believed
   * for its signature: the owner of the database can write the event, but has no key.
   */
  readRestore(index: number, bytes: string): readonly Abandoned[] {
    const opened = openRestore(statementIn(bytes), this.#believed)
    if (!opened || this.refuse(opened.signedBy) !== undefined) return []
    const { kept, abandoned } = opened.statement
    this.restores.push({ index, kept: kept.size, abandoned: abandoned.length })
    return abandoned
  }

  /** Why none of these keys may sign at this place of the log; undefined when one may. The first key to sign is then the current one. */
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

/** A key with the part of the log that it signs. */
export type KeyStretch = {
  readonly key: Verifier
  /** The event that made it the log's key; 0 for the first. What is signed after that event is signed by this key. */
  readonly from: number
  /** `lost`: the key before has not signed that this one follows. */
  readonly how: 'first' | 'handed over' | 'lost'
}

/**
 * Every key of a log, oldest first, for those who export it: auditors get all of them. Starts from a key that is known,
 * and goes forward along what each key signed of its successor, and back along what each key signed of the one before.
 * The owner of the database can write such events, but not sign them.
 */
export async function keyStretches(
  proof: Pick<ProofStore, 'aboutCheckpoints'>,
  known: Verifier,
): Promise<readonly KeyStretch[]> {
  const rotations = (await proof.aboutCheckpoints('key.rotated')).flatMap(({ index, bytes }) => {
    const rotation = openRotation(statementIn(bytes))
    return rotation ? [{ index, ...rotation }] : []
  })
  const stretches: KeyStretch[] = []
  let key = known
  let below = Number.POSITIVE_INFINITY
  for (;;) {
    const came = rotations.findLast((one) => one.index < below && one.next.vkey === key.vkey)
    if (!came) break
    stretches.unshift({ key, from: came.index, how: came.handedOver ? 'handed over' : 'lost' })
    key = came.former
    below = came.index
  }
  stretches.unshift({ key, from: 0, how: 'first' })
  for (let last = stretches.at(-1); last; ) {
    const { key, from } = last
    const next = rotations.find(
      (one) => one.handedOver && one.former.vkey === key.vkey && (one.index > from || stretches.length === 1),
    )
    last = next && { key: next.next, from: next.index, how: 'handed over' }
    if (last) stretches.push(last)
  }
  return stretches
}

/** The checkpoints that were abandoned, each by the key whose turn it was. */
export async function abandonedUnder(
  proof: Pick<ProofStore, 'aboutCheckpoints'>,
  keys: readonly KeyStretch[],
): Promise<AbandonedSet> {
  const all = new AbandonedSet()
  for (const { index, bytes } of await proof.aboutCheckpoints('checkpoint.abandoned')) {
    const stretch = keys.findLast((one) => one.from <= index)
    const opened = stretch && openRestore(statementIn(bytes), [stretch.key])
    if (opened) all.add(opened.statement.abandoned)
  }
  return all
}
