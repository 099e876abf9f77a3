import { sameHash } from '../tree/merkle.ts'
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts'
import type { FaultList } from './fault-list.ts'
import type { KeyLine } from './key-line.ts'
import type { Verifier } from './note.ts'

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
