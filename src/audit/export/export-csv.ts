/**
 * CSV by RFC 4180: every cell in quotes, quotes doubled, lines ended by CR LF. A spreadsheet takes a cell for a formula when
 * it begins with one of = + - @, also after a tab or a line break, and people type reasons; such a cell gets an
 * apostrophe in front (ASVS 1.2.10). So does one that begins with an apostrophe, so that taking one away gives back
 * exactly what was there.
 */
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import { pagesOf, type RowsExport } from './export-jsonl.ts'

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
