import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../src/config/pattern.ts'
import { groupsToApproveBy, ruleFor, unmet } from '../../src/core/access/auto-approval.ts'
import type { AutoApproval } from '../../src/core/catalog.ts'

const rule: AutoApproval = {
  name: 'on-call-read',
  roles: ['read'],
  from: [{ kind: 'group', id: 'S0ONCALL' }],
  maxDuration: 3600,
  hours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' },
  reasonPattern: compilePattern('\\bINC-\\d+\\b', 'found'),
}
const ask = { person: 'UADA', role: 'read', duration: 3600, reason: 'fix INC-7', ticket: undefined }
const monday = new Date('2026-11-23T10:00:00Z')
const groups = new Map([['S0ONCALL', ['UADA']]])

describe('a rule that approves at once', () => {
  it('holds when all that it names holds', () => {
    expect(unmet(rule, ask, monday, groups)).toEqual([])
  })

  it.each([
    ['another role', { role: 'admin' }, 'role'],
    ['somebody else', { person: 'UEVE' }, 'person'],
    ['a second too long', { duration: 3601 }, 'duration'],
    ['a reason without a ticket', { reason: 'just looking' }, 'reason'],
  ])('does not for %s', (_name, change, says) => {
    expect(unmet(rule, { ...ask, ...change }, monday, groups)).toEqual([says])
  })

  it('that wants a ticket holds for the whole of one, and not without one', () => {
    const wants = { name: 'ticket', ticketPattern: compilePattern('INC-\\d+', 'whole') }
    expect(unmet(wants, { ...ask, ticket: 'INC-7' }, monday, groups)).toEqual([])
    expect(unmet(wants, { ...ask, ticket: 'XINC-7' }, monday, groups)).toEqual(['ticket'])
    expect(unmet(wants, ask, monday, groups)).toEqual(['ticket'])
  })

  it('does not outside its hours', () => {
    expect(unmet(rule, ask, new Date('2026-11-22T10:00:00Z'), groups)).toEqual(['hours'])
  })

  it('does not when Slack cannot say who is in the group', () => {
    expect(unmet(rule, ask, monday, new Map())).toEqual(['person'])
  })

  it('is the first of the policy that holds, and none where none does', () => {
    const autoApprove = [{ name: 'short', maxDuration: 60 }, rule, { name: 'any' }]
    expect(ruleFor({ autoApprove }, ask, [monday], groups)?.name).toBe('on-call-read')
    expect(ruleFor({ autoApprove }, { ...ask, duration: 60 }, [monday], groups)?.name).toBe('short')
    expect(ruleFor({ autoApprove }, { ...ask, person: 'UEVE' }, [monday], groups)?.name).toBe('any')
    expect(ruleFor({ autoApprove: [rule] }, { ...ask, person: 'UEVE' }, [monday], groups)).toBeUndefined()
    expect(ruleFor({}, ask, [monday], groups)).toBeUndefined()
  })

  it('holds when it is asked and when it begins, if that is later', () => {
    const sunday = new Date('2026-11-29T10:00:00Z')
    expect(ruleFor({ autoApprove: [rule] }, ask, [monday, new Date('2026-11-24T10:00:00Z')], groups)).toBe(
      rule,
    )
    expect(ruleFor({ autoApprove: [rule] }, ask, [monday, sunday], groups)).toBeUndefined()
    expect(ruleFor({ autoApprove: [rule] }, ask, [sunday, monday], groups)).toBeUndefined()
  })

  it('names the groups it has to know', () => {
    expect(groupsToApproveBy({ autoApprove: [rule, { ...rule, name: 'again' }] })).toEqual(['S0ONCALL'])
  })
})
