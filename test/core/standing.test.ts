import { describe, expect, it } from 'vitest'
import type { FoundHolder } from '../../src/core/connector.ts'
import { type Backing, standingIn } from '../../src/core/standing/standing.ts'
import { readUntil } from '../../src/operations/standing/review-standing.ts'

const holder = (account: string, more: Partial<FoundHolder> = {}): FoundHolder => ({
  account,
  via: 'direct',
  how: 'given by elevate',
  ours: true,
  ...more,
})
const grant = (account: string, more: Partial<Backing> = {}): Backing => ({
  target: 'orders',
  role: 'read',
  account,
  accountFor: 'g1',
  ...more,
})
const named = (holders: readonly FoundHolder[], backing: readonly Backing[]) =>
  standingIn('orders', [{ role: 'read', holders }], backing).map((one) => `${one.account} ${one.role}`)

describe('standing access', () => {
  it('is not what elevate gave and a live grant stands for', () => {
    expect(named([holder('ada')], [grant('ada')])).toEqual([])
    expect(named([holder('elv_1', { grantId: 'g1' })], [grant('another')])).toEqual([])
  })

  it('is what elevate gave without a grant for just that role', () => {
    expect(named([holder('ada')], [])).toEqual(['ada read'])
    expect(named([holder('ada')], [grant('ada', { role: 'write' })])).toEqual(['ada read'])
    expect(standingIn('orders', [{ role: 'read', holders: [holder('ada')] }], [])).toMatchObject([
      { leftover: true, how: 'given by elevate, and no grant stands for it' },
    ])
  })

  it('knows the grants of the same system under another name', () => {
    expect(named([holder('ada')], [grant('ada', { target: 'orders-own', role: 'anything' })])).toEqual([])
  })

  it('is what others gave, whatever grant there is', () => {
    const byHand = holder('ada', { ours: false, how: 'given by "postgres"' })
    expect(named([byHand], [grant('ada')])).toEqual(['ada read'])
  })

  it('names superusers once, for everything', () => {
    const root = holder('root', { ours: false, via: 'superuser' })
    const readings = ['read', 'write'].map((role) => ({ role, holders: [root] }))
    expect(standingIn('orders', readings, [])).toMatchObject([{ account: 'root', role: '*' }])
  })
})

describe('until when it is accepted', () => {
  const now = new Date('2026-11-23T12:00:00Z')
  it.each([
    ['', undefined],
    ['2026-11-23', new Date('2026-11-24T00:00:00Z')],
    ['2027-02-28', new Date('2027-03-01T00:00:00Z')],
  ])('%s', (typed, until) => {
    expect(readUntil(typed, now)).toEqual(until)
  })
  it.each([
    ['2026-11-22', 'day-over', { day: '2026-11-22' }],
    ['2027-02-30', 'not-a-day', { typed: '2027-02-30' }],
    ['tomorrow', 'not-a-day', { example: '2027-02-21' }],
    ['2027-1-1', 'not-a-day', {}],
  ])('%s is refused', (typed, which, data) => {
    expect(() => readUntil(typed, now)).toThrow(
      expect.objectContaining({
        refused: expect.objectContaining({ case: which, data: expect.objectContaining(data) }),
      }),
    )
  })
})
