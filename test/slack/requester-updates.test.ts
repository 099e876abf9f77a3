import { describe, expect, it } from 'vitest'
import { receipt } from '../../src/slack/words/access/ending.ts'
import { isStale, requesterUpdate } from '../../src/slack/words/access/phases.ts'
import { plain, pressable } from './pressing.ts'
import {
  approved,
  card,
  decision,
  endedGrant,
  grant,
  names,
  readAloud,
  request,
  secondsLater,
  temporaryLogin,
  used,
} from './rows.ts'

describe('what the requester is told', () => {
  it('is where to connect, until when, and how to be done sooner', () => {
    const message = requesterUpdate('given', card({ request: approved(), grant: grant() }), names)
    expect(plain(message.text)).toContain(
      'You have read on orders-db until 2026-11-23 12:31 UTC. Approved by Ben.',
    )
    expect(readAloud(message)).toContain('orders.internal:5432')
    expect(pressable(message)).toEqual(['show_credential', 'give_back'])
  })

  it('offers a password only where there is one', () => {
    const own = { ...temporaryLogin, credential: 'none' } as const
    const message = requesterUpdate(
      'given',
      card({ request: approved(), grant: grant(), capabilities: own }),
      names,
    )
    expect(pressable(message)).toEqual(['give_back'])
    expect(readAloud(message)).not.toContain('password')
  })

  it('is who ended it early and why', () => {
    const ended = endedGrant({ endReason: 'ended-early', endedBy: 'U0CHO', endNote: 'The incident is over' })
    const message = requesterUpdate('ended', card({ request: approved(), grant: ended }), names)
    expect(message.text).toContain('was ended early by Cho. You used 30 min of 30 min.')
    expect(message.text).toContain('The reason given: The incident is over')
  })

  it('is the reason of a denial, in the notification too', () => {
    const no = decision({ verdict: 'deny', note: 'Use the replica' })
    const message = requesterUpdate(
      'denied',
      card({ request: request({ state: 'denied', decisions: [no] }) }),
      names,
    )
    expect(message.text).toBe(
      'R-1042 was denied by Ben: read on orders-db. The reason given: Use the replica',
    )
    expect(pressable(message)).toEqual(['ask_again'])
  })

  it('is that access goes on, with the same account', () => {
    const longer = grant({ number: 2078, prolongs: 'grant-2077', expiresAt: secondsLater(5461) })
    const message = requesterUpdate(
      'given',
      card({ request: approved({ prolongs: 'grant-2077' }), grant: longer, extendedGrant: grant() }),
      names,
    )
    expect(plain(message.text)).toBe(
      'Your read on orders-db is extended until 2026-11-23 13:31 UTC (G-2078, which goes on from G-2077). Approved by Ben. Your account stays the same, and so do open sessions.',
    )
    expect(pressable(message)).toEqual(['show_credential', 'extend_access', 'give_back'])
  })

  it('is that nothing changes when an extension takes over', () => {
    const kept = endedGrant({ endOutcome: 'kept-by-other' })
    const longer = grant({ number: 2078, prolongs: kept.id, expiresAt: secondsLater(5461) })
    const message = requesterUpdate(
      'ended',
      card({ request: approved(), grant: kept, extension: longer }),
      names,
    )
    expect(plain(message.text)).toContain('G-2077 is over, and your read on orders-db goes on until')
    expect(isStale('ending', card({ request: approved(), grant: grant(), extension: longer }))).toBe(true)
  })

  it('is not what a later step has made untrue', () => {
    expect(isStale('approved', card({ request: approved(), grant: grant() }))).toBe(true)
    expect(isStale('given', card({ request: approved(), grant: endedGrant() }))).toBe(true)
    expect(isStale('counted', card({ request: approved() }))).toBe(true)
    expect(isStale('given', card({ request: approved(), grant: grant() }))).toBe(false)
    expect(isStale('ended', card({ request: approved(), grant: endedGrant() }))).toBe(false)
  })
})

describe('the receipt', () => {
  it('shows request, approval, start, use, revocation and check', () => {
    const returned = endedGrant({
      endReason: 'returned',
      revokedAt: secondsLater(781),
      lateByMs: 400,
      sessionsEnded: 2,
      leftBehind: ['table public.mine'],
    })
    const words = readAloud(receipt(card({ request: approved(), grant: returned }), names))
    expect(words).toContain('12 min of 30 min')
    expect(words).toContain('Ada gave it back')
    expect(words).toContain('0.4 s later')
    expect(words).toContain('2 open sessions were ended')
    expect(words).toContain('table public.mine')
  })

  it('does not claim to have taken what was kept', () => {
    const kept = receipt(
      card({ request: approved(), grant: endedGrant({ endOutcome: 'kept-by-other' }) }),
      names,
    )
    expect(readAloud(kept)).toContain('Another live grant still gives Ada this access')
    expect(readAloud(kept)).not.toContain('Taken back')
    const standing = receipt(
      card({ request: approved(), grant: endedGrant({ endOutcome: 'kept-standing' }) }),
      names,
    )
    expect(readAloud(standing)).toContain(
      'Ada had this access before elevate gave it, so it stays as it was.',
    )
  })
})

describe('after break-glass', () => {
  it('tells the person who was notified, and shows on the receipt that the review is open', () => {
    const given = requesterUpdate('given', card({ request: used(), grant: grant() }), names)
    expect(given.text).toContain('Taken by break-glass, without approval. Everybody was told')
    const { text, blocks } = receipt(card({ request: used(), grant: endedGrant() }), names)
    expect(text).toContain('The review is open: an approver or security, and not Ada, has to write it.')
    expect(JSON.stringify(blocks)).toContain('The review is open')
    expect(text).not.toMatch(/approved by/i)
  })

  it('the person reads the review in whole', () => {
    const review = { state: 'justified', reviewer: 'U0SAM', note: 'Nobody answered at 03:00' } as const
    const times = { openedAt: secondsLater(0), closedAt: secondsLater(99) }
    const message = requesterUpdate(
      'reviewed',
      card({ request: used({ review: { ...review, ...times } }) }),
      names,
    )
    expect(message.text).toBe(
      'Sam reviewed your break-glass R-1042, read on orders-db: justified. Nobody answered at 03:00',
    )
  })
})
