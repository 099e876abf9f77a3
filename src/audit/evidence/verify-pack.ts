/**
 * Checks a folder of evidence with nothing but a key: every file, event, text, record and checkpoint. Nothing in it is
 * believed.
 */
import { createHash, hash as digest } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { SaltedText } from '../../core/log/audit-proof.ts'
import type { Handover } from '../checkpoint/key-history.ts'
import type { Verifier } from '../checkpoint/note.ts'
import { commitmentOf, readTexts } from '../checkpoint/private-texts.ts'
import type { Restore } from '../checkpoint/restore-statement.ts'
import { parseProof, verifyProof } from '../tree/proof.ts'
import { eventFile, MANIFEST } from './pack.ts'
import { type KeyEvent, keyEventIn, keysFollowing, verifyTree } from './verify-tree.ts'

const MAX_FAULTS = 1_000

/** What `elevate audit verify --evidence --json` prints. */
export type VerifiedPack = {
  readonly ok: boolean
  readonly files: number
  readonly events: number
  readonly texts: number
  readonly grants: number
  /** Records of what was done that an event names. */
  readonly records: number
  readonly checkpoints: number
  /** SHA-256 of the manifest; the log has it in the event `export.made` of this folder. */
  readonly manifest: string
  /** Where one key was replaced by another. */
  readonly handovers: readonly Handover[]
  readonly restores: readonly Restore[]
  readonly faults: readonly string[]
}

/** `keys` are believed, and the keys that they handed the log over to. Throws when the folder has no manifest. */
export async function verifyPack(folder: string, keys: readonly Verifier[]): Promise<VerifiedPack> {
  const events = await keyEventsIn(folder)
  const check = new PackCheck(folder, keysFollowing(keys, events))
  const manifest = await check.manifest()
  const { checkpoints, handovers, restores, faults: ofTree } = await verifyTree(folder, keys, events)
  await check.unlisted()
  const faults = [...check.faults, ...ofTree].slice(0, MAX_FAULTS)
  return { ...check.counts, checkpoints, handovers, restores, manifest, ok: faults.length === 0, faults }
}

/** Read before anything else: they say which keys there are. Only those that have a proof file, which is checked later. */
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
    if (this.faults.length < MAX_FAULTS) this.faults.push(text)
  }

  #at(name: string): string {
    return path.join(this.#folder, name)
  }

  /** Checks the files in the manifest's order, with the events and grants among them; returns the manifest's SHA-256. */
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
    // log/checkpoint itself, and its key, are checked with the tree.
    if (checkpoint !== this.#checkpoint)
      return this.#fault(`${name} is a proof under another checkpoint than log/checkpoint`)
    // Its bytes may have been erased; then there is nothing left to prove.
    if (bytes === undefined) return
    const texts = await this.#texts(base)
    if (!texts) return this.#fault(`${base}.private.json is not a list of texts`)
    const found = verifyProof(proof, bytes, this.#keys, texts)
    if (!found.ok) return this.#fault(`${name}: ${found.fault}`)
    this.counts.events += 1
    this.counts.texts += found.texts
  }

  async #texts(event: string): Promise<readonly SaltedText[] | undefined> {
    const json = await this.#read(`${event}.private.json`)
    return json === undefined ? [] : readTexts(json)
  }

  /** A grant's file must have exactly the events that are proven in their own files. */
  async #grant(name: string): Promise<void> {
    const content = await this.#read(name)
    const events = eventsIn(content)
    if (!events) return this.#fault(`${name} is not a grant`)
    for (const { index, bytes, private: texts } of events) {
      const proven = await this.#read(`${eventFile(index)}.json`)
      const own = await this.#texts(eventFile(index))
      if ((bytes ?? undefined) !== proven || JSON.stringify(texts) !== JSON.stringify(own))
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

  /** An event of the folder, after checking its proof again: it may have none that verifies. */
  async #proven(index: number): Promise<Readonly<Record<string, unknown>> | undefined> {
    const [bytes, proof] = [
      await this.#read(`${eventFile(index)}.json`),
      await this.#read(`${eventFile(index)}.tlog-proof`),
    ]
    if (bytes === undefined || proof === undefined) return undefined
    const found = verifyProof(proof, bytes, this.#keys)
    return found.ok && found.index === index ? JSON.parse(bytes) : undefined
  }

  /** A file that the manifest does not list was put there later. */
  async unlisted(): Promise<void> {
    const there = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    const files = there.filter((one) => !one.isDirectory()).length
    // The manifest itself is not on its list.
    const listed = this.counts.files + 1
    if (files > listed) this.#fault(`there are ${files - listed} files more than ${MANIFEST} lists`)
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

/** The fields of a proven event; undefined when there is none of that index, or its proof does not verify. */
type ProvenEvent = (index: number) => Promise<Readonly<Record<string, unknown>> | undefined>

type RecordFiles = {
  /** `G-12` */
  readonly grant: string
  /** The record, byte for byte. */
  readonly record: string
  /** Its texts, as JSON. */
  readonly texts: string | undefined
  /** The events of the grant, and those that the grant's file names as having erased texts. */
  readonly events: readonly number[]
  readonly erasedBy: readonly number[]
}

type RecordText = { readonly number: number; readonly salt: string; readonly content: string }

/**
 * Checks a record of what was done against the events that name it and that erased texts of it. Returns sentences that
 * continue the file's name; none when it verifies.
 */
async function faultsOfRecord(files: RecordFiles, proven: ProvenEvent): Promise<string[]> {
  const { grant, record } = files
  const committed = commitmentsIn(record)
  const texts = readTexts<RecordText>(files.texts ?? '')
  if (!committed || !texts) return ['is not a record with its texts']
  const faults: string[] = []
  const named = await lastNamed(files, proven)
  if (!named) faults.push('is named by no event here')
  else if (named.hash !== digest('sha256', record, 'hex'))
    faults.push(`is not the record that event ${named.index} names`)
  for (const text of texts)
    if (committed.get(text.number) !== commitmentOf(text))
      faults.push(`has another text for entry ${text.number} than the one that was written`)
  const gone = committed.size - new Set(texts.map((one) => one.number)).size
  let erased = 0
  for (const index of new Set(files.erasedBy)) erased += erasedIn(await proven(index), grant)
  if (gone > erased)
    faults.push(`has ${gone} texts fewer than were written, and events here name the erasure of ${erased}`)
  return faults
}

async function lastNamed({ grant, events }: RecordFiles, proven: ProvenEvent) {
  for (const index of events.toSorted((a, b) => b - a)) {
    const said = await proven(index)
    const hash = (said?.detail as { record_sha256?: unknown } | undefined)?.record_sha256
    if (said?.type === 'activity.collected' && said.grant === grant) return { index, hash }
  }
  return undefined
}

function erasedIn(said: Readonly<Record<string, unknown>> | undefined, grant: string): number {
  if (said?.type !== 'privacy.erased' && said?.type !== 'retention.applied') return 0
  const { records } = (said.detail ?? {}) as { records?: Readonly<Record<string, unknown>> }
  const count = records?.[grant]
  return typeof count === 'number' ? count : 0
}

/** By the entry's number. */
function commitmentsIn(record: string): ReadonlyMap<number, string> | undefined {
  try {
    const lines = record.split('\n').slice(0, -1)
    const entries = lines.map((line) => JSON.parse(line) as { number: number; text_c?: string })
    return new Map(
      entries.flatMap(({ number, text_c: text }) => (text === undefined ? [] : [[number, text] as const])),
    )
  } catch {
    return undefined
  }
}
