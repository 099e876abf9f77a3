import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/core/access/duration.ts'
import {
  type Giving,
  mayEndPreApproval,
  type PreApproval,
  preApprovableBy,
  rehearsePreApproval,
  whyVoid,
} from '../../src/core/access/pre-approval.ts'
import type { Catalog, Policy } from '../../src/core/catalog.ts'
import type { Person, PersonKind, Who } from '../../src/core/people/person.ts'

const group = (id: string): Who => ({ kind: 'group', id })
const policy: Policy = {
  name: 'engineers-read',
  targets: ['orders-db'],
  roles: ['read'],
  request: [group('SENG')],
  approve: { stages: [{ from: [group('SDBA')], count: 1 }], allowSelfApproval: false },
  duration: { default: HOUR, max: 4 * HOUR },
  reason: { minLength: 5 },
  lapseAfter: HOUR,
  preApproval: { max: 7 * DAY },
}
const role = (id: string) => ({ id, description: id, risk: 'low' as const, settings: {} })
const roles = [role('read'), role('admin')]
const target = { id: 'orders-db', connector: 'x', description: '', channel: 'C1', settings: {}, roles }
const catalogWith = (...policies: Policy[]): Catalog => ({
  hash: 'h',
  securityChannel: 'CSEC',
  security: [],
  digest: { at: '09:00', timezone: 'UTC' },
  targets: [target],
  policies,
})
const catalog = catalogWith(policy)
const someone = (id: string, kind: PersonKind = 'member'): Person => ({ id, kind, name: id })
const [ada, ben, dan, eve] = ['UADA', 'UBEN', 'UDAN', 'UEVE'].map((id) => someone(id)) as [
  Person,
  Person,
  Person,
  Person,
]
const groups = new Map([
  ['SENG', ['UADA', 'UDAN']],
  ['SDBA', ['UBEN', 'UDAN']],
])
const giving: Giving = { target: 'orders-db', role: 'read', span: 5 * DAY, each: 2 * HOUR, reason: 'release' }
const rehearsed = (change: Partial<Giving> = {}, giver = ben, receiver = ada, under = catalog) =>
  rehearsePreApproval(under, { ...giving, ...change }, giver, receiver, groups)
const codeOf = (answer: ReturnType<typeof rehearsed>) =>
  'refused' in answer ? answer.refused.code : 'allowed'
const given: PreApproval = {
  id: 'p',
  number: 12,
  giver: 'UBEN',
  person: 'UADA',
  target: 'orders-db',
  role: 'read',
  each: 2 * HOUR,
  reason: 'release',
  policyHash: 'h',
  givenAt: new Date(0),
  endsAt: new Date(1),
  endedAt: undefined,
  endedBy: undefined,
  uses: 0,
}

describe('saying yes beforehand', () => {
  it('is for approvers, about people who may ask', () => {
    expect(rehearsed()).toMatchObject({ enough: true, policy: { name: 'engineers-read' } })
    expect(codeOf(rehearsed({}, eve))).toBe('not-an-approver')
    expect(codeOf(rehearsed({}, ada, dan))).toBe('not-an-approver')
    expect(codeOf(rehearsed({}, ben, eve))).toBe('no-pre-approval')
  })

  it.each(['guest', 'bot', 'deactivated', 'stranger'] as const)('is not given by or to a %s', (kind) => {
    expect(codeOf(rehearsed({}, someone('UBEN', kind)))).not.toBe('allowed')
    expect(codeOf(rehearsed({}, ben, someone('UADA', kind)))).toBe('requester-gone')
  })

  it('knows nobody in a group that Slack does not show', () => {
    const unreadable = new Map([['SENG', ['UADA']]])
    expect(codeOf(rehearsePreApproval(catalog, giving, ben, ada, unreadable))).toBe('not-an-approver')
  })

  it('counts as one of several where more are needed', () => {
    const stages = [{ from: [group('SDBA')], count: 2 }]
    const two = catalogWith({ ...policy, approve: { ...policy.approve, stages } })
    expect(rehearsed({}, ben, ada, two)).toMatchObject({ enough: false, outcome: { outcome: 'counted' } })
  })

  it('is one’s own only where the policy says so', () => {
    expect(codeOf(rehearsed({}, dan, dan))).toBe('self-approval')
    const own = catalogWith({ ...policy, approve: { ...policy.approve, allowSelfApproval: true } })
    expect(rehearsed({}, dan, dan, own)).toMatchObject({ outcome: { self: true } })
  })

  it('goes by the policy under which the receiver asks, which is the first', () => {
    const { preApproval: _, ...without } = policy
    expect(codeOf(rehearsed({}, ben, ada, catalogWith(without, policy)))).toBe('no-pre-approval')
  })

  it.each([
    ['a target that is none', { target: 'order-db' }, 'unknown-target'],
    ['a role that is none', { role: 'reed' }, 'unknown-role'],
    ['a role of no policy', { role: 'admin' }, 'no-pre-approval'],
    ['no time', { span: 0 }, 'bad-duration'],
    ['half a second', { span: 0.5 }, 'bad-duration'],
    ['no length', { each: 0 }, 'bad-duration'],
    ['a reason that is none', { reason: '' }, 'reason-missing'],
  ])('is refused with %s', (_name, change, code) => {
    expect(codeOf(rehearsed(change))).toBe(code)
  })

  it('is taken exactly when it holds no longer than the policy’s, and each fits into both', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 * DAY }),
        fc.integer({ min: 1, max: 5 * HOUR }),
        fc.integer({ min: 1, max: 7 * DAY }),
        fc.integer({ min: 1, max: 4 * HOUR }),
        (span, each, most, longest) => {
          const duration = { default: 1, max: longest }
          const under = catalogWith({ ...policy, duration, preApproval: { max: most } })
          const fits = span <= most && each <= longest && each <= span
          expect(codeOf(rehearsed({ span, each }, ben, ada, under))).toBe(fits ? 'allowed' : 'too-long')
        },
      ),
      {
        examples: [
          [7 * DAY, 4 * HOUR, 7 * DAY, 4 * HOUR],
          [7 * DAY + 1, 4 * HOUR, 7 * DAY, 4 * HOUR],
          [7 * DAY, 4 * HOUR + 1, 7 * DAY, 4 * HOUR],
          [HOUR, HOUR, 7 * DAY, 4 * HOUR],
          [HOUR, HOUR + 1, 7 * DAY, 4 * HOUR],
        ],
      },
    )
  })
})

describe('a yes that was given', () => {
  const voidFor = (one = given, giver = ben, receiver = ada, under = catalog, known = groups) =>
    whyVoid(under, one, giver, receiver, known)
  const without = (id: string, person: string) =>
    new Map([...groups].map(([key, members]) => [key, members.filter((one) => key !== id || one !== person)]))

  it('counts while its giver may approve it', () => {
    expect(voidFor()).toBeUndefined()
  })

  it('counts for nothing when the giver left the group or the workspace', () => {
    expect(voidFor(given, ben, ada, catalog, without('SDBA', 'UBEN'))).toBe('giver')
    expect(voidFor(given, someone('UBEN', 'deactivated'))).toBe('giver')
    expect(voidFor(given, someone('UBEN', 'guest'))).toBe('giver')
  })

  it('counts for nothing when no policy lets the other one ask', () => {
    expect(voidFor(given, ben, ada, catalog, without('SENG', 'UADA'))).toBe('asker')
    expect(voidFor(given, ben, someone('UADA', 'deactivated'))).toBe('asker')
    expect(voidFor({ ...given, role: 'gone' })).toBe('asker')
  })

  it('counts for nothing when the policy knows it no more, or one’s own is not allowed any more', () => {
    const { preApproval: _, ...strict } = policy
    expect(voidFor(given, ben, ada, catalogWith(strict))).toBe('policy')
    expect(voidFor({ ...given, giver: 'UDAN', person: 'UDAN' }, dan, dan)).toBe('self')
  })

  it('counts exactly when it could be given today, whoever is where', () => {
    const kinds = fc.constantFrom<PersonKind>('member', 'member', 'guest', 'deactivated', 'stranger', 'bot')
    const members = fc.subarray(['UADA', 'UBEN', 'UDAN'])
    fc.assert(
      fc.property(
        kinds,
        kinds,
        members,
        members,
        fc.boolean(),
        fc.boolean(),
        (giver, receiver, eng, dba, own, self) => {
          const under = catalogWith({ ...policy, approve: { ...policy.approve, allowSelfApproval: self } })
          const known = new Map([
            ['SENG', eng],
            ['SDBA', dba],
          ])
          const from = someone('UBEN', giver)
          const to = own ? from : someone('UADA', receiver)
          const one = { ...given, person: to.id }
          const today = rehearsePreApproval(under, giving, from, to, known)
          expect(voidFor(one, from, to, under, known) === undefined).toBe(!('refused' in today))
          // Said without the code under test: both are members, the one may ask, the other may approve.
          const right =
            giver === 'member' && to.kind === 'member' && eng.includes(to.id) && dba.includes('UBEN')
          expect('refused' in today).toBe(!(right && (!own || self)))
        },
      ),
    )
  })

  it('is ended by whoever gave it or has it, and by security, as long as they are members', () => {
    const kinds = fc.constantFrom<PersonKind>('member', 'guest', 'deactivated', 'stranger', 'bot')
    fc.assert(
      fc.property(
        fc.constantFrom('UADA', 'UBEN', 'UDAN', 'UEVE'),
        kinds,
        fc.boolean(),
        (id, kind, security) => {
          const may = kind === 'member' && (security || id === 'UADA' || id === 'UBEN')
          expect(mayEndPreApproval(given, someone(id, kind), security)).toBe(may)
        },
      ),
    )
  })
})

it('is offered for what somebody approves under a policy that knows it', () => {
  const { preApproval: _, ...strict } = { ...policy, roles: ['admin'] }
  const offered = (person: string, ...policies: Policy[]) =>
    preApprovableBy(catalogWith(...policies), person, groups).map((one) => one.role.id)
  expect(offered('UBEN', policy, strict)).toEqual(['read'])
  expect(offered('UBEN', strict)).toEqual([])
  expect(offered('UADA', policy)).toEqual([])
})
