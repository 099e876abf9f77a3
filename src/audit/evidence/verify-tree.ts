/**
 * Counts the hashes of the whole log once and compares them with every checkpoint on the way, under the key whose turn
 * it is there: the first key is believed because it was given, each next one because the one before has signed that it
 * follows. A key that followed a lost one is believed only when it was given too.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { notesIn, parseCheckpoint } from '../checkpoint/checkpoint.ts'
import { CheckpointQueue } from '../checkpoint/checkpoint-queue.ts'
import { FaultList } from '../checkpoint/faults.ts'
import { type Handover, KeyLine, openRotation } from '../checkpoint/key-history.ts'
import type { Verifier } from '../checkpoint/note.ts'
import { openRestore, statementIn } from '../checkpoint/restore-statement.ts'
import type { Restore } from '../checkpoint/verify.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { hashesOf, TILE_WIDTH, tilePath } from '../tree/tiles.ts'

/** An event about keys or checkpoints, as the folder has it; whether it is in the log is proven beside. */
export type KeyEvent = {
  readonly index: number
  readonly type: 'key.rotated' | 'checkpoint.abandoned'
  readonly bytes: string
}

export type VerifiedTree = {
  readonly checkpoints: number
  readonly handovers: readonly Handover[]
  readonly restores: readonly Restore[]
  readonly faults: readonly string[]
}

/** Undefined when it is an event of another type. */
export function keyEventIn(index: number, bytes: string): KeyEvent | undefined {
  // Nearly every event is another one; those need not be parsed for that.
  if (!/"type":"(?:key\.rotated|checkpoint\.abandoned)"/.test(bytes)) return undefined
  try {
    const { type } = JSON.parse(bytes) as { type?: unknown }
    return type === 'key.rotated' || type === 'checkpoint.abandoned' ? { index, type, bytes } : undefined
  } catch {
    return undefined
  }
}

/** The given keys, and those that they lead to. */
export function keysFollowing(given: readonly Verifier[], events: readonly KeyEvent[]): readonly Verifier[] {
  const line = new KeyLine(given)
  for (const { type, index, bytes } of events) if (type === 'key.rotated') line.read(index, bytes)
  return line.keys
}

/** `events` by index. */
export async function verifyTree(
  folder: string,
  keys: readonly Verifier[],
  events: readonly KeyEvent[],
): Promise<VerifiedTree> {
  const faults = new FaultList()
  const line = new KeyLine(keys)
  const restores: Restore[] = []
  const queue = new CheckpointQueue(notesOf(folder), [], line, faults)
  await queue.start()
  const fault = (text: string) => faults.add({ kind: 'checkpoint', text })
  if (queue.next === Number.POSITIVE_INFINITY) fault('log/ has no checkpoint')
  const coming = [...events]
  const unsigned: KeyEvent[] = []
  const range = new CompactRange()
  let good = 0

  const heed = (event: KeyEvent): void => {
    if (event.type === 'key.rotated') {
      const before = line.handovers.length
      line.read(event.index, event.bytes)
      if (line.handovers.length === before) unsigned.push(event)
      return
    }
    const opened = openRestore(statementIn(event.bytes), line.keys)
    if (!opened || line.refuse(opened.signedBy) !== undefined) return
    const { kept, abandoned } = opened.statement
    restores.push({ index: event.index, kept: kept.size, abandoned: abandoned.length })
  }
  const compare = async (): Promise<void> => {
    while (queue.next <= range.size) {
      const next = await queue.take()
      if (!next) continue
      const { size, root } = next.checkpoint
      const wrongKey = line.refuse(next.signedBy)
      if (wrongKey !== undefined) queue.refuse(next.note, false, wrongKey)
      else if (size === range.size && sameHash(root, range.root())) good += 1
      else fault(`the checkpoint of ${size} events is not of the log whose hashes are in log/`)
    }
  }

  await compare()
  for await (const hash of leavesOf(folder)) {
    for (let [event] = coming; event && event.index <= range.size; [event] = coming) {
      coming.shift()
      heed(event)
    }
    range.append(hash)
    await compare()
  }
  while (queue.next < Number.POSITIVE_INFINITY) {
    const { next } = queue
    await queue.take()
    fault(`log/ has ${range.size} hashes, but ${next} events were signed`)
  }
  // Alone it is no fault: whoever owns the database can write such an event. With others it explains them.
  if (faults.list.length > 0) for (const event of unsigned) fault(unbelieved(event))
  return {
    checkpoints: good,
    handovers: line.handovers,
    restores,
    faults: faults.list.map((one) => one.text),
  }
}

function unbelieved({ index, bytes }: KeyEvent): string {
  const rotation = openRotation(statementIn(bytes))
  return rotation
    ? `event ${index} says that the key ${rotation.next.vkey} follows, ${rotation.handedOver ? 'but the key before it is not known here' : 'but the key before it did not sign that: it was said to be lost. Ask who did it, get the new key from elsewhere, and give it too'}`
    : `event ${index} says that the key was replaced, and nothing in it is signed`
}

/** By size; the newest stands in both files. One that cannot be read comes first, and is told of. */
async function* notesOf(folder: string): AsyncGenerator<string> {
  const files = ['log/checkpoints', 'log/checkpoint']
  const texts = files.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => ''))
  const notes = await Promise.all(texts.map(async (text) => Array.fromAsync(notesIn([await text]))))
  const sizeOf = (note: string) => parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))?.size ?? -1
  yield* [...new Set(notes.flat())].sort((a, b) => sizeOf(a) - sizeOf(b))
}

async function* leavesOf(folder: string): AsyncGenerator<Uint8Array> {
  const at = (name: string) => path.join(folder, name)
  for (let n = 0; ; n += 1) {
    const full = await readFile(at(`log/${tilePath(0, n)}`)).catch(() => undefined)
    if (full) {
      yield* hashesOf(full)
      if (full.length === TILE_WIDTH * 32) continue
      return
    }
    const partial = at(`log/${tilePath(0, n)}.p`)
    const widths = (await readdir(partial).catch(() => [])).map(Number).filter(Number.isSafeInteger)
    const widest = widths.sort((a, b) => b - a)[0]
    if (widest !== undefined) yield* hashesOf(await readFile(path.join(partial, String(widest))))
    return
  }
}
