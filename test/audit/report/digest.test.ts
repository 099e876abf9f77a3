/** What the digest says was never used, or not for long: only what a whole record says, and what a password proves. */
import { expect, it } from 'vitest'
import { latenessOf, readDigest } from '../../../src/audit/report/digest.ts'
import type { ActivitySummary } from '../../../src/core/activity/activity.ts'
import type { Store } from '../../../src/store/database/open-store.ts'
import { endedGrant, held, NOON, secondsLater } from '../../slack/rows.ts'

const had = held({ grant: endedGrant({ endReason: 'expired' }) })

const record: ActivitySummary = {
  grant: had.grant.id,
  state: 'closed',
  entries: 0,
  cut: 0,
  counts: {},
  refused: 0,
  failed: 0,
  first: undefined,
  last: undefined,
  gaps: [],
  unavailable: undefined,
  hash: 'f',
}

/** Rows in memory: one grant that ended in the stretch, its record, and whether its password was shown. */
async function digestOf(over: Partial<ActivitySummary> | undefined, shown = true) {
  const password = {
    index: 1,
    time: NOON,
    bytes: '{"grant":"G-2077"}',
    private: {},
    type: 'credential.shown',
  }
  const store = {
    reads: {
      held: async () => [had],
      closedRequests: async () => [],
      stuck: async () => [],
      openReviews: async () => [],
      grantsOf: async () => [],
    },
    audit: {
      events: async ({ types }: { types: readonly string[] }) =>
        shown && types.includes('credential.shown') ? [password] : [],
    },
    standing: { present: async () => [] },
    activity: { summaries: async () => (over ? [{ ...record, ...over, about: had.grant }] : []) },
  } as unknown as Pick<Store, 'reads' | 'audit' | 'activity' | 'standing'>
  return readDigest(store, {
    from: NOON,
    to: secondsLater(86_400),
    period: 'daily',
    zone: 'UTC',
    needsPassword: () => true,
  })
}

it('calls access never used when the whole record of the target is empty', async () => {
  expect((await digestOf({})).unused.map((one) => one.why)).toEqual(['nothing-done'])
})

it.each([
  ['something was done', { entries: 3, last: secondsLater(1_800) }],
  ['the record has a gap', { gaps: ['the log was removed'] }],
  ['the target could not be read', { unavailable: 'nothing is logged' }],
  ['the record is still open', { state: 'open' as const }],
])('does not when %s', async (_, over) => {
  expect((await digestOf(over)).unused).toEqual([])
})

it('calls access never used when nobody asked for its password', async () => {
  expect((await digestOf(undefined, false)).unused.map((one) => one.why)).toEqual(['no-password'])
})

it('says how much of the time was needed, by the last thing that was done', async () => {
  const last = new Date((had.grant.activatedAt ?? NOON).getTime() + 120_000)
  const [asked] = (await digestOf({ entries: 2, last })).overAsked
  expect(asked).toMatchObject({ needed: 120, by: 'record' })
})

it('says how late access ended, by rank', () => {
  const late = (ms: number) => ({ lateByMs: ms })
  expect(latenessOf([])).toEqual({ count: 0, p50: 0, p99: 0, worst: 0 })
  expect(latenessOf(Array.from({ length: 100 }, (_, at) => late(at + 1)))).toEqual({
    count: 100,
    p50: 50,
    p99: 99,
    worst: 100,
  })
  expect(latenessOf([late(7), { lateByMs: undefined }])).toEqual({ count: 1, p50: 7, p99: 7, worst: 7 })
})
