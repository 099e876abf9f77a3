import { describe, expect, it } from 'vitest'
import { groupsToSee, isSecurity, maySeeAll } from '../../src/core/access/audience.ts'
import type { Catalog, Policy } from '../../src/core/catalog.ts'
import type { Person } from '../../src/core/people/person.ts'

const policy = (target: string, approvers: string): Policy => ({
  name: target,
  targets: [target],
  roles: ['read'],
  request: [{ kind: 'everyone' }],
  approve: { stages: [{ from: [{ kind: 'group', id: approvers }], count: 1 }], allowSelfApproval: false },
  duration: { default: 60, max: 60 },
  reason: { minLength: 1 },
  lapseAfter: 60,
})

const catalog: Catalog = {
  hash: '',
  securityChannel: 'C1',
  security: [
    { kind: 'group', id: 'S_SEC' },
    { kind: 'person', id: 'U_HEAD' },
  ],
  digest: { at: '08:00', timezone: 'UTC' },
  targets: [],
  policies: [policy('orders', 'S_DBA'), policy('billing', 'S_FIN')],
}

const groups = new Map([
  ['S_SEC', ['U_SAM']],
  ['S_DBA', ['U_BEN']],
  ['S_FIN', ['U_FAY']],
])
const person = (id: string, kind: Person['kind'] = 'member'): Person => ({ id, kind, name: id })

describe('who may read about other people', () => {
  it.each([
    ['U_SAM', undefined, true],
    ['U_SAM', 'orders', true],
    ['U_SAM', 'gone-target', true],
    ['U_HEAD', 'billing', true],
    ['U_BEN', 'orders', true],
    ['U_BEN', 'billing', false],
    ['U_BEN', undefined, false],
    ['U_FAY', 'billing', true],
    ['U_ADA', 'orders', false],
    ['U_ADA', 'constructor', false],
  ])('%s about %s: %s', (id, target, may) => {
    expect(maySeeAll(catalog, person(id), target, groups)).toBe(may)
  })

  it('nobody who is not a member, whatever group he is in', () => {
    for (const kind of ['guest', 'bot', 'deactivated', 'stranger'] as const) {
      expect(maySeeAll(catalog, person('U_SAM', kind), 'orders', groups)).toBe(false)
      expect(isSecurity(catalog, person('U_SAM', kind), groups)).toBe(false)
    }
  })

  it('nobody through a group that could not be read', () => {
    expect(maySeeAll(catalog, person('U_SAM'), 'orders', new Map())).toBe(false)
    expect(maySeeAll(catalog, person('U_HEAD'), 'orders', new Map())).toBe(true)
  })

  it('needs the groups it looks at, and no others', () => {
    expect(groupsToSee(catalog, 'orders')).toEqual(['S_SEC', 'S_DBA'])
    expect(groupsToSee(catalog, undefined)).toEqual(['S_SEC'])
  })

  it('security is not the approvers', () => {
    expect(isSecurity(catalog, person('U_SAM'), groups)).toBe(true)
    expect(isSecurity(catalog, person('U_BEN'), groups)).toBe(false)
  })
})
