/** The log as rows: JSON Lines for programs, CSV for spreadsheets. */
import { canonicalJson, type Json } from '../../core/json.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import { matchingPages, type RowsExport } from '../tree/pages.ts'

/** The log as JSON Lines, see `jsonlLine`. */
export async function* jsonlPieces(job: RowsExport): AsyncGenerator<string> {
  for await (const page of matchingPages(job)) yield page.map(jsonlLine).join('')
}

/**
 * One event: its own bytes, its leaf hash in hex, and the private texts with their salts, so that each text can be checked
 * against the commitment in the event.
 */
export function jsonlLine({ bytes, leafHash, texts }: StoredLeaf): string {
  const hash = leafHash ? JSON.stringify(Buffer.from(leafHash).toString('hex')) : 'null'
  // The bytes go in as they are: canonical JSON is its own spelling.
  return `{"event":${bytes ?? 'null'},"leaf_hash":${hash},"private":${canonicalJson(texts as unknown as Json)}}\n`
}

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

/** Also their full-width forms, which some spreadsheets treat the same, and invisible characters in front of one. */
const FORMULA = /^[\s\0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n\0']/

/**
 * A cell of CSV by RFC 4180, always quoted. A spreadsheet takes a cell for a formula when it begins with one of = + - @, also
 * after a tab or a line break, and people type reasons: such a cell gets an apostrophe in front (OWASP ASVS 1.2.10). So does
 * one that begins with an apostrophe, so that removing one always gives back exactly what was there.
 */
export function csvCell(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text
  return `"${inert.replaceAll('"', '""')}"`
}

/** The log as CSV, with a head. */
export async function* csvPieces(job: RowsExport): AsyncGenerator<string> {
  yield csvLine(COLUMNS)
  for await (const page of matchingPages(job)) yield page.map((leaf) => csvLine(toCells(leaf))).join('')
}

/** The same columns for events that a person searched for; without salts and hashes, which are for whole exports. */
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

/** One row, ended by CR LF. */
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
