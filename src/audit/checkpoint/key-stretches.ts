/** Every key of a log with its stretch, for those who take something out of it: auditors get all of them. */
import type { ProofStore } from '../../core/log/audit-proof.ts'
import { openRotation } from './key-line.ts'
import type { Verifier } from './note.ts'
import { AbandonedSet, openRestore, statementIn } from './restore-statement.ts'

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
