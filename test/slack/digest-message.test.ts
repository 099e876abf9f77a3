import { describe, expect, it } from 'vitest'
import type { ActivitySummary } from '../../src/core/activity/activity.ts'
import { digestMessage } from '../../src/slack/words/digest/digest.ts'
import { emptyDigest, look } from './empty-digest.ts'
import { plain } from './pressing.ts'
import { approved, grant, held, names, readAloud, secondsLater } from './rows.ts'

describe('the digest', () => {
  it('says in one sentence that nothing happened', () => {
    expect(plain(digestMessage(emptyDigest, names, look).text)).toBe(
      'Nothing happened from 2026-11-22 12:00 UTC to 2026-11-23 12:00 UTC: nobody asked, had or was refused access, and nothing waits to end.',
    )
  })

  it('says that standing access waits to be settled, even when nothing else happened', () => {
    expect(plain(digestMessage({ ...emptyDigest, openStanding: 1 }, names, look).text)).toContain(
      '1 account has standing access that nobody has settled: /elevate standing.',
    )
  })

  it('shows who had what, why, who approved it, how long, and how late it ended', () => {
    const message = digestMessage(
      { ...emptyDigest, asked: 1, grants: [held()], lateness: { count: 1, p50: 300, p99: 300, worst: 300 } },
      names,
      { zone: 'Europe/Berlin', native: true, csv: '{}' },
    )
    const words = readAloud(message)
    for (const cell of [
      '2026-11-23 13:01',
      'Ada',
      'read on orders-db',
      'Look into INC-7',
      'Ben',
      '30 min of 30 min',
      '0.3 s',
    ])
      expect(words).toContain(cell)
    expect(message.text).toContain('Ada: read on orders-db, used 30 min of 30 min, approved by Ben.')
  })

  it('says with each grant that is over what was done with it, and what could not be seen', () => {
    const record = {
      grant: held().grant.id,
      state: 'closed',
      entries: 4,
      cut: 0,
      counts: { connect: 1, select: 2, update: 1 },
      refused: 1,
      failed: 0,
      first: secondsLater(1),
      last: secondsLater(2),
      gaps: [],
      unavailable: undefined,
      hash: 'f',
    } as const
    const says = (one: Partial<ActivitySummary> | undefined) => {
      const done = new Map(one ? [[record.grant, { ...record, ...one }]] : [])
      return digestMessage({ ...emptyDigest, grants: [held()], done }, names, look)
    }
    expect(says({}).text).toContain('Done with it: 2 reads, 1 update; 1 refused.')
    expect(readAloud(says({}))).toContain('2 reads, 1 update; 1 refused')
    expect(says({ counts: {}, refused: 0 }).text).toContain('Done with it: nothing.')
    expect(says({ counts: {}, refused: 0, unavailable: 'nothing is logged' }).text).toContain(
      'cannot be seen',
    )
    expect(says({ gaps: ['the log was removed'] }).text).toContain('1 refused; not whole')
    expect(says(undefined).text).toContain('still being read')
  })

  it('puts what is still there after its time above everything', () => {
    const stuck = grant({ state: 'revoking', dueAt: secondsLater(-100), attempts: 4 })
    const message = digestMessage(
      { ...emptyDigest, stuck: [{ grant: stuck, request: approved() }] },
      names,
      look,
    )
    expect(readAloud(message)).toContain('Still there after its time')
    expect(message.text).toContain('Ada still has read on orders-db')
  })
})
