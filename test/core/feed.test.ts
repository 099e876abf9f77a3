import { expect, it } from 'vitest'
import { cardLanes, inFeed, isAtLeast, severityOf } from '../../src/core/feed.ts'
import { endedGrant, grant, policy, request, target, used } from '../slack/rows.ts'

const catalog = {
  hash: 'a'.repeat(64),
  securityChannel: 'C0SECURITY',
  security: [],
  digest: { at: '09:00', timezone: 'UTC' },
  targets: [target],
  policies: [policy],
}

it('makes a channel that is both the target’s and security’s one copy', () => {
  expect(cardLanes(catalog, 'C0ORDERS')).toEqual(['channel:C0ORDERS', 'channel:C0SECURITY'])
  expect(cardLanes(catalog, 'C0SECURITY')).toEqual(['channel:C0SECURITY'])
})

it('shows a line in the feed only where nobody decides', () => {
  expect(inFeed(catalog, 'channel:C0SECURITY', request())).toBe(true)
  expect(inFeed(catalog, 'channel:C0ORDERS', request())).toBe(false)
  expect(inFeed(catalog, 'channel:C0SECURITY', used())).toBe(false)
  const one = { ...catalog, targets: [{ ...target, channel: 'C0SECURITY' }] }
  expect(inFeed(one, 'channel:C0SECURITY', request())).toBe(false)
})

it('weighs steps by what they mean', () => {
  expect(severityOf('asked', { request: request() })).toBe('info')
  expect(severityOf('given', { request: request(), risk: 'medium' })).toBe('info')
  expect(severityOf('given', { request: request(), risk: 'high' })).toBe('notice')
  // Its card has alarmed everybody already.
  expect(severityOf('given', { request: used(), risk: 'high' })).toBe('info')
  expect(severityOf('ended', { grant: endedGrant({ endReason: 'expired', lateByMs: 300 }) })).toBe('info')
  expect(severityOf('ended', { grant: endedGrant({ endReason: 'expired', lateByMs: 31_000 }) })).toBe(
    'warning',
  )
  expect(severityOf('ended', { grant: endedGrant({ endReason: 'ended-early', lateByMs: 9 }) })).toBe('notice')
  expect(severityOf('not-given', { grant: grant() })).toBe('warning')
  expect(severityOf('refused', {})).toBe('warning')
  expect(severityOf('alarm', {})).toBe('alarm')
})

it('orders severities', () => {
  expect(isAtLeast('warning', 'notice')).toBe(true)
  expect(isAtLeast('notice', 'notice')).toBe(true)
  expect(isAtLeast('info', 'notice')).toBe(false)
})
