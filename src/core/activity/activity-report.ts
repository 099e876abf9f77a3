/** What another system says that accounts did: read strictly, because it is never asked again. */

import { DAY, MINUTE } from '../access/duration.ts'
import { clamp } from '../access/reason.ts'
import {
  type ActivityKind,
  type ActivityOutcome,
  activityKinds,
  activityOutcomes,
  type ReportedEntry,
} from './activity.ts'

const MAX_REPORTED_ENTRIES = 1_000
/** Older things are no news, and younger ones come from a clock that is wrong. Seconds. */
const OLDEST_SECONDS = 7 * DAY
const MAX_AHEAD_SECONDS = 5 * MINUTE
const MAX_FAULTS = 20
const LONGEST_TEXT = 8_000

type Report =
  | { readonly ok: true; readonly entries: readonly ReportedEntry[] }
  | { readonly ok: false; readonly faults: readonly string[] }

const KEYS = ['account', 'target', 'at', 'kind', 'text', 'outcome', 'session']
const TIME =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/

/** All or nothing: a list with one bad entry is refused whole, so that it can be mended and sent again. */
export function readReport(
  body: unknown,
  ask: { readonly id: string; readonly now: Date; readonly targets: readonly string[] },
): Report {
  if (!Array.isArray(body)) return { ok: false, faults: ['The body must be a list of entries.'] }
  if (body.length > MAX_REPORTED_ENTRIES)
    return {
      ok: false,
      faults: [`At most ${MAX_REPORTED_ENTRIES} entries at once; this has ${body.length}.`],
    }
  const faults: string[] = []
  const entries = body.flatMap((raw: unknown, at) => {
    const read = readEntry(raw, ask)
    if (typeof read !== 'string') return [{ ...read, key: `${ask.id}/${at}` }]
    faults.push(`Entry ${at}: ${read}`)
    return []
  })
  return faults.length > 0 ? { ok: false, faults: faults.slice(0, MAX_FAULTS) } : { ok: true, entries }
}

function readEntry(
  raw: unknown,
  { now, targets }: { readonly now: Date; readonly targets: readonly string[] },
): Omit<ReportedEntry, 'key'> | string {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return 'it is not an object.'
  const entry = raw as Record<string, unknown>
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    return `there is no key ${JSON.stringify(clamp(unknown, 40))}; use ${KEYS.join(', ')}.`
  const { account, target, at, kind = 'other', outcome = 'unknown', text = '', session = '' } = entry
  if (!isText(account, 1, 200)) return 'account must be a text of 1 to 200 characters.'
  if (typeof target !== 'string' || !targets.includes(target))
    return `target must be one of those that this source may report about: ${targets.join(', ')}.`
  const moment = typeof at === 'string' && TIME.test(at) ? new Date(at) : undefined
  if (!moment || Number.isNaN(moment.getTime()))
    return 'at must be a moment with its zone, such as 2026-11-20T03:00:00Z.'
  if (moment.getTime() > now.getTime() + MAX_AHEAD_SECONDS * 1000) return 'at lies in the future.'
  if (moment.getTime() < now.getTime() - OLDEST_SECONDS * 1000) return 'at is more than 7 days ago.'
  if (!activityKinds.includes(kind as ActivityKind)) return `kind must be one of ${activityKinds.join(', ')}.`
  if (!activityOutcomes.includes(outcome as ActivityOutcome))
    return `outcome must be one of ${activityOutcomes.join(', ')}.`
  if (!isText(text, 0, LONGEST_TEXT)) return `text must have at most ${LONGEST_TEXT} characters.`
  if (!isText(session, 0, 200)) return 'session must have at most 200 characters.'
  return {
    account,
    target,
    at: moment,
    kind: kind as ActivityKind,
    outcome: outcome as ActivityOutcome,
    text,
    session,
  }
}

const isText = (value: unknown, least: number, most: number): value is string =>
  typeof value === 'string' && value.length >= least && value.length <= most
