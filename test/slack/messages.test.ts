import { describe, expect, it } from 'vitest'
import { refuse } from '../../src/core/refusal.ts'
import { literal } from '../../src/slack/blocks/layout.ts'
import { alarm, revokedNotice } from '../../src/slack/words/access/ending.ts'
import { explainAnswer } from '../../src/slack/words/access/explain.ts'
import { feed } from '../../src/slack/words/access/feed.ts'
import { digestMessage } from '../../src/slack/words/digest/digest.ts'
import { auditAnswer } from '../../src/slack/words/log/audit-answer.ts'
import { restartReport } from '../../src/slack/words/log/log-notices.ts'
import { whoAnswer } from '../../src/slack/words/log/who-answer.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'
import { emptyDigest, look } from './empty-digest.ts'
import { buttons, plain } from './pressing.ts'
import {
  approved,
  endedGrant,
  event,
  grant,
  held,
  names,
  policy,
  read,
  readAloud,
  request,
  secondsLater,
  target,
  temporaryLogin,
  used,
} from './rows.ts'

const possible = {
  policy,
  approvers: ['U0BEN'],
  stages: [{ from: [{ kind: 'group', id: 'S0DBA' }], count: 1, people: ['U0BEN'] }],
  possible: 1,
  role: read,
  target,
  gone: [],
  fallback: undefined,
  capabilities: temporaryLogin,
  breakGlass: undefined,
} as const

describe('channels', () => {
  it('read one sentence for one grant that ended', () => {
    expect(revokedNotice([endedGrant()], names).text).toBe(
      'Ada no longer has read on orders-db through G-2077: its time was over. Used 30 min of 30 min; taken back 0.3 s after its time.',
    )
  })

  it('read one message for a thousand, the latest first, and ping nobody', () => {
    const thousand = Array.from({ length: 1000 }, (_, at) => endedGrant({ number: at, lateByMs: at * 10 }))
    const message = revokedNotice(thousand, names)
    expect(message.text).toBe('1,000 grants ended, and the targets said so. The latest was 10.0 s late.')
    expect(readAloud(message)).toContain('And 985 more')
    expect(readAloud(message)).toContain('(G-999)')
    expect(JSON.stringify(message.blocks)).not.toMatch(/<@|"user"/)
  })

  it('see refused attempts and failures before everything else in the feed', () => {
    const message = feed(
      [
        { what: 'asked', request: request(), grant: undefined },
        { what: 'given', request: approved(), grant: grant() },
        { what: 'not-given', request: approved(), grant: grant({ lastError: 'no such role' }) },
        {
          what: 'refused',
          person: 'U0EVE',
          code: 'not-an-approver',
          target: 'orders-db',
          role: 'read',
          request: request(),
        },
      ],
      names,
      { ended: 12 },
    )
    const kinds = message.text.match(/Refused|Not given|Given|Asked/g)
    expect(kinds).toEqual(['Refused', 'Not given', 'Given', 'Asked'])
    expect(message.text).toContain('And more: 12 grants that ended.')
    expect(JSON.stringify(message.blocks)).not.toMatch(/<@|"type":"user"/)
  })

  it('can end from the feed what was just given', () => {
    const message = feed([{ what: 'given', request: approved(), grant: grant() }], names)
    expect(buttons(message).map((one) => [one.action_id, one.value])).toEqual([['end_other', 'grant-2077']])
    const over = grant({ state: 'revoking', endReason: 'returned', dueAt: secondsLater(60) })
    expect(buttons(feed([{ what: 'given', request: approved(), grant: over }], names))).toEqual([])
  })

  it('are alerted when access outlives its time, with security mentioned and a button', () => {
    const stuck = grant({
      state: 'revoking',
      endReason: 'expired',
      dueAt: secondsLater(1861),
      attempts: 9,
      lastError: 'refused',
    })
    const message = alarm(stuck, 2, [{ kind: 'group', id: 'S0SEC' }], names)
    expect(message.text).toContain('Access outlives its time. Ada still has read on orders-db.')
    expect(readAloud(message)).toContain('<!subteam^S0SEC>')
    expect(readAloud(message)).toContain('after 9 tries')
    expect(buttons(message).map((one) => [one.action_id, one.value])).toEqual([['look_again', 'grant-2077']])
  })

  it('hear what fell due while elevate was away', () => {
    const notice = { kind: 'woke', downSeconds: 2520, expired: 3, unfinished: 0, lapsed: 1 } as const
    expect(restartReport(notice).text).toBe(
      'elevate is back after 42 min. Meanwhile 3 grants had expired, and are being ended now; 1 request had lapsed.',
    )
    expect(plain(restartReport({ ...notice, standing: 2 }).text)).toMatch(
      /lapsed\. 2 accounts have standing access that nobody has settled: \/elevate standing\.$/,
    )
  })
})

describe('break-glass', () => {
  it('stays in every digest until it was reviewed, also when nothing else happened', () => {
    const message = digestMessage({ ...emptyDigest, openReviews: [used()] }, names, look)
    expect(readAloud(message)).toContain('🚨 Break-glass without a review')
    expect(plain(message.text)).toContain(
      'Ada took read on orders-db by break-glass 2026-11-23 12:00 UTC (R-1042); the review is open.',
    )
  })

  it('is named in the digest where an approver would be', () => {
    const grants = [held({ approvers: [], review: used().review })]
    const message = digestMessage({ ...emptyDigest, grants }, names, look)
    expect(message.text).toContain('used 30 min of 30 min, taken by break-glass.')
    expect(readAloud(message)).toContain('break-glass')
  })

  it.each([
    ['no-break-glass', undefined, 'tried to break glass for read on orders-db: no policy lets them'],
    ['review-open', undefined, 'tried to break glass for read on orders-db: an earlier use of theirs waits'],
    ['self-review', used(), 'tried to review R-1042 (read on orders-db for Ada): nobody reviews what they'],
  ] as const)('refused as %s reads as what was tried', (code, about, says) => {
    const line = { what: 'refused', person: 'U0ADA', code, target: 'orders-db', role: 'read' } as const
    expect(feed([{ ...line, request: about }], names).text).toContain(says)
  })

  it.each([
    [undefined, 'Break-glass: not possible for you here.'],
    [{ max: 1800, reviewOpen: false }, 'Break-glass: possible without approval for up to 30 min;'],
    [{ max: 1800, reviewOpen: true }, 'but not before somebody has reviewed your last one.'],
  ])('is part of what explain says: %j', (breakGlass, says) => {
    const asked = { target: 'orders-db', role: 'read' }
    const explained = { ...possible, breakGlass }
    expect(explainAnswer(asked, explained, names).text).toContain(says)
  })
})

describe('answers', () => {
  it('to explain name the people of each stage, and mention nobody', () => {
    const [dba] = possible.stages
    const staged = {
      ...possible,
      stages: [
        { ...dba, people: ['U0BEN', 'U0CHO'] },
        { name: 'Security', from: [{ kind: 'person', id: 'U0SAM' }] as const, count: 1, people: ['U0SAM'] },
      ],
      possible: 2,
    }
    const answer = explainAnswer({ target: 'orders-db', role: 'read' }, staged, names)
    expect(answer.text).toContain('it needs 2 approvals: one of Ben or Cho and Sam (Security).')
    expect(answer.text).not.toMatch(/<@|<!/)
  })

  it('to who had access name the person, the stretch, the approvers and the reason', () => {
    const answer = whoAnswer(
      { target: 'orders-db', role: 'read', at: 'typed' },
      {
        window: { kind: 'moment', from: secondsLater(200), to: secondsLater(200) },
        held: [held()],
        more: false,
      },
      names,
    )
    expect(plain(answer.text)).toBe(
      '1 person had read on orders-db at 2026-11-23 12:03 UTC: Ada: read on orders-db from 2026-11-23 12:01 UTC to 2026-11-23 12:31 UTC (G-2077), approved by Ben. Reason: Look into INC-7',
    )
  })

  it('about the audit log give one line for an event, and a way to older ones', () => {
    const said = {
      actor: { kind: 'person', id: 'U0BEN' },
      subject: 'U0ADA',
      target: 'orders-db',
      role: 'read',
      request: 'R-1042',
    }
    const answer = auditAnswer({ events: [event('request.approved', said)], own: false }, names, {
      older: 'older-value',
      asked: 'the question',
    })
    expect(plain(answer.text)).toContain(
      '2026-11-23 12:00:00 UTC Approved by Ben: read on orders-db for Ada (R-1042) #41',
    )
    expect(buttons(answer).map((one) => one.value)).toEqual(['older-value', 'the question', 'the question'])
  })

  it('about an event of another version say as much as is understood', () => {
    const strange = { ...event('grant.revoked', {}), bytes: 'not json' }
    expect(
      auditAnswer({ events: [strange], own: false }, names, { older: undefined, asked: '{}' }).text,
    ).toContain('Taken back')
  })

  it('to explain say when nobody could approve', () => {
    const answer = explainAnswer({ target: 'orders-db', role: 'read' }, { ...possible, possible: 0 }, names)
    expect(answer.text).toContain('so it cannot be approved')
  })

  it('that refuse quote what was typed as letters, with people by name', () => {
    const no = refuse('nothing-to-revoke', { person: 'U0BEN', role: undefined, target: '<!here> @channel' })
    const answer = literal(refusalText(no, names))
    expect(answer.text).toBe('Ben has no access on &lt;!here&gt; @\u2060channel that could be ended.')
    expect(readAloud(answer)).toContain('Ben has no access on <!here> @channel that could be ended.')
  })
})
