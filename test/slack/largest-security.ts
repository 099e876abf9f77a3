/** What security reads, at its largest. */
import type { Grant } from '../../src/core/access/grant.ts'
import type { Request } from '../../src/core/access/request.ts'
import { auditEventTypes, type LoggedEvent } from '../../src/core/log/audit-event.ts'
import type { Who } from '../../src/core/people/person.ts'
import type { Held } from '../../src/core/reads.ts'
import type { Standing } from '../../src/core/standing/standing.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import type { Message, Names } from '../../src/slack/blocks/message.ts'
import {
  directoryDownAnswer,
  faultAnswer,
  outcomeUnknownAnswer,
  quarantineAnswer,
  storeDownAnswer,
} from '../../src/slack/platform/guard.ts'
import { writeAuditAsk } from '../../src/slack/platform/payloads.ts'
import { everythingAnswer, everythingEnded } from '../../src/slack/words/access/end-for-others.ts'
import { feedThreadRoot } from '../../src/slack/words/access/feed.ts'
import { digestMessage } from '../../src/slack/words/digest/digest.ts'
import { csvMessage, csvSentAnswer } from '../../src/slack/words/log/audit-answer.ts'
import {
  checkpointNotice,
  logRefusedNotice,
  noCheckpointAnswer,
  witnessRefusedNotice,
} from '../../src/slack/words/log/log-notices.ts'
import {
  acceptedAnswer,
  askedAbout,
  askedAboutAnswer,
  lookedAnswer,
  standingAnswer,
  standingReport,
  takenAnswer,
} from '../../src/slack/words/standing/standing.ts'
import { busyRecord } from './largest-activity.ts'
import { largestAnswers } from './largest-forms.ts'
import { NOON } from './rows.ts'

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

export type Worst = {
  readonly typed: string
  readonly names: Names
  readonly wide: { readonly target: string; readonly role: string }
  readonly worst: Grant
  readonly active: Grant
  readonly revoking: Grant
  readonly asked: Request
  readonly taken: Request
  readonly events: readonly LoggedEvent[]
  readonly approvedCard: Card
  readonly held: readonly Held[]
  readonly crowd: readonly Who[]
}

export function securityMessages(all: Worst): Record<string, Message> {
  const { typed, names, wide, worst, asked, taken, active, revoking, events, approvedCard, crowd } = all
  const whoHad = all.held
  const csv = writeAuditAsk({ from: NOON, to: NOON })
  const everything = {
    person: 'U0ADA',
    grants: times(200, () => ({ grant: active, request: asked })),
    requests: times(50, () => asked),
    preApprovals: [],
  }
  const ask = { ...wide, person: 'U0ADA', from: NOON, to: NOON, types: auditEventTypes }
  const habit = (at: number) => ({ person: `U0${at}`, decisions: 100, approves: 0.98, median: 3 })
  const digest = {
    from: NOON,
    to: NOON,
    grants: whoHad,
    asked: 1000,
    denied: [asked],
    lapsed: [asked],
    withdrawn: [asked],
    refused: events,
    stuck: times(50, () => ({ grant: revoking, request: asked })),
    openReviews: times(50, () => taken),
    lateness: { count: 1000, p50: 300, p99: 9000, worst: 3_600_000 },
    period: 'weekly' as const,
    late: whoHad.slice(0, 60),
    unused: whoHad.slice(0, 60).map((one) => ({ ...one, why: 'nothing-done' as const })),
    overAsked: whoHad.slice(0, 60).map((one) => ({ ...one, needed: 60, by: 'record' as const })),
    habits: {
      approvers: times(60, habit),
      blinkers: times(60, habit),
      lone: times(60, (at) => ({ person: `U0${at}`, ...wide, decided: 90, of: 100 })),
    },
    openStanding: 9_999,
    standing: events,
    done: new Map(whoHad.map(({ grant }) => [grant.id, busyRecord(grant.id, typed)])),
    days: times(8, (at) => ({
      label: `Mon ${at + 1} Sept`,
      counts: { 'full-time': 1000, 'given-back': 1000, 'ended-early': 1000, live: 1000, 'not-given': 1000 },
    })),
  }
  return {
    checkpoint: checkpointNotice({
      size: 9_999_999_999,
      note: `elevate/${'o'.repeat(200)}\n9999999999\n${'h'.repeat(44)}\n\n— ${'k'.repeat(1800)}\n`,
    }),
    'log refused': logRefusedNotice(typed || 'The log is shorter than what was signed.', crowd),
    digest: digestMessage(digest, names, { zone: 'America/Argentina/Buenos_Aires', native: true, csv }),
    'digest in classic blocks': digestMessage(digest, names, { zone: 'UTC', native: false, csv }),
    'digest of many and nothing else': digestMessage(
      {
        ...digest,
        stuck: [],
        openReviews: [],
        late: [],
        unused: [],
        overAsked: [],
        refused: [],
        standing: [],
      },
      names,
      { zone: 'UTC', native: true, csv },
    ),
    'everything ended': everythingEnded(everything, 'U0SAM', typed, names),
    'everything answer': everythingAnswer(everything, names),
    'nothing of everything': everythingAnswer(
      { person: 'U0ADA', grants: [], requests: [], preApprovals: [] },
      names,
    ),
    'revoking answer': largestAnswers(typed, names('')).other,
    'csv above the file': csvMessage(
      ask,
      { events: times(10_000, () => events[0]).flatMap((one) => one ?? []), own: true, cut: true },
      names,
    ),
    'csv sent': csvSentAnswer(10_000),
    'feed head': feedThreadRoot({ ...approvedCard, grant: active }, names),
    'feed head ended': feedThreadRoot({ ...approvedCard, grant: worst }, names),
    'feed head not given': feedThreadRoot(
      { ...approvedCard, grant: { ...worst, activatedAt: undefined } },
      names,
    ),
  }
}

/** Messages about standing access at the largest that their rows can make them. */

/** Accounts and grantors are named by whoever made them, and the target's own words come with its errors. */
export function standingMessages(
  typed: string,
  wide: { readonly target: string; readonly role: string },
  crowd: Parameters<typeof askedAbout>[2],
  names: (id: string) => string,
): Record<string, Message> {
  const one = (state: Standing['state'], at = 0) => standingRow(typed, wide, state, at)
  const many = (state: Standing['state']) => Array.from({ length: 200 }, (_, at) => one(state, at))
  const look = { target: wide.target, triedAt: NOON, readAt: NOON, error: typed }
  const report = { id: one('open').report, target: wide.target, at: NOON, first: true, error: undefined }
  const looks = Array.from({ length: 20 }, () => look)
  return {
    'standing report': standingReport({ report, found: many('open'), look }, names),
    'standing settled': standingReport({ report, found: many('accepted'), look }, names),
    'standing over': standingReport({ report, found: many('removed'), look }, names),
    'standing unread': standingReport({ report: { ...report, error: typed }, found: [], look }, names),
    'standing of all': standingAnswer({ present: many('open'), looks, target: undefined }, names),
    'standing of one': standingAnswer({ present: many('open'), looks: [look], target: wide.target }, names),
    'standing accepted': acceptedAnswer([one('accepted')]),
    'standing taken': takenAnswer(one('removed'), 12),
    'standing asked': askedAbout(one('open'), 'U0SAM', crowd, names),
    'standing asked answer': askedAboutAnswer(one('open')),
    'standing looked': lookedAnswer(wide.target, { unread: typed }),
  }
}

export function standingRow(
  typed: string,
  wide: { readonly target: string; readonly role: string },
  state: Standing['state'],
  at = 0,
): Standing {
  return {
    ...wide,
    id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    account: `${at}${typed}`,
    via: 'direct',
    how: typed,
    beyond: at % 2 === 0 ? typed : undefined,
    leftover: false,
    state,
    version: 1,
    report: '00000000-0000-4000-8000-000000000000',
    foundAt: NOON,
    seenAt: NOON,
    acceptedBy: 'U0SAM',
    acceptedAt: NOON,
    acceptedUntil: NOON,
    acceptedWhy: typed,
    takingBy: undefined,
    closedAt: NOON,
    closedBy: 'U0SAM',
  }
}

/** What is said when something is away. */

const line = `A${'A'.repeat(103)}`
const cosigned = {
  size: Number.MAX_SAFE_INTEGER,
  note: `elevate.example.com/audit\n${Number.MAX_SAFE_INTEGER}\n${'A'.repeat(43)}=\n\n${`— witness.example.com/w1 ${line}\n`.repeat(9)}`,
}

export function troubleMessages(): Record<string, Message> {
  return {
    checkpoint: checkpointNotice(cosigned, true),
    'no checkpoint': noCheckpointAnswer(),
    'witness refused': witnessRefusedNotice(
      `witness.example.com/${'w'.repeat(200)}`,
      'it knows a checkpoint of 9007199254740991 events, and there are 0',
      [{ kind: 'group', id: 'S0SEC' }],
    ),
    quarantined: quarantineAnswer(),
    'store down': storeDownAnswer(),
    'outcome unknown': outcomeUnknownAnswer(),
    'directory down': directoryDownAnswer(),
    fault: faultAnswer(),
  }
}
