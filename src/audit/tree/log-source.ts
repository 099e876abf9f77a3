/** Where a log to be verified comes from: a database, or the files of an export. */

import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { canonicalJson, type Json } from '../../core/json.ts'
import type { SaltedText, StoredLeaf } from '../../core/log/audit-proof.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { notesIn } from '../checkpoint/checkpoint.ts'
import { textPieces, unlessAbsent } from '../files.ts'
import { checkpointsUpTo } from './pages.ts'
import { entriesOf, hashesOf, readTile, TILE_WIDTH, type Tile, TileBuilder, tilePath } from './tiles.ts'

const LEAVES_A_PAGE = 1_000

/** What `verifyLog` reads. Nothing that comes out of it is believed. */
export type LogSource = {
  /** Everything in order of index, right or wrong, in pages. */
  events(): AsyncIterable<readonly StoredLeaf[]>
  /** The log's own checkpoints, smallest first. */
  notes(): AsyncIterable<string>
  /** Whether private texts come with the events; where they do not, nothing can be said about those that are missing. */
  readonly hasTexts: boolean
  /** What was wrong with the source itself; complete when `events` has ended. */
  faults?(): readonly SourceFault[]
}

type SourceFault = { readonly text: string; readonly index: number }

/**
 * The log in the database, up to the last checkpoint of now: one that is signed while the events are read would speak of
 * events that were not read.
 */
export async function databaseSource(
  proof: Pick<ProofStore, 'leaves' | 'lastCheckpoint' | 'checkpoints'>,
): Promise<LogSource> {
  const newest = (await proof.lastCheckpoint())?.size ?? -1
  return {
    hasTexts: true,
    async *events() {
      let coming: Promise<readonly StoredLeaf[]> | undefined = proof.leaves(0, LEAVES_A_PAGE)
      while (coming) {
        const page: readonly StoredLeaf[] = await coming
        const last = page.length < LEAVES_A_PAGE ? undefined : page.at(-1)
        // The database reads on while this page is checked.
        coming = last && proof.leaves(last.index + 1, LEAVES_A_PAGE)
        coming?.catch(() => {})
        if (page.length > 0) yield page
      }
    },
    async *notes() {
      for await (const { note } of checkpointsUpTo(proof, newest)) yield note
    },
  }
}

/** Reads an export with tiles as a log to be verified. Nothing in the folder is believed; `verifyLog` judges it. */
export function folderSource(folder: string): LogSource {
  const faults: SourceFault[] = []
  return {
    hasTexts: existsSync(path.join(folder, 'events.jsonl')),
    async *events() {
      const tiles = new TileBuilder()
      const jsonl = new JsonlReader(folder, faults)
      let [index, width] = [0, TILE_WIDTH]
      for (let n = 0; width === TILE_WIDTH; n += 1) {
        const hashes = hashesOf((await readTile(folder, 0, n)) ?? Buffer.alloc(0))
        const events = await readBundle(folder, n, faults)
        width = Math.max(hashes.length, events.length)
        const page: StoredLeaf[] = []
        for (let position = 0; position < width; position += 1, index += 1) {
          const leafHash = hashes[position]
          const beside = await jsonl.at(index)
          page.push({ index, leafHash, bytes: events[position], texts: [], ...beside })
          if (leafHash) await compare(folder, tiles.append(leafHash), index, faults)
        }
        if (page.length > 0) yield page
      }
      await compare(folder, tiles.rest(), index - 1, faults)
      await jsonl.end(index)
    },
    async *notes() {
      // The checkpoint over the tiles is the last one, also where the list of all was left out.
      const all = notesIn(textPieces(path.join(folder, 'checkpoints')))
      const last = await Array.fromAsync(notesIn(textPieces(path.join(folder, 'checkpoint'))))
      let listed: string | undefined
      for await (const note of all) {
        listed = note
        yield note
      }
      yield* last.filter((note) => note !== listed)
    },
    faults: () => faults,
  }
}

async function readBundle(folder: string, n: number, faults: SourceFault[]): Promise<string[]> {
  const index = n * TILE_WIDTH
  const bundle = await readTile(folder, 'entries', n)
  const entries = bundle && entriesOf(bundle)
  if (bundle && !entries) faults.push({ text: `${tilePath('entries', n)} is not an entry bundle`, index })
  return (entries ?? []).map((entry, position) => {
    if (!isUtf8(entry))
      faults.push({ text: `event ${index + position} is not UTF-8`, index: index + position })
    return entry.toString('utf8')
  })
}

/** Tiles above the leaves must be the ones that follow from the leaves. */
async function compare(
  folder: string,
  tiles: readonly Tile[],
  index: number,
  faults: SourceFault[],
): Promise<void> {
  for (const { level, n, width, hashes } of tiles) {
    if (level === 0) continue
    const name = tilePath(level, n, width)
    const found = await unlessAbsent(readFile(path.join(folder, name)))
    if (!found?.equals(hashes))
      faults.push({ text: `${name} ${found ? 'does not follow from the leaves' : 'is missing'}`, index })
  }
}

/** `events.jsonl`, when there is one, read alongside: it has the private texts. */
class JsonlReader {
  readonly #faults: SourceFault[]
  readonly #lines: AsyncIterator<string>
  #next: { readonly index: number; readonly copy: string; readonly texts: readonly SaltedText[] } | undefined
  #started = false

  constructor(folder: string, faults: SourceFault[]) {
    this.#faults = faults
    this.#lines = linesOf(path.join(folder, 'events.jsonl'))
  }

  async at(index: number): Promise<{ copy: string; texts: readonly SaltedText[] } | undefined> {
    if (!this.#started) await this.#advance()
    this.#started = true
    if (this.#next?.index !== index) return undefined
    const { copy, texts } = this.#next
    await this.#advance()
    return { copy, texts }
  }

  /** A line that is left over belongs to no event of the tree, or stands in the wrong place. */
  async end(size: number): Promise<void> {
    if (!this.#started) await this.#advance()
    if (!this.#next) return
    const index = Number.isSafeInteger(this.#next.index) ? this.#next.index : size
    this.#faults.push({ text: `events.jsonl has a line that is not in its place (event ${index})`, index })
  }

  async #advance(): Promise<void> {
    this.#next = undefined
    const line = await this.#lines.next()
    if (line.done) return
    try {
      const { event, private: texts } = JSON.parse(line.value) as {
        event: Json & { index: string }
        private: SaltedText[]
      }
      this.#next = { index: Number(event.index), copy: canonicalJson(event), texts }
    } catch {
      this.#faults.push({ text: 'events.jsonl has a line that is not an event', index: 0 })
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of textPieces(file)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
