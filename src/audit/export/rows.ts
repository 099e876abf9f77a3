import type { Json, JsonObject } from '../../core/connector.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { LeafFilter, StoredLeaf } from '../../core/log/audit-proof.ts'
import { canonicalJson } from '../../core/log/canonical-json.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'

const PAGE = 1_000

export type RowsExport = {
  readonly proof: Pick<ProofStore, 'matching'>
  readonly filter: LeafFilter
  /** Events from this index on are left out: the log grows while it is read. */
  readonly before: number
  readonly onProgress?: (index: number) => void
}

/** Pages of what matches, in order. */
export async function* pagesOf(job: RowsExport): AsyncGenerator<readonly StoredLeaf[]> {
  const { proof, filter, before, onProgress } = job
  for (let from = 0; from < before; ) {
    const page = await proof.matching(filter, { from, before, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) break
    from = (page.at(-1)?.index ?? from) + 1
    onProgress?.(from)
  }
  onProgress?.(before)
}

/**
 * One event a line: its own bytes, its leaf hash, and the private texts with their salts, so that each text can be
 * checked against the commitment in the event.
 */
export async function* jsonlPieces(job: RowsExport): AsyncGenerator<string> {
  for await (const page of pagesOf(job)) yield page.map(jsonlLine).join('')
}

export function jsonlLine({ bytes, leafHash, texts }: StoredLeaf): string {
  const hash = leafHash ? JSON.stringify(Buffer.from(leafHash).toString('hex')) : 'null'
  // The bytes go in as they are: canonical JSON is its own spelling.
  return `{"event":${bytes ?? 'null'},"leaf_hash":${hash},"private":${canonicalJson(texts as unknown as Json)}}\n`
}

/**
 * CSV by RFC 4180: every cell in quotes, quotes doubled, lines ended by CR LF. A spreadsheet takes a cell for a formula when
 * it begins with one of = + - @, also after a tab or a line break, and people type reasons; such a cell gets an
 * apostrophe in front (ASVS 1.2.10). So does one that begins with an apostrophe, so that taking one away gives back
 * exactly what was there.
 */

const COLUMNS = [
  'index',
  'time',
  'type',
  'actor_kind',
  'actor',
  'subject',
  'target',
  'role',
  'account',
  'request',
  'grant',
  'outcome',
  'policy',
  'ticket',
  'reason',
  'note',
  'other_texts',
  'detail',
  'id',
  'leaf_hash',
] as const

/** Full-width twins too: some spreadsheets take them for the same; and what the eye does not see in front of one. */
const FORMULA = /^[\s\0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n\0']/

export function csvCell(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text
  return `"${inert.replaceAll('"', '""')}"`
}

export async function* csvPieces(job: RowsExport): AsyncGenerator<string> {
  yield csvLine(COLUMNS)
  for await (const page of pagesOf(job)) yield page.map((leaf) => csvLine(toCells(leaf))).join('')
}

/** The same columns for events that were read by a person's question; hashes are for whole exports. */
export function csvOfEvents(events: readonly LoggedEvent[]): string {
  const rows = events.map(({ index, bytes, private: texts }) =>
    csvLine(
      toCells({
        index,
        bytes,
        leafHash: undefined,
        texts: Object.entries(texts).map(([field, content]) => ({ field, salt: '', content })),
      }),
    ),
  )
  return [csvLine(COLUMNS), ...rows].join('')
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function toCells({ index, bytes, leafHash, texts }: StoredLeaf): string[] {
  const said = JSON.parse(bytes ?? '{}')
  const { reason, note, ...others } = Object.fromEntries(texts.map((one) => [one.field, one.content]))
  const cells: { readonly [column in (typeof COLUMNS)[number]]?: unknown } = {
    ...said,
    index,
    actor_kind: said.actor?.kind,
    actor: said.actor?.id,
    ticket: said.detail?.ticket,
    reason,
    note,
    other_texts: Object.keys(others).length > 0 ? others : undefined,
    leaf_hash: leafHash && Buffer.from(leafHash).toString('hex'),
  }
  return COLUMNS.map((column) => asText(cells[column]))
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** An event as it was written down, for those who read it out again. */

export type Said = {
  readonly index: number
  readonly time: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly subject?: string
  readonly target?: string
  readonly role?: string
  readonly request?: string
  readonly grant?: string
  readonly policy?: string
  readonly outcome?: string
  readonly detail: JsonObject
  /** Texts that are still there, by name. */
  readonly texts: { readonly [field: string]: string }
  /** How many texts were written with it and are erased by now. */
  readonly erased: number
}

/** Undefined when the event itself is erased. */
export function saidIn({ index, bytes, texts }: StoredLeaf): Said | undefined {
  if (bytes === undefined) return undefined
  const said = JSON.parse(bytes) as Omit<Said, 'index' | 'texts' | 'detail' | 'erased'> & {
    detail?: JsonObject
  }
  const committed = Object.keys(said).filter((key) => /^[a-z][a-z_]*_c$/.test(key)).length
  return {
    ...said,
    index,
    detail: said.detail ?? {},
    texts: Object.fromEntries(texts.map((one) => [one.field, one.content])),
    erased: committed - texts.length,
  }
}
