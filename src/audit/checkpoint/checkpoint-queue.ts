import { sameHash } from '../tree/merkle.ts'
import { type Checkpoint, claimedCheckpoint, openCheckpoint } from './checkpoint.ts'
import type { FaultList } from './faults.ts'
import type { KeyHistory } from './key-history.ts'
import type { Verifier } from './note.ts'
import type { AbandonedSet } from './restore-statement.ts'

/** A checkpoint whose turn it is; `given` when it did not come from the log itself. */
export type Waiting = {
  readonly checkpoint: Checkpoint
  readonly note: string
  readonly given: boolean
  readonly signedBy: readonly Verifier[]
}

type Unopened = { readonly note: string; readonly size: number; readonly given: boolean }

/**
 * Checkpoints by size, from the log itself and from elsewhere; those that cannot count are added to the faults. A note is
 * opened only when its turn comes: by then the log has said whose key signs there.
 */
export class CheckpointQueue {
  origin: string | undefined
  refused = 0
  /** Pairs of signed checkpoints with one size and two roots. */
  readonly contradictions: (readonly [Checkpoint, Checkpoint])[] = []
  readonly #own: AsyncIterator<string>
  readonly #keys: KeyHistory
  readonly #faults: FaultList
  readonly #given: Unopened[]
  #head: Unopened | undefined
  #last: Checkpoint | undefined

  constructor(own: AsyncIterable<string>, given: readonly string[], keys: KeyHistory, faults: FaultList) {
    this.#own = own[Symbol.asyncIterator]()
    this.#keys = keys
    this.#faults = faults
    this.#given = given
      .map((note) => this.#sized(note, true))
      .filter((one) => one !== undefined)
      .sort((a, b) => a.size - b.size)
  }

  /** Call once, before anything else. */
  async start(): Promise<void> {
    this.#head = await this.#nextOwn()
  }

  /** The size of the next checkpoint; infinity when there is none. */
  get next(): number {
    return this.#peek()?.size ?? Number.POSITIVE_INFINITY
  }

  #peek(): Unopened | undefined {
    const [given] = this.#given
    if (!given || !this.#head) return given ?? this.#head
    return given.size < this.#head.size ? given : this.#head
  }

  /** Removes and returns the next one; undefined when it cannot count, which is then a fault. */
  async take(): Promise<Waiting | undefined> {
    const next = this.#peek()
    if (!next) return undefined
    if (next.given) this.#given.shift()
    else this.#head = await this.#nextOwn()
    const opened = this.#open(next)
    if (opened) this.#compare(opened.checkpoint)
    return opened
  }

  #compare(checkpoint: Checkpoint): void {
    const { size, root } = checkpoint
    if (this.#last?.size === size && !sameHash(this.#last.root, root))
      this.contradictions.push([this.#last, checkpoint])
    this.#last = checkpoint
  }

  async #nextOwn(): Promise<Unopened | undefined> {
    for (let next = await this.#own.next(); !next.done; next = await this.#own.next()) {
      const sized = this.#sized(next.value, false)
      if (sized) return sized
    }
    return undefined
  }

  /** With the size it claims; no signature was checked yet. Undefined when it claims none, which is a fault. */
  #sized(note: string, given: boolean): Unopened | undefined {
    const size = claimedCheckpoint(note)?.size
    if (size !== undefined) return { note, size, given }
    const opened = openCheckpoint(note, this.#keys.keys)
    this.refuse(note, given, opened.ok ? 'it cannot be read' : opened.fault)
    return undefined
  }

  #open({ note, given }: Unopened): Waiting | undefined {
    const opened = openCheckpoint(note, this.#keys.keys)
    if (!opened.ok) return this.refuse(note, given, opened.fault)
    const { checkpoint, signedBy } = opened
    this.origin ??= checkpoint.origin
    if (checkpoint.origin !== this.origin)
      return this.refuse(note, given, `it is of another log than ${this.origin}`)
    return { checkpoint, note, given, signedBy }
  }

  /** Adds the fault that this note cannot count, and why. */
  refuse(note: string, given: boolean, why: string): undefined {
    this.refused += 1
    const [name = '', size = ''] = note.split('\n')
    const whose = given ? 'a given checkpoint' : 'a checkpoint'
    const of = /^[0-9]{1,16}$/.test(size) ? ` of ${size} events` : ''
    const text = `${whose}${of} cannot count (${clean(name)}): ${why}`
    this.#faults.add({
      kind: 'checkpoint',
      text,
      ...(of ? { checkpoint: Number(size) } : {}),
    })
    return undefined
  }
}

/** A name from an unverified note, made safe and short enough to print. */
function clean(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 100) || 'no name'
}

/** A checkpoint that does not verify. */
export type CheckpointMismatch = {
  readonly checkpoint: Checkpoint
  readonly given: boolean
  /** `wrong`: signed over other events. `late`: not in its place in the list. `beyond`: the log ends before. */
  readonly how: 'wrong' | 'late' | 'beyond'
  /** The size of the last checkpoint before it that verified. */
  readonly proven: number
}

/**
 * Adds a fault for each checkpoint that does not verify and was not abandoned, and returns how many these are. Only
 * possible at the end: the event that confirms a restore comes later in the log than what it is about.
 */
export function addMismatchFaults(
  mismatches: readonly CheckpointMismatch[],
  faults: FaultList,
  abandoned: AbandonedSet,
  logSize: number,
): number {
  const left = mismatches.filter((one) => !abandoned.has(one.checkpoint))
  // After the first one, every later checkpoint of the log itself is wrong too and says nothing new.
  let rewritten = false
  for (const { checkpoint, given, how, proven } of left) {
    const { size } = checkpoint
    if (how === 'late')
      faults.add({
        kind: 'checkpoint',
        text: `the checkpoint of ${size} events is not in its place and could not be compared`,
        checkpoint: size,
      })
    if (how !== 'wrong' || (rewritten && !given)) continue
    rewritten = true
    faults.add({
      kind: 'rewritten',
      text:
        `the first ${size} events are not the ones that the checkpoint of ${size} was signed over` +
        (proven > 0 ? `; the first ${proven} are` : ''),
      index: proven,
      before: size,
      checkpoint: size,
    })
  }
  const beyond = left.filter((one) => one.how === 'beyond').map((one) => one.checkpoint.size)
  const furthest = Math.max(0, ...beyond)
  if (furthest > 0)
    faults.add({
      kind: 'truncated',
      text: `${furthest} events were signed, and there are ${logSize}: the end is missing from event ${logSize} on`,
      index: logSize,
      before: furthest,
      checkpoint: furthest,
    })
  return left.length
}
