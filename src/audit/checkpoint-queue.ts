import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import type { FaultList } from './fault-list.ts'
import { sameHash } from './merkle.ts'
import type { Verifier } from './note.ts'

export type Waiting = { readonly checkpoint: Checkpoint; readonly given: boolean }

/** Checkpoints by size, from the log itself and from elsewhere; those that cannot count are faults. */
export class CheckpointQueue {
  origin: string | undefined
  refused = 0
  readonly #own: AsyncIterator<string>
  readonly #keys: readonly Verifier[]
  readonly #faults: FaultList
  readonly #given: Waiting[]
  #head: Waiting | undefined
  #last: Checkpoint | undefined

  constructor(
    own: AsyncIterable<string>,
    given: readonly string[],
    keys: readonly Verifier[],
    faults: FaultList,
  ) {
    this.#own = own[Symbol.asyncIterator]()
    this.#keys = keys
    this.#faults = faults
    this.#given = given
      .map((note) => this.#open(note, true))
      .filter((one) => one !== undefined)
      .sort((a, b) => a.checkpoint.size - b.checkpoint.size)
  }

  async start(): Promise<void> {
    this.#head = await this.#nextOwn()
  }

  /** The size that the next checkpoint speaks for. */
  get next(): number {
    return this.peek()?.checkpoint.size ?? Number.POSITIVE_INFINITY
  }

  peek(): Waiting | undefined {
    const [given] = this.#given
    if (!given || !this.#head) return given ?? this.#head
    return given.checkpoint.size < this.#head.checkpoint.size ? given : this.#head
  }

  async take(): Promise<void> {
    const taken = this.peek()
    if (!taken) return
    this.#compare(taken.checkpoint)
    if (taken.given) this.#given.shift()
    else this.#head = await this.#nextOwn()
  }

  /** Two roots for one size, both signed: the key was used for two logs, whatever the events say. */
  #compare(checkpoint: Checkpoint): void {
    const { size, root } = checkpoint
    if (this.#last?.size === size && !sameHash(this.#last.root, root))
      this.#faults.add({
        kind: 'contradiction',
        text: `two checkpoints of ${size} events are signed and contradict each other: two logs were shown`,
        checkpoint: size,
      })
    this.#last = checkpoint
  }

  async #nextOwn(): Promise<Waiting | undefined> {
    for (let next = await this.#own.next(); !next.done; next = await this.#own.next()) {
      const opened = this.#open(next.value, false)
      if (opened) return opened
    }
    return undefined
  }

  #open(note: string, given: boolean): Waiting | undefined {
    const opened = openCheckpoint(note, this.#keys)
    if (opened.ok) {
      const { checkpoint } = opened
      this.origin ??= checkpoint.origin
      if (checkpoint.origin === this.origin) return { checkpoint, given }
    }
    this.refused += 1
    const [name = '', size = ''] = note.split('\n')
    const why = opened.ok ? `it is of another log than ${this.origin}` : opened.fault
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
