import { sameHash } from '../tree/merkle.ts'
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts'
import type { FaultList } from './faults.ts'
import type { KeyLine } from './key-history.ts'
import type { Verifier } from './note.ts'
import type { AbandonedSet } from './restore-statement.ts'

export type Waiting = {
  readonly checkpoint: Checkpoint
  readonly note: string
  readonly given: boolean
  readonly signedBy: readonly Verifier[]
}

type Unopened = { readonly note: string; readonly size: number; readonly given: boolean }

/**
 * Checkpoints by size, from the log itself and from elsewhere; those that cannot count are faults. A note is opened when
 * its turn comes and not before: by then the log has said whose key signs there.
 */
export class CheckpointQueue {
  origin: string | undefined
  refused = 0
  /** Two roots for one size, both signed. */
  readonly contradictions: (readonly [Checkpoint, Checkpoint])[] = []
  readonly #own: AsyncIterator<string>
  readonly #keys: KeyLine
  readonly #faults: FaultList
  readonly #given: Unopened[]
  #head: Unopened | undefined
  #last: Checkpoint | undefined

  constructor(own: AsyncIterable<string>, given: readonly string[], keys: KeyLine, faults: FaultList) {
    this.#own = own[Symbol.asyncIterator]()
    this.#keys = keys
    this.#faults = faults
    this.#given = given
      .map((note) => this.#sized(note, true))
      .filter((one) => one !== undefined)
      .sort((a, b) => a.size - b.size)
  }

  async start(): Promise<void> {
    this.#head = await this.#nextOwn()
  }

  /** The size that the next checkpoint speaks for. */
  get next(): number {
    return this.#peek()?.size ?? Number.POSITIVE_INFINITY
  }

  #peek(): Unopened | undefined {
    const [given] = this.#given
    if (!given || !this.#head) return given ?? this.#head
    return given.size < this.#head.size ? given : this.#head
  }

  /** The next one; undefined when it cannot count. */
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

  /** Where it belongs, by what it says; nobody has vouched for that yet. */
  #sized(note: string, given: boolean): Unopened | undefined {
    const text = note.slice(0, note.indexOf('\n\n') + 1)
    const size = parseCheckpoint(text)?.size
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

/** A name in a note that nobody has vouched for, short enough and harmless to print. */
function clean(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 100) || 'no name'
}

export type Miss = {
  readonly checkpoint: Checkpoint
  readonly given: boolean
  /** `wrong`: other events than it was signed over. `late`: not in its place. `beyond`: the log ends before. */
  readonly how: 'wrong' | 'late' | 'beyond'
  /** How far the log was proven when its turn came. */
  readonly proven: number
}

/**
 * Checkpoints that do not come out. Whether that is a fault is known only at the end: a restore that was confirmed is
 * said in the log after the place that it is about.
 */
export class Misses {
  readonly #all: Miss[] = []

  add(miss: Miss): void {
    this.#all.push(miss)
  }

  /** Tells of all that were not abandoned; returns how many there are. */
  tell(faults: FaultList, abandoned: AbandonedSet, position: number): number {
    const left = this.#all.filter((miss) => !abandoned.has(miss.checkpoint))
    let toldOf = false
    for (const { checkpoint, given, how, proven } of left) {
      const { size } = checkpoint
      if (how === 'late')
        faults.add({
          kind: 'checkpoint',
          text: `the checkpoint of ${size} events is not in its place and could not be compared`,
          checkpoint: size,
        })
      if (how !== 'wrong' || (toldOf && !given)) continue
      toldOf = true
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
    const furthest = Math.max(
      0,
      ...left.filter((one) => one.how === 'beyond').map((one) => one.checkpoint.size),
    )
    if (furthest > 0)
      faults.add({
        kind: 'truncated',
        text: `${furthest} events were signed, and there are ${position}: the end is missing from event ${position} on`,
        index: position,
        before: furthest,
        checkpoint: furthest,
      })
    return left.length
  }
}
