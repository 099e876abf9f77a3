/** Checks a folder of evidence with nothing but a key: every file, event, text and checkpoint. Nothing in it is believed. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { SaltedText } from '../../core/audit-proof.ts'
import { notesIn, openCheckpoint } from '../checkpoint.ts'
import { CompactRange, sameHash } from '../merkle.ts'
import type { Verifier } from '../note.ts'
import { parseProof, verifyProof } from '../proof-file.ts'
import { hashesOf, TILE_WIDTH, tilePath } from '../tiles.ts'
import { eventFile } from './event-file.ts'
import { MANIFEST } from './pack.ts'

const MOST_FAULTS = 1_000

export type VerifiedPack = {
  readonly ok: boolean
  readonly files: number
  readonly events: number
  readonly texts: number
  readonly grants: number
  readonly checkpoints: number
  /** Of the manifest; the log has it in the event that the folder was made with. */
  readonly manifest: string
  readonly faults: readonly string[]
}

export async function verifyPack(folder: string, keys: readonly Verifier[]): Promise<VerifiedPack> {
  const check = new PackCheck(folder, keys)
  const manifest = await check.manifest()
  await check.log()
  await check.strangers()
  return { ...check.counts, manifest, ok: check.faults.length === 0, faults: check.faults }
}

class PackCheck {
  readonly faults: string[] = []
  readonly counts = { files: 0, events: 0, texts: 0, grants: 0, checkpoints: 0 }
  readonly #folder: string
  readonly #keys: readonly Verifier[]

  constructor(folder: string, keys: readonly Verifier[]) {
    this.#folder = folder
    this.#keys = keys
  }

  #fault(text: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(text)
  }

  #at(name: string): string {
    return path.join(this.#folder, name)
  }

  /** Goes through the files in the manifest's order; events and grants are checked when their line comes. */
  async manifest(): Promise<string> {
    const whole = createHash('sha256')
    const lines = createInterface({
      input: createReadStream(this.#at(MANIFEST)),
      crlfDelay: Number.POSITIVE_INFINITY,
    })
    for await (const line of lines) {
      whole.update(`${line}\n`)
      const [, hash, name] = /^([0-9a-f]{64}) {2}([\w./-]+)$/.exec(line) ?? []
      if (!hash || !name || name.split('/').includes('..')) {
        this.#fault(
          `${MANIFEST} has a line that is not a hash and a file: ${line.slice(0, 100).replace(/[^ -~]/g, '?')}`,
        )
        continue
      }
      this.counts.files += 1
      const found = await this.#hashOf(name)
      if (found !== hash)
        this.#fault(`${name} ${found ? 'was changed after the folder was made' : 'is missing'}`)
      if (found && name.endsWith('.tlog-proof')) await this.#event(name)
      if (found && /^grants\/.*\.json$/.test(name)) await this.#grant(name)
    }
    return whole.digest('hex')
  }

  async #hashOf(name: string): Promise<string | undefined> {
    const hash = createHash('sha256')
    try {
      for await (const piece of createReadStream(this.#at(name))) hash.update(piece)
      return hash.digest('hex')
    } catch {
      return undefined
    }
  }

  async #read(name: string): Promise<string | undefined> {
    return readFile(this.#at(name), 'utf8').catch(() => undefined)
  }

  async #event(name: string): Promise<void> {
    const proof = (await this.#read(name)) ?? ''
    const base = name.slice(0, -'.tlog-proof'.length)
    const bytes = await this.#read(`${base}.json`)
    const index = parseProof(proof)?.index
    if (index === undefined || base !== eventFile(index))
      return this.#fault(`${name} is not the proof of that event`)
    // Its bytes may have been erased for good; then there is nothing left to prove.
    if (bytes === undefined) return
    const texts = textsIn(await this.#read(`${base}.private.json`))
    if (!texts) return this.#fault(`${base}.private.json is not a list of texts`)
    const found = verifyProof(proof, bytes, this.#keys, texts)
    if (!found.ok) return this.#fault(`${name}: ${found.fault}`)
    this.counts.events += 1
    this.counts.texts += found.texts
  }

  /** A grant's file must tell the very events that are proven beside it. */
  async #grant(name: string): Promise<void> {
    const events = eventsIn(await this.#read(name))
    if (!events) return this.#fault(`${name} is not a grant`)
    for (const { index, bytes, private: texts } of events) {
      const proven = await this.#read(`${eventFile(index)}.json`)
      const own = await this.#read(`${eventFile(index)}.private.json`)
      if ((bytes ?? undefined) !== proven || JSON.stringify(texts) !== JSON.stringify(textsIn(own)))
        this.#fault(`${name} tells event ${index} otherwise than the event itself`)
    }
    this.counts.grants += 1
  }

  /** Counts the leaves once and compares with every checkpoint on the way. */
  async log(): Promise<void> {
    const texts = [(await this.#read('log/checkpoints')) ?? '', (await this.#read('log/checkpoint')) ?? '']
    const notes = (await Promise.all(texts.map((text) => Array.fromAsync(notesIn([text]))))).flat()
    if (notes.length === 0) return this.#fault('log/ has no checkpoint')
    // The newest stands in both.
    const opened = [...new Set(notes)].flatMap((note) => {
      const one = openCheckpoint(note, this.#keys)
      if (one.ok) return [one.checkpoint]
      this.#fault(`a checkpoint in log/ cannot count: ${one.fault}`)
      return []
    })
    const waiting = opened.sort((a, b) => a.size - b.size)
    const range = new CompactRange()
    const compare = () => {
      for (let next = waiting[0]; next && next.size <= range.size; next = waiting[0]) {
        waiting.shift()
        if (next.size === range.size && sameHash(next.root, range.root())) this.counts.checkpoints += 1
        else this.#fault(`the checkpoint of ${next.size} events is not of the log whose hashes are in log/`)
      }
    }
    compare()
    for await (const hash of this.#leaves()) {
      range.append(hash)
      compare()
    }
    for (const { size } of waiting)
      this.#fault(`log/ has ${range.size} hashes, but ${size} events were signed`)
  }

  async *#leaves(): AsyncGenerator<Uint8Array> {
    for (let n = 0; ; n += 1) {
      const full = await readFile(this.#at(`log/${tilePath(0, n)}`)).catch(() => undefined)
      if (full) {
        yield* hashesOf(full)
        if (full.length === TILE_WIDTH * 32) continue
        return
      }
      const partial = this.#at(`log/${tilePath(0, n)}.p`)
      const widths = (await readdir(partial).catch(() => [])).map(Number).filter(Number.isSafeInteger)
      const widest = widths.sort((a, b) => b - a)[0]
      if (widest !== undefined) yield* hashesOf(await readFile(path.join(partial, String(widest))))
      return
    }
  }

  /** Whatever lies in the folder and is not listed was put there later. */
  async strangers(): Promise<void> {
    const there = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    const files = there.filter((one) => !one.isDirectory()).length
    // The manifest itself is not on its list.
    const listed = this.counts.files + 1
    if (files > listed) this.#fault(`there are ${files - listed} files more than ${MANIFEST} lists`)
  }
}

function textsIn(json: string | undefined): readonly SaltedText[] | undefined {
  if (json === undefined) return []
  try {
    const texts = JSON.parse(json) as readonly SaltedText[]
    return Array.isArray(texts) && texts.every((one) => typeof one?.content === 'string') ? texts : undefined
  } catch {
    return undefined
  }
}

function eventsIn(json: string | undefined) {
  try {
    const { events } = JSON.parse(json ?? '') as {
      events: readonly { index: number; bytes: string | null; private: readonly SaltedText[] }[]
    }
    return Array.isArray(events) && events.every((one) => Number.isSafeInteger(one?.index))
      ? events
      : undefined
  } catch {
    return undefined
  }
}
