/** Checks a folder of evidence with nothing but a key: every file, event, text and checkpoint. Nothing in it is believed. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { SaltedText } from '../../core/log/audit-proof.ts'
import type { Handover } from '../checkpoint/key-history.ts'
import type { Verifier } from '../checkpoint/note.ts'
import type { Restore } from '../checkpoint/verify.ts'
import { parseProof, verifyProof } from '../tree/proof.ts'
import { eventFile, MANIFEST } from './pack.ts'
import { faultsOfRecord } from './verify-record.ts'
import { type KeyEvent, keyEventIn, keysFollowing, verifyTree } from './verify-tree.ts'

const MOST_FAULTS = 1_000

export type VerifiedPack = {
  readonly ok: boolean
  readonly files: number
  readonly events: number
  readonly texts: number
  readonly grants: number
  /** Of what was done. */
  readonly records: number
  readonly checkpoints: number
  /** Of the manifest; the log has it in the event that the folder was made with. */
  readonly manifest: string
  /** Where one key was followed by another. */
  readonly handovers: readonly Handover[]
  readonly restores: readonly Restore[]
  readonly faults: readonly string[]
}

/** `keys` are believed, and whichever keys they handed the log over to. */
export async function verifyPack(folder: string, keys: readonly Verifier[]): Promise<VerifiedPack> {
  const events = await keyEventsIn(folder)
  const check = new PackCheck(folder, keysFollowing(keys, events))
  const manifest = await check.manifest()
  const { checkpoints, handovers, restores, faults: ofTree } = await verifyTree(folder, keys, events)
  await check.strangers()
  const faults = [...check.faults, ...ofTree].slice(0, MOST_FAULTS)
  return { ...check.counts, checkpoints, handovers, restores, manifest, ok: faults.length === 0, faults }
}

/** Read before anything else: they say which keys there are. Only those with a proof beside them, which is checked later. */
async function keyEventsIn(folder: string): Promise<readonly KeyEvent[]> {
  const found: KeyEvent[] = []
  const names = await readdir(path.join(folder, 'events'), { recursive: true }).catch(() => [])
  for (const name of names) {
    const index = Number(/(?:^|[\\/])(\d{1,16})\.tlog-proof$/.exec(name)?.[1] ?? Number.NaN)
    if (!Number.isSafeInteger(index)) continue
    const file = path.join(folder, 'events', name.replace(/\.tlog-proof$/, '.json'))
    const event = keyEventIn(index, await readFile(file, 'utf8').catch(() => ''))
    if (event) found.push(event)
  }
  return found.sort((a, b) => a.index - b.index)
}

class PackCheck {
  readonly faults: string[] = []
  readonly counts = { files: 0, events: 0, texts: 0, grants: 0, records: 0 }
  readonly #folder: string
  readonly #keys: readonly Verifier[]
  #checkpoint: string | undefined

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
    this.#checkpoint ??= (await this.#read('log/checkpoint')) ?? ''
    const base = name.slice(0, -'.tlog-proof'.length)
    const bytes = await this.#read(`${base}.json`)
    const { index, checkpoint } = parseProof(proof) ?? {}
    if (index === undefined || base !== eventFile(index))
      return this.#fault(`${name} is not the proof of that event`)
    // That one is compared with the tree, and its key with whose turn it is.
    if (checkpoint !== this.#checkpoint)
      return this.#fault(`${name} is a proof under another checkpoint than log/checkpoint`)
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
    const content = await this.#read(name)
    const events = eventsIn(content)
    if (!events) return this.#fault(`${name} is not a grant`)
    for (const { index, bytes, private: texts } of events) {
      const proven = await this.#read(`${eventFile(index)}.json`)
      const own = await this.#read(`${eventFile(index)}.private.json`)
      if ((bytes ?? undefined) !== proven || JSON.stringify(texts) !== JSON.stringify(textsIn(own)))
        this.#fault(`${name} tells event ${index} otherwise than the event itself`)
      else if (bytes !== null && (await this.#read(`${eventFile(index)}.tlog-proof`)) === undefined)
        this.#fault(`${name} tells event ${index}, which has no proof here`)
    }
    this.counts.grants += 1
    const grant = path.basename(name, '.json')
    const record = await this.#read(`activity/${grant}.jsonl`)
    if (record === undefined) return
    const faults = await faultsOfRecord(
      {
        grant,
        record,
        texts: await this.#read(`activity/${grant}.private.json`),
        events: events.map((one) => one.index),
        erasedBy: erasersIn(content),
      },
      (index) => this.#proven(index),
    )
    for (const fault of faults) this.#fault(`activity/${grant}.jsonl ${fault}`)
    this.counts.records += 1
  }

  /** Proven anew: a file under events/ may have lost its proof. */
  async #proven(index: number): Promise<Readonly<Record<string, unknown>> | undefined> {
    const [bytes, proof] = [
      await this.#read(`${eventFile(index)}.json`),
      await this.#read(`${eventFile(index)}.tlog-proof`),
    ]
    if (bytes === undefined || proof === undefined) return undefined
    const found = verifyProof(proof, bytes, this.#keys)
    return found.ok && found.index === index ? JSON.parse(bytes) : undefined
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

function erasersIn(json: string | undefined): readonly number[] {
  const { activity } = JSON.parse(json ?? '{}') as { activity?: { erased_by?: unknown } | null }
  const indexes = activity?.erased_by
  return Array.isArray(indexes) ? indexes.filter((one) => Number.isSafeInteger(one)) : []
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
