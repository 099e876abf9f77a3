/**
 * Reads the hashes of the whole log in a folder of evidence once, and compares them with every checkpoint on the way, under
 * the key whose turn it is there (see `KeyHistory`).
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { claimedCheckpoint, notesIn } from '../checkpoint/checkpoint.ts'
import { CheckpointQueue } from '../checkpoint/checkpoint-queue.ts'
import { FaultList } from '../checkpoint/faults.ts'
import { type Handover, KeyHistory, openRotation } from '../checkpoint/key-history.ts'
import type { Verifier } from '../checkpoint/note.ts'
import { type Restore, statementIn } from '../checkpoint/restore-statement.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { hashesOf, readTile, TILE_WIDTH } from '../tree/tiles.ts'

/** An event about keys or checkpoints, as the folder has it; that it is in the log is checked elsewhere. */
export type KeyEvent = {
  readonly index: number
  readonly type: 'key.rotated' | 'checkpoint.abandoned'
  readonly bytes: string
}

type VerifiedTree = {
  readonly checkpoints: number
  readonly handovers: readonly Handover[]
  readonly restores: readonly Restore[]
  readonly faults: readonly string[]
}

/** Undefined when it is an event of another type. */
export function keyEventIn(index: number, bytes: string): KeyEvent | undefined {
  // Nearly every event is of another type, and need not be parsed to see that.
  if (!/"type":"(?:key\.rotated|checkpoint\.abandoned)"/.test(bytes)) return undefined
  try {
    const { type } = JSON.parse(bytes) as { type?: unknown }
    return type === 'key.rotated' || type === 'checkpoint.abandoned' ? { index, type, bytes } : undefined
  } catch {
    return undefined
  }
}

/** The given keys, and those that they handed the log over to. */
export function keysFollowing(given: readonly Verifier[], events: readonly KeyEvent[]): readonly Verifier[] {
  const history = new KeyHistory(given)
  for (const { type, index, bytes } of events) if (type === 'key.rotated') history.readRotation(index, bytes)
  return history.keys
}

/** `events` in order of index. A missing or unreadable file is a fault, not an error. */
export async function verifyTree(
  folder: string,
  keys: readonly Verifier[],
  events: readonly KeyEvent[],
): Promise<VerifiedTree> {
  const faults = new FaultList()
  const history = new KeyHistory(keys)
  const queue = new CheckpointQueue(notesOf(folder), [], history, faults)
  await queue.start()
  const fault = (text: string) => faults.add({ kind: 'checkpoint', text })
  if (queue.next === Number.POSITIVE_INFINITY) fault('log/ has no checkpoint')
  const coming = [...events]
  const unsigned: KeyEvent[] = []
  const range = new CompactRange()
  let good = 0

  const read = ({ index, type, bytes }: KeyEvent): void => {
    if (type === 'checkpoint.abandoned') history.readRestore(index, bytes)
    else {
      const before = history.handovers.length
      history.readRotation(index, bytes)
      if (history.handovers.length === before) unsigned.push({ index, type, bytes })
    }
  }
  const compare = async (): Promise<void> => {
    while (queue.next <= range.size) {
      const next = await queue.take()
      if (!next) continue
      const { size, root } = next.checkpoint
      const wrongKey = history.refuse(next.signedBy)
      if (wrongKey !== undefined) queue.refuse(next.note, false, wrongKey)
      else if (size === range.size && sameHash(root, range.root())) good += 1
      else fault(`the checkpoint of ${size} events is not of the log whose hashes are in log/`)
    }
  }

  await compare()
  for await (const hash of leavesOf(folder)) {
    for (let [event] = coming; event && event.index <= range.size; [event] = coming) {
      coming.shift()
      read(event)
    }
    range.append(hash)
    await compare()
  }
  while (queue.next < Number.POSITIVE_INFINITY) {
    const { next } = queue
    await queue.take()
    fault(`log/ has ${range.size} hashes, but ${next} events were signed`)
  }
  // Alone it is no fault: the owner of the database can write such an event. Together with other faults it explains them.
  if (faults.list.length > 0) for (const event of unsigned) fault(notBelieved(event))
  return {
    checkpoints: good,
    handovers: history.handovers,
    restores: history.restores,
    faults: faults.list.map((one) => one.text),
  }
}

function notBelieved({ index, bytes }: KeyEvent): string {
  const rotation = openRotation(statementIn(bytes))
  return rotation
    ? `event ${index} says that the key ${rotation.next.vkey} follows, ${rotation.handedOver ? 'but the key before it is not known here' : 'but the key before it did not sign that: it was said to be lost. Ask who did it, get the new key from elsewhere, and give it too'}`
    : `event ${index} says that the key was replaced, and nothing in it is signed`
}

/** Sorted by size; the newest is in both files. One that cannot be read comes first, and becomes a fault. */
async function* notesOf(folder: string): AsyncGenerator<string> {
  const files = ['log/checkpoints', 'log/checkpoint']
  const texts = files.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => ''))
  const notes = await Promise.all(texts.map(async (text) => Array.fromAsync(notesIn([await text]))))
  const sizeOf = (note: string) => claimedCheckpoint(note)?.size ?? -1
  yield* [...new Set(notes.flat())].sort((a, b) => sizeOf(a) - sizeOf(b))
}

async function* leavesOf(folder: string): AsyncGenerator<Uint8Array> {
  for (let n = 0; ; n += 1) {
    const tile = await readTile(path.join(folder, 'log'), 0, n).catch(() => undefined)
    const hashes = hashesOf(tile ?? Buffer.alloc(0))
    yield* hashes
    if (hashes.length !== TILE_WIDTH) return
  }
}
