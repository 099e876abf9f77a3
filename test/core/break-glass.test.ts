import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../src/config/pattern.ts'
import { approversAndSecurity } from '../../src/core/access/approval.ts'
import { mayBreakGlass, refuseReviewer, rehearseBreakGlass } from '../../src/core/access/break-glass.ts'
import type { Request } from '../../src/core/access/request.ts'
import type { Catalog, Policy } from '../../src/core/catalog.ts'
import type { Person } from '../../src/core/people/person.ts'

const group = (id: string) => ({ kind: 'group' as const, id })
const policy: Policy = {
  name: 'engineers-read',
  targets: ['orders-db'],
  roles: ['read'],
  request: [group('SENG')],
  approve: { stages: [{ from: [group('SDBA')], count: 2 }], allowSelfApproval: true },
  duration: { default: 3600, max: 7200 },
  reason: { minLength: 3, pattern: compilePattern('INC-[0-9]+', 'found') },
  lapseAfter: 3600,
  breakGlass: {
    from: [group('SCALL')],
    duration: { default: 900, max: 1800 },
    whileReviewOpen: 'refuse',
  },
}
const role = (id: string) => ({ id, description: id, risk: 'low' as const, settings: {} })
const catalog: Catalog = {
  hash: 'h',
  securityChannel: 'CSEC',
  security: [group('SSEC')],
  digest: { at: '09:00', timezone: 'UTC' },
  targets: [
    {
      id: 'orders-db',
      connector: 'x',
      description: '',
      channel: 'C1',
      settings: {},
      roles: [role('read'), role('admin')],
    },
  ],
  policies: [
    policy,
    {
      ...policy,
      name: 'leads',
      approve: { ...policy.approve, stages: [{ from: [group('SLEAD')], count: 2 }] },
    },
  ],
}
const member = (id: string): Person => ({ id, kind: 'member', name: id })
const groups = new Map([
  ['SENG', ['UADA', 'UEVE']],
  ['SCALL', ['UADA', 'UBEN']],
  ['SDBA', ['UBEN']],
  ['SLEAD', ['ULEA']],
  ['SSEC', ['USAM']],
])
const ask = { target: 'orders-db', role: 'read', duration: 1800, reason: 'site down, INC-1' }
const code = (answer: object | undefined) =>
  answer && 'refused' in answer ? (answer.refused as { code: string }).code : 'allowed'

describe('breaking the glass', () => {
  it('is allowed to whom the policy names for it, whoever may ask', () => {
    expect(rehearseBreakGlass(catalog, ask, member('UADA'), groups, 0)).toMatchObject({ duration: 1800 })
    expect(rehearseBreakGlass(catalog, ask, member('UBEN'), groups, 0)).toMatchObject({ duration: 1800 })
  })
  it('is short when nothing is said', () => {
    const without = { ...ask, duration: undefined }
    expect(rehearseBreakGlass(catalog, without, member('UADA'), groups, 0)).toMatchObject({ duration: 900 })
  })
  it.each([
    ['somebody who may only ask', { person: 'UEVE' }, 'no-break-glass'],
    ['a role without it', { role: 'admin' }, 'no-break-glass'],
    ['an unknown role', { role: 'reed' }, 'unknown-role'],
    ['an unknown target', { target: 'order-db' }, 'unknown-target'],
    ['one second over the shorter cap', { duration: 1801 }, 'too-long'],
    ['no reason', { reason: '' }, 'reason-missing'],
    ['nine letters, where asking takes three', { reason: 'INC-12345' }, 'reason-too-short'],
    ['a reason in the wrong form', { reason: 'it is all on fire' }, 'reason-pattern'],
    ['an open review', { openReviews: 1 }, 'review-open'],
  ])('is refused for %s', (_, change, expected) => {
    const {
      person = 'UADA',
      openReviews = 0,
      ...rest
    } = change as {
      person?: string
      openReviews?: number
    }
    expect(code(rehearseBreakGlass(catalog, { ...ask, ...rest }, member(person), groups, openReviews))).toBe(
      expected,
    )
  })
  it('keeps a longer reason where the policy asks for one', () => {
    const strict = { ...catalog, policies: [{ ...policy, reason: { minLength: 40 } }] }
    expect(code(rehearseBreakGlass(strict, ask, member('UADA'), groups, 0))).toBe('reason-too-short')
  })
  it('goes on while a review is open only where the policy says so', () => {
    const breakGlass = { ...policy.breakGlass, whileReviewOpen: 'allow' } as Policy['breakGlass'] & object
    const open = { ...catalog, policies: [{ ...policy, breakGlass }] }
    expect(code(mayBreakGlass(open, ask, member('UADA'), groups, 3))).toBe('allowed')
  })
  it('is refused to everybody when the group cannot be read, and where no policy speaks of it', () => {
    expect(code(mayBreakGlass(catalog, ask, member('UADA'), new Map(), 0))).toBe('no-break-glass')
    const { breakGlass: _, ...closed } = policy
    expect(code(mayBreakGlass({ ...catalog, policies: [closed] }, ask, member('UADA'), groups, 0))).toBe(
      'no-break-glass',
    )
  })
  it.each(['guest', 'bot', 'deactivated', 'stranger'] as const)('is refused to a %s', (kind) => {
    expect(code(mayBreakGlass(catalog, ask, { ...member('UADA'), kind }, groups, 0))).toBe('not-a-member')
  })
})

describe('the review', () => {
  const request = { number: 7, requester: 'UBEN', target: 'orders-db', role: 'read' } as Request

  it.each([
    ['USAM', 'allowed'],
    ['ULEA', 'allowed'],
    ['UBEN', 'self-review'],
    ['UADA', 'not-a-reviewer'],
    ['UEVE', 'not-a-reviewer'],
  ])('by %s is %s, when Ben, an approver who may approve himself, has used it', (person, expected) => {
    expect(code(refuseReviewer(catalog, request, member(person), groups))).toBe(expected)
  })
  it('is for members of the workspace', () => {
    const guest = { ...member('USAM'), kind: 'guest' as const }
    expect(code(refuseReviewer(catalog, request, guest, groups))).toBe('not-a-member')
  })
  it('is asked of the approvers under every policy and of security, each once', () => {
    expect(approversAndSecurity(catalog, request)).toEqual([group('SDBA'), group('SLEAD'), group('SSEC')])
  })
})
