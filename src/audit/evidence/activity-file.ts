/** What was done under one grant, as an auditor gets it: the record as it is hashed, its texts, and the event that names it. */

import { type Grant, grantName } from '../../core/access/grant.ts'
import { cleanText } from '../../core/access/reason.ts'
import {
  type ActivitySummary,
  classCounts,
  doings,
  type KeptEntry,
  type RecordCheck,
} from '../../core/activity/activity.ts'
import { erasedWords, isErased, judgeRecord, recordLine } from '../../core/activity/activity-record.ts'
import type { GrantId } from '../../core/ids.ts'
import { canonicalJson } from '../../core/json.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { Store } from '../../store/database/open-store.ts'
import { readEvent } from '../stored-event.ts'
import type { Pack } from './pack.ts'

/** `unsigned`: it was closed, or texts of it erased, after the checkpoint of this folder. */
type RecordState = 'open' | 'unsigned' | 'whole' | 'changed'

export type GrantActivity = {
  readonly state: RecordState
  readonly summary: ActivitySummary
  readonly entries: readonly KeptEntry[]
  readonly faults: readonly string[]
  readonly erasedOnPurpose: number
  /** Index of the event that names its hash; undefined when none is signed yet. */
  readonly event: number | undefined
  readonly sha256: string | undefined
  /** Indexes of events that erased texts of it. */
  readonly erasedBy: readonly number[]
  /** Where it is in the folder; only a record that a signed event names is included. */
  readonly file: string | undefined
}

/**
 * Undefined for a grant that never became active. Entries are read before the record is checked: whatever changes in between
 * is not signed yet.
 */
export async function activityOf(
  store: Pick<Store, 'activity'>,
  grant: Grant,
  leaves: readonly StoredLeaf[],
  signed: number,
): Promise<GrantActivity | undefined> {
  const summary = await store.activity.summary(grant.id)
  const entries = await everyEntry(store.activity, grant.id)
  const check = await store.activity.check(grant)
  if (!summary || !check) return undefined
  const event = leaves.findLast((leaf) => readEvent(leaf)?.type === 'activity.collected')?.index
  const { faults, erasedOnPurpose } = judgeRecord(check)
  const state = stateOf(check, { event, signed, faults })
  const inFolder = state === 'whole' || state === 'changed'
  return {
    state,
    summary,
    entries,
    faults: inFolder ? faults : [],
    erasedOnPurpose,
    event,
    sha256: inFolder ? check.hash : undefined,
    erasedBy: check.erasures.map((one) => one.index),
    file: inFolder ? `activity/${grantName(grant.number)}.jsonl` : undefined,
  }
}

function stateOf(
  { state, named, erasures }: RecordCheck,
  about: {
    readonly event: number | undefined
    readonly signed: number
    readonly faults: readonly string[]
  },
): RecordState {
  if (state === 'open') return 'open'
  const later = erasures.some((one) => one.index >= about.signed)
  if (later || (named && named.index !== about.event)) return 'unsigned'
  return about.faults.length > 0 ? 'changed' : 'whole'
}

/** Adds the record byte for byte, and beside it the texts that are left, with their salts. */
export async function addActivity(pack: Pack, { file, entries }: GrantActivity): Promise<void> {
  if (file === undefined) return
  await pack.add(file, recordText(entries))
  const texts = entries.flatMap(({ number, salt, text }) =>
    salt === undefined ? [] : [{ number, salt, content: text }],
  )
  await pack.add(file.replace('.jsonl', '.private.json'), JSON.stringify(texts))
}

/** The part `activity` of a grant's JSON. */
export function activityFacts(activity: GrantActivity) {
  const { summary, entries: _, erasedOnPurpose, erasedBy, ...facts } = activity
  const { grant: _id, hash: _hash, state: _state, ...sum } = summary
  const classes = classCounts(sum.counts)
  return { ...facts, ...sum, classes, texts_erased: erasedOnPurpose, erased_by: erasedBy }
}

export const ACTIVITY_COLUMNS = [
  'grant',
  'person',
  'target',
  'role',
  'account',
  'record',
  'things_done',
  'kinds',
  'refused',
  'failed',
  'first',
  'last',
  'not_kept',
  'missing',
  'texts_erased',
  'sha256',
  'event',
  'file',
]

/** A row of control 16, with the columns of `ACTIVITY_COLUMNS`. */
export function activityCells(grant: Grant, activity: GrantActivity): string[] {
  const { summary, event, sha256, file } = activity
  return [
    grantName(grant.number),
    grant.person,
    grant.target,
    grant.role,
    grant.account ?? '',
    inWords(activity),
    String(doings(summary.counts)),
    kindsOf(summary),
    String(summary.refused),
    String(summary.failed),
    summary.first?.toISOString() ?? '',
    summary.last?.toISOString() ?? '',
    String(summary.cut),
    missing(summary).join(' '),
    String(activity.erasedOnPurpose),
    sha256 ?? '',
    event === undefined ? '' : String(event),
    file ?? '',
  ]
}

/** The part of a grant's text, as lines. */
export function activityLines(activity: GrantActivity | undefined): string[] {
  if (!activity) return ['What was done: nothing was collected.', '']
  const { summary, entries, event, sha256, erasedOnPurpose } = activity
  return [
    `What was done: ${kindsOf(summary) || 'nothing'}. The record is ${inWords(activity)}.`,
    ...missing(summary),
    ...(erasedOnPurpose > 0 ? [erasedWords(erasedOnPurpose)] : []),
    ...(sha256 ? [`sha256 ${sha256}, as event ${event} must name it; ${activity.file}`] : []),
    '',
    ...entries.map(entryLine),
    ...(entries.length > 0 ? [''] : []),
  ]
}

function inWords({ state, faults, event }: GrantActivity): string {
  if (state === 'open') return 'still open'
  if (state === 'unsigned') return 'not signed in this form yet: the next folder has it'
  return state === 'whole' ? `the one that event ${event} names` : `CHANGED: ${faults.join(' ')}`
}

function kindsOf({ counts }: ActivitySummary): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')
}

function missing({ gaps, unavailable, cut }: ActivitySummary): string[] {
  return [
    ...(unavailable === undefined ? [] : [`It could not be seen, because ${unavailable}.`]),
    ...gaps,
    ...(cut > 0 ? [`${cut} more were counted and not kept.`] : []),
  ]
}

function entryLine(entry: KeptEntry): string {
  const { at, source, kind, outcome, code } = entry
  const text = isErased(entry) ? '(text erased)' : cleanText(entry.text).replace(/\s+/g, ' ')
  const how = outcome === 'done' ? '' : ` ${outcome}${code ? ` ${code}` : ''}`
  return `${at.toISOString()} ${source} ${kind}${how}${text ? `  ${text}` : ''}`
}

const ENTRIES_A_PAGE = 1_000

/** All entries of a grant's record in order of time. There are at most `MAX_ENTRIES`, so they fit into memory. */
export async function everyEntry(
  activity: Pick<Store['activity'], 'entries'>,
  grant: GrantId,
): Promise<readonly KeptEntry[]> {
  const entries: KeptEntry[] = []
  for (;;) {
    const page = await activity.entries(grant, { after: entries.length, limit: ENTRIES_A_PAGE })
    entries.push(...page)
    if (page.length < ENTRIES_A_PAGE) return entries
  }
}

/** The record as JSON Lines: exactly the bytes whose SHA-256 is `record_sha256` in the event `activity.collected`. */
export function recordText(entries: readonly KeptEntry[]): string {
  return entries
    .toSorted((a, b) => a.number - b.number)
    .map((one) => `${canonicalJson(recordLine(one))}\n`)
    .join('')
}
