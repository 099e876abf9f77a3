/**
 * Checks a log from one end to the other: every event against its hash, every hash against every checkpoint, every
 * private text against the commitment in its event, or against the event that erased it. It reads once, in order, and
 * keeps two compact ranges and the names of texts that are gone until it reads who erased them, so the length of the log
 * does not matter.
 *
 * Two ranges, because an event and its stored hash can disagree, and only a checkpoint knows which of them was signed: one
 * range takes the hashes as stored, the other the hashes of the events.
 *
 * When events were rewritten together with every hash after them, no single event can be named. Then the first checkpoint
 * that does not verify and the last one that does say between which events it happened.
 *
 * A restore that an operator confirmed with the log's key, and a key that was handed over to the next one, are events in
 * the log; from there on they are part of what is checked. An unconfirmed restore is a truncated or rewritten log.
 */
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { LogSource } from '../tree/log-source.ts'
import { CompactRange, hashLeaf, sameHash } from '../tree/merkle.ts'
import { Witnessed } from '../witness/cosignature.ts'
import {
  addMismatchFaults,
  type CheckpointMismatch,
  CheckpointQueue,
  type Waiting,
} from './checkpoint-queue.ts'
import { type Fault, FaultList } from './faults.ts'
import { type Handover, KeyHistory } from './key-history.ts'
import type { Verifier } from './note.ts'
import { Erasures, isCommitted } from './private-texts.ts'
import { AbandonedSet, type Restore } from './restore-statement.ts'

/** What `elevate audit verify --json` prints. */
export type Verified = {
  readonly ok: boolean
  /** How many events there are, and the root over them as far as there is no gap. */
  readonly size: number
  readonly root: string
  readonly origin: string | undefined
  /** `good` verified, `bad` did not; `given` counts those of the good ones that came from elsewhere. */
  readonly checkpoints: { readonly good: number; readonly given: number; readonly bad: number }
  /** Events below this index are under a checkpoint that verified; the rest is not signed yet. */
  readonly proven: number
  /** Private texts that are still there and match. */
  readonly texts: number
  /** Private texts that are gone because an event erased them. */
  readonly erased: number
  /** Restores that were confirmed with the log's key. */
  readonly restores: readonly Restore[]
  /** Where one key was replaced by another. */
  readonly handovers: readonly Handover[]
  /** One for each witness that was asked for: events below `size` are under a checkpoint that it has cosigned. */
  readonly witnessed: readonly { readonly vkey: string; readonly name: string; readonly size: number }[]
  readonly faults: readonly Fault[]
  /** How many faults there are beyond those listed. */
  readonly more: number
}

type VerifyOptions = {
  readonly source: LogSource
  /** The keys of the log, from a place that cannot be changed by those who could have changed the log. */
  readonly keys: readonly Verifier[]
  /** Checkpoints kept elsewhere: in a channel, in a file, on paper. */
  readonly given?: readonly string[]
  /** Each of these must have cosigned a checkpoint that verifies. */
  readonly witnesses?: readonly Verifier[]
  readonly onProgress?: (events: number) => void
}

/** Never throws for what is wrong with the log: that is in `faults`. Throws when the source cannot be read. */
export async function verifyLog(options: VerifyOptions): Promise<Verified> {
  const { source, keys, given = [], witnesses = [], onProgress } = options
  const faults = new FaultList()
  const history = new KeyHistory(keys)
  const queue = new CheckpointQueue(source.notes(), given, history, faults)
  const check = new Check(queue, history, new Witnessed(witnesses, faults), faults)
  await queue.start()
  for await (const page of source.events()) {
    for (const leaf of page) {
      if (check.position >= queue.next) await check.checkpoints()
      check.event(leaf)
    }
    onProgress?.(check.position)
  }
  await check.checkpoints()
  await check.end(source.hasTexts)
  for (const { text, index } of source.faults?.() ?? []) faults.add({ kind: 'file', text, index })
  return check.report()
}

class Check {
  position = 0
  #stored = new CompactRange()
  /** Set while some event since the last good checkpoint disagrees with its hash. */
  #counted: CompactRange | undefined
  #disagreeing: number[] = []
  #whole = true
  #proven = 0
  #good = 0
  #given = 0
  #bad = 0
  #texts = 0
  readonly #erasures = new Erasures()
  readonly #mismatches: CheckpointMismatch[] = []
  readonly #abandoned = new AbandonedSet()
  readonly #keys: KeyHistory
  readonly #witnessed: Witnessed
  readonly #queue: CheckpointQueue
  readonly #faults: FaultList

  constructor(queue: CheckpointQueue, keys: KeyHistory, witnessed: Witnessed, faults: FaultList) {
    this.#queue = queue
    this.#witnessed = witnessed
    this.#keys = keys
    this.#faults = faults
  }

  event(leaf: StoredLeaf): void {
    const { index, bytes, leafHash } = leaf
    if (index < this.position) {
      const text = `event ${index} comes after event ${this.position - 1}`
      this.#faults.add({ kind: 'order', text, index })
      this.#whole = false
      return
    }
    if (index > this.position) {
      this.#faults.missing(this.position, index)
      this.#whole = false
    }
    this.position = index + 1
    if (bytes === undefined)
      this.#faults.add({ kind: 'missing', text: `event ${index} is gone; its hash is still there`, index })
    if (leafHash === undefined)
      this.#faults.add({ kind: 'no-hash', text: `event ${index} has no hash in the tree`, index })
    this.#grow(leaf, bytes === undefined ? undefined : hashLeaf(bytes))
    if (bytes !== undefined) this.#read(leaf, bytes)
  }

  #grow({ index, leafHash }: StoredLeaf, counted: Uint8Array | undefined): void {
    const stored = leafHash ?? counted
    if (!stored) return
    const own = counted ?? stored
    if (!sameHash(stored, own)) {
      this.#counted ??= this.#stored.clone()
      this.#disagreeing.push(index)
    }
    this.#counted?.append(own)
    this.#stored.append(stored)
  }

  /** Checks what the event says against what is kept beside it. */
  #read({ index, texts, columns, copy }: StoredLeaf, bytes: string): void {
    const said = parsed(bytes)
    if (said.type === 'key.rotated') this.#keys.readRotation(index, bytes)
    if (said.type === 'checkpoint.abandoned') this.#abandoned.add(this.#keys.readRestore(index, bytes))
    const fault = (kind: Fault['kind'], text: string) => this.#faults.add({ kind, text, index })
    if (said.index !== String(index)) fault('order', `event ${index} says that it is another one`)
    this.#erasures.read(index, said, texts)
    for (const text of texts)
      if (isCommitted(said, text)) this.#texts += 1
      else
        fault(
          'text',
          `a private text of event ${index} (${plain(text.field)}) is not the one that was written`,
        )
    if (columns) {
      const wrong = Object.entries(columns).find(
        ([name, value]) => (name === 'actor' ? said.actorId : (said[name] ?? null)) !== value,
      )
      if (wrong) fault('column', `event ${index} is searched by a ${wrong[0]} that it does not say`)
    }
    if (copy !== undefined && copy !== bytes)
      fault('copy', `event ${index} reads differently in events.jsonl`)
  }

  /** Takes the checkpoints over exactly the events read so far, and any that come too late to be compared. */
  async checkpoints(): Promise<void> {
    while (this.#queue.next <= this.position) {
      const next = await this.#queue.take()
      if (!next) continue
      const { checkpoint, given, note, signedBy } = next
      const { size, root } = checkpoint
      const side = size === this.position && this.#whole ? this.#matches(root) : undefined
      const wrongKey = side && this.#keys.refuse(signedBy)
      if (wrongKey !== undefined) this.#queue.refuse(note, given, wrongKey)
      else if (side) this.#verified(side, next)
      else {
        const how = size < this.position && this.#whole ? 'late' : 'wrong'
        this.#mismatches.push({ checkpoint, given, how, proven: this.#proven })
      }
    }
  }

  #matches(root: Uint8Array): 'stored' | 'counted' | undefined {
    if (sameHash(root, this.#stored.root())) return 'stored'
    return this.#counted && sameHash(root, this.#counted.root()) ? 'counted' : undefined
  }

  /** The checkpoint says which side was signed; from here on both are the same again. */
  #verified(side: 'stored' | 'counted', { checkpoint: { size }, note, given }: Waiting): void {
    for (const index of this.#disagreeing)
      this.#faults.add(
        side === 'stored'
          ? { kind: 'changed', text: `event ${index} was changed after it was signed`, index }
          : {
              kind: 'changed-hash',
              text: `the hash of event ${index} was changed after it was signed`,
              index,
            },
      )
    if (side === 'counted' && this.#counted) this.#stored = this.#counted
    this.#counted = undefined
    this.#disagreeing = []
    this.#good += 1
    if (given) this.#given += 1
    this.#proven = size
    this.#witnessed.add(note, size)
  }

  async end(hasTexts: boolean): Promise<void> {
    if (hasTexts) this.#erasures.addFaults(this.#faults)
    for (const index of this.#disagreeing)
      this.#faults.add({ kind: 'changed', text: `event ${index} and its hash do not agree`, index })
    while (this.#queue.next < Number.POSITIVE_INFINITY) {
      const next = await this.#queue.take()
      if (next) this.#mismatches.push({ ...next, how: 'beyond', proven: this.#proven })
    }
    this.#bad = addMismatchFaults(this.#mismatches, this.#faults, this.#abandoned, this.position)
    for (const [one, other] of this.#queue.contradictions)
      if (!this.#abandoned.has(one) && !this.#abandoned.has(other))
        this.#faults.add({
          kind: 'contradiction',
          text: `two checkpoints of ${one.size} events are signed and contradict each other: two logs were shown`,
          checkpoint: one.size,
        })
    this.#witnessed.addFaults()
    if (this.#good + this.#bad === 0)
      this.#faults.add({
        kind: 'unproven',
        text: 'there is no checkpoint that a known key has signed: nothing says that these are the events that happened',
      })
  }

  report(): Verified {
    const { list, more } = this.#faults
    return {
      ok: list.length === 0,
      size: this.position,
      root: this.#stored.root().toString('base64'),
      origin: this.#queue.origin,
      checkpoints: { good: this.#good, given: this.#given, bad: this.#bad + this.#queue.refused },
      proven: this.#proven,
      texts: this.#texts,
      erased: this.#erasures.onPurpose,
      restores: this.#keys.restores,
      witnessed: this.#witnessed.report(),
      handovers: this.#keys.handovers,
      faults: list,
      more,
    }
  }
}

/** Safe to print on a terminal. */
function plain(name: string): string {
  return name.replace(/[^\w-]/g, '?').slice(0, 40)
}

function parsed(bytes: string): { readonly [key: string]: unknown } {
  try {
    const said = JSON.parse(bytes)
    return { ...said, actorId: said.actor?.id ?? null }
  } catch {
    return {}
  }
}
