import { describe, expect, it } from 'vitest'
import { everybodyNamed, nearPeople } from '../../src/core/people/near-people.ts'
import type { Person } from '../../src/core/people/person.ts'
import { policy } from '../slack/rows.ts'

const person = (name: string, handle: string, more: Partial<Person> = {}): Person => ({
  id: `U0${handle.toUpperCase()}`,
  kind: 'member',
  name,
  handle,
  email: `${name.toLowerCase().replace(' ', '.')}@acme.example`,
  ...more,
})

const people = [
  person('Ada Moreno', 'ada'),
  person('Adam Okafor', 'adamo'),
  person('Ben Li', 'benli'),
  person('Cleo Ångström', 'cleo'),
  person('Adda Gone', 'adda', { kind: 'deactivated' }),
  person('Ada Bot', 'adabot', { kind: 'bot' }),
]

const near = (typed: string) => nearPeople(typed, people).map((one) => one.name)

describe('people near to a mistyped name', () => {
  it.each([
    ['@moreno', ['Ada Moreno']],
    ['@Ada.Moreno', ['Ada Moreno']],
    ['@ada.morneo', ['Ada Moreno']],
    ['@benli', ['Ben Li']],
    ['cloe', ['Cleo Ångström']],
    ['@angstrom', ['Cleo Ångström']],
    ['@okaf', ['Adam Okafor']],
  ])('“%s” may mean %s', (typed, names) => {
    expect(near(typed)).toEqual(names)
  })

  it('several are named, the nearest first, and nobody who has left or is no person', () => {
    expect(near('@ada')).toEqual(['Ada Moreno', 'Adam Okafor'])
    expect(near('@adda')).toEqual(['Ada Moreno'])
  })

  it.each(['@zebra', '@', '', '@x', '@everyone'])('“%s” is near to nobody', (typed) => {
    expect(near(typed)).toEqual([])
  })

  it('at most three are named', () => {
    const many = Array.from({ length: 9 }, (_, at) => person(`Dana ${at}`, `dana${at}`))
    expect(nearPeople('@dana', many)).toHaveLength(3)
  })
})

it('everybody whom the configuration names is known once, approvers before those who ask', () => {
  const group = (id: string) => ({ kind: 'group', id }) as const
  const one = {
    ...policy,
    request: [group('S0ENG'), group('S0DBA')],
    approve: { ...policy.approve, stages: [{ from: [group('S0DBA')], count: 1 }] },
    requestFor: { from: [group('S0LEADS')], to: [{ kind: 'everyone' }] as const },
  }
  expect(everybodyNamed({ policies: [one], security: [group('S0SEC')] })).toEqual([
    group('S0SEC'),
    group('S0DBA'),
    group('S0LEADS'),
    { kind: 'everyone' },
    group('S0ENG'),
  ])
})
