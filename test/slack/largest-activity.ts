/** What is said of what people did, at its largest. */
import type { Grant } from '../../src/core/access/grant.ts'
import { type ActivitySummary, activityKinds } from '../../src/core/activity/activity.ts'
import { judgeRecord } from '../../src/core/activity/activity-record.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import type { Message } from '../../src/slack/blocks/message.ts'
import { receipt } from '../../src/slack/words/access/ending.ts'
import { requesterUpdate } from '../../src/slack/words/access/phases.ts'
import { activityAnswer, unmatchedNotice } from '../../src/slack/words/activity/activity.ts'
import { NOON } from './rows.ts'

const LATER = new Date(NOON.getTime() + 3_600_000)

/** As much as can have been done with one access, in the words of the target. */
export function busyRecord(grant: string, typed: string): ActivitySummary {
  return {
    grant,
    state: 'closed',
    entries: 10_000,
    cut: 123_456_789,
    counts: Object.fromEntries(activityKinds.map((kind) => [kind, 123_456_789])),
    refused: 123_456_789,
    failed: 123_456_789,
    first: NOON,
    last: LATER,
    gaps: Array.from({ length: 20 }, (_, at) => `${at} ${typed.slice(0, 300)}`),
    unavailable: typed.slice(0, 300),
    hash: 'f'.repeat(64),
  }
}

export function activityMessages(
  typed: string,
  name: string,
  card: Card,
  grant: Grant,
): Record<string, Message> {
  const names = () => name
  const activity = busyRecord(grant.id, typed)
  const entry = {
    at: NOON,
    kind: 'failed-login' as const,
    outcome: 'refused' as const,
    code: '42501',
    session: 's'.repeat(200),
    source: 'b'.repeat(40),
    text: typed.slice(0, 2000),
    salt: 'a'.repeat(64),
    commitment: 'c'.repeat(64),
  }
  const entries = Array.from({ length: 20 }, (_, at) => ({
    ...entry,
    number: at + 1,
    kind: at % 2 ? ('select' as const) : entry.kind,
  }))
  const judged = judgeRecord({
    state: 'closed',
    hash: 'f'.repeat(64),
    named: { index: 999_999_999, hash: 'e'.repeat(64) },
    erased: 10_000,
    erasures: [{ index: 999_999_999, count: 9_999 }],
    wrong: Array.from({ length: 20 }, (_, at) => 9_980 + at),
  })
  const read = { grant, summary: activity, entries, after: 9_960, more: true, judged }
  const unmatched = {
    target: grant.target,
    account: typed.slice(0, 200) || 'x',
    count: 123_456_789,
    first: NOON,
    last: LATER,
    after: { grant: grant.id, number: 999_999_999, person: grant.person },
  }
  const security = Array.from({ length: 20 }, (_, at) => ({ kind: 'group' as const, id: `S0${at}` }))
  return {
    'receipt with activity': receipt({ ...card, grant, activity }, names),
    'told ended with activity': requesterUpdate('ended', { ...card, grant, activity }, names),
    'activity answer': activityAnswer(read, names, (after) => JSON.stringify({ grant: 999_999_999, after })),
    'activity unknown': activityAnswer(
      { ...read, summary: undefined, entries: [], more: false, judged: undefined },
      names,
      String,
    ),
    'used after its end': unmatchedNotice(unmatched, 'b'.repeat(40), security, names),
    'used without a grant': unmatchedNotice(
      { ...unmatched, after: undefined },
      'b'.repeat(40),
      security,
      names,
    ),
  }
}
