/** Messages about standing access at the largest that their rows can make them. */
import type { Standing } from '../../src/core/standing/standing.ts'
import type { Message } from '../../src/slack/blocks/message.ts'
import { standingReport } from '../../src/slack/words/standing/standing-access.ts'
import {
  acceptedAnswer,
  askedAbout,
  askedAboutAnswer,
  lookedAnswer,
  standingAnswer,
  takenAnswer,
} from '../../src/slack/words/standing/standing-answers.ts'
import { NOON } from './rows.ts'

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
