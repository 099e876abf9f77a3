import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../src/config/pattern.ts'
import { decide, standingApprovals } from '../../src/core/access/approval.ts'
import { rehearse } from '../../src/core/access/policy.ts'
import type { Decision, Request } from '../../src/core/access/request.ts'
import type { Catalog, Policy } from '../../src/core/catalog.ts'
import type { Person } from '../../src/core/people/person.ts'

const policy: Policy = {
  name: 'engineers-read',
  targets: ['orders-db'],
  roles: ['read'],
  request: [{ kind: 'group', id: 'SENG' }],
  approve: { stages: [{ from: [{ kind: 'group', id: 'SDBA' }], count: 2 }], allowSelfApproval: false },
  duration: { default: 3600, max: 7200 },
  reason: { minLength: 5, pattern: compilePattern('INC-[0-9]+', 'found'), hint: 'Name the incident.' },
  lapseAfter: 3600,
}
const role = (id: string) => ({ id, description: id, risk: 'low' as const, settings: {} })
const catalog: Catalog = {
  hash: 'h',
  securityChannel: 'CSEC',
  security: [{ kind: 'person', id: 'USEC' }],
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
  policies: [policy],
}
const member = (id: string): Person => ({ id, kind: 'member', name: id })
const groups = new Map([
  ['SENG', ['UADA']],
  ['SDBA', ['UBEN', 'UCHO', 'UADA']],
])
const ask = { target: 'orders-db', role: 'read', duration: 1800, reason: 'fix INC-1 now' }
const code = (answer: object) => ('refused' in answer ? (answer.refused as { code: string }).code : 'allowed')

describe('asking', () => {
  it('is allowed by the first policy that names the person', () => {
    expect(rehearse(catalog, ask, member('UADA'), groups)).toMatchObject({
      policy: { name: 'engineers-read' },
      duration: 1800,
    })
  })
  it('takes the policy’s default duration when none is given', () => {
    expect(rehearse(catalog, { ...ask, duration: undefined }, member('UADA'), groups)).toMatchObject({
      duration: 3600,
    })
  })
  it.each([
    ['an unknown target', { target: 'order-db' }, 'unknown-target'],
    ['an unknown role', { role: 'reed' }, 'unknown-role'],
    ['a role no policy gives', { role: 'admin' }, 'not-allowed'],
    ['one second too long', { duration: 7201 }, 'too-long'],
    ['no time at all', { duration: 0 }, 'bad-duration'],
    ['no reason', { reason: '' }, 'reason-missing'],
    ['a short reason', { reason: 'x' }, 'reason-too-short'],
    ['a reason in the wrong form', { reason: 'because I say so' }, 'reason-pattern'],
    ['a reason of 3,001 characters', { reason: `INC-1 ${'x'.repeat(2995)}` }, 'reason-too-long'],
  ])('is refused for %s', (_, change, expected) => {
    expect(code(rehearse(catalog, { ...ask, ...change }, member('UADA'), groups))).toBe(expected)
  })
  it('suggests only names the person may ask for', () => {
    const mine = rehearse(catalog, { ...ask, target: 'order-db' }, member('UADA'), groups)
    const other = rehearse(catalog, { ...ask, target: 'order-db' }, member('UEVE'), groups)
    expect(mine).toMatchObject({ refused: { data: { known: expect.arrayContaining(['orders-db']) } } })
    expect(other).toMatchObject({ refused: { data: { known: expect.not.arrayContaining(['orders-db']) } } })
  })
  it('is refused to everybody when the group cannot be read', () => {
    expect(code(rehearse(catalog, ask, member('UADA'), new Map()))).toBe('not-allowed')
  })
  it.each(['guest', 'bot', 'deactivated', 'stranger'] as const)('is refused to a %s', (kind) => {
    expect(code(rehearse(catalog, ask, { ...member('UADA'), kind }, groups))).toBe('not-a-member')
  })
})

describe('deciding', () => {
  const request = (decisions: Decision[] = []): Request => ({
    id: 'r',
    number: 1,
    requester: 'UADA',
    target: 'orders-db',
    role: 'read',
    duration: 1800,
    reason: 'INC-1',
    ticket: undefined,
    askedBy: undefined,
    bundle: undefined,
    startsAt: undefined,
    prolongs: undefined,
    widened: false,
    state: 'pending',
    version: 1,
    policyName: policy.name,
    policyHash: 'h',
    createdAt: new Date(0),
    lapsesAt: new Date(1),
    closedAt: undefined,
    closedBy: undefined,
    decisions,
  })
  const yes = (approver: string): Decision => ({
    approver,
    verdict: 'approve',
    self: false,
    note: '',
    at: new Date(0),
  })
  const by = (approver: string, decisions: Decision[] = [], use = catalog, people = groups) =>
    decide(use, request(decisions), member('UADA'), member(approver), 'approve', people)

  it('counts the first of two yeses and is approved by the second', () => {
    expect(by('UBEN')).toMatchObject({ outcome: 'counted', stages: [{ by: ['UBEN'] }] })
    expect(by('UCHO', [yes('UBEN')])).toMatchObject({
      outcome: 'approved',
      stages: [{ by: ['UBEN', 'UCHO'] }],
    })
  })
  it('counts one person once', () => {
    expect(code(by('UBEN', [yes('UBEN')]))).toBe('already-decided')
  })
  it('refuses a yes that fills nothing, and still takes a no from the same person', () => {
    const stages = [
      { from: [{ kind: 'group', id: 'SDBA' }], count: 1 },
      { from: [{ kind: 'person', id: 'USAM' }], count: 1 },
    ] as const
    const staged = { ...catalog, policies: [{ ...policy, approve: { ...policy.approve, stages } }] }
    expect(code(by('UCHO', [yes('UBEN')], staged))).toBe('stage-filled')
    const no = decide(staged, request([yes('UBEN')]), member('UADA'), member('UCHO'), 'deny', groups)
    expect(no).toMatchObject({ outcome: 'denied' })
    expect(by('USAM', [yes('UBEN')], staged)).toMatchObject({
      outcome: 'approved',
      stages: [{ by: ['UBEN'] }, { by: ['USAM'] }],
    })
  })
  it('is for approvers only', () => {
    expect(code(by('UEVE'))).toBe('not-an-approver')
  })
  it('is refused to the requester, even as a member of the approvers', () => {
    expect(code(by('UADA'))).toBe('self-approval')
  })
  it('is open to the requester when policy says so in so many words, and says so', () => {
    const open = {
      ...catalog,
      policies: [{ ...policy, approve: { ...policy.approve, allowSelfApproval: true } }],
    }
    expect(by('UADA', [], open)).toMatchObject({ outcome: 'counted', self: true })
  })
  it('is open to fallback approvers once the request has waited for long enough, and not before', () => {
    const fallback = { from: [{ kind: 'person', id: 'UEVE' }], after: 3600 } as const
    const late = { ...catalog, policies: [{ ...policy, fallback }] }
    const waited = { ...request(), widened: true }
    const eve = (use: Catalog, asked: Request) =>
      decide(use, asked, member('UADA'), member('UEVE'), 'approve', groups)
    expect(code(eve(late, request()))).toBe('not-an-approver')
    expect(eve(late, waited)).toMatchObject({
      outcome: 'counted',
      fallback: true,
      stages: [{ by: ['UEVE'] }],
    })
    expect(code(eve(catalog, waited))).toBe('not-an-approver')
  })
  it('forgets the yes of somebody who has left the group since', () => {
    const left = new Map([...groups, ['SDBA', ['UCHO']]])
    expect(standingApprovals([yes('UBEN')], policy, left, ['UADA'])).toEqual([])
    expect(by('UCHO', [yes('UBEN')], catalog, left)).toMatchObject({
      outcome: 'counted',
      stages: [{ by: ['UCHO'] }],
    })
  })
  it('is refused when the requester may no longer have it', () => {
    expect(code(by('UBEN', [], catalog, new Map([['SDBA', ['UBEN']]])))).toBe('policy-changed')
    const gone = decide(
      catalog,
      request(),
      { ...member('UADA'), kind: 'deactivated' },
      member('UBEN'),
      'approve',
      groups,
    )
    expect(code(gone)).toBe('requester-gone')
  })
  it('is refused when policy has become stricter than what was asked', () => {
    const strict = { ...catalog, policies: [{ ...policy, duration: { default: 60, max: 600 } }] }
    expect(code(by('UBEN', [], strict))).toBe('policy-changed')
  })
  it('says no even then: a no needs no right of the requester’s', () => {
    const answer = decide(
      catalog,
      request(),
      { ...member('UADA'), kind: 'deactivated' },
      member('UBEN'),
      'deny',
      groups,
    )
    expect(answer).toMatchObject({ outcome: 'denied' })
  })
})
