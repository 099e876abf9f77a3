import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { issuesOf, paper, withChange } from './paper.ts'

const withRule = (typed: string) => withChange('lapse_after: 8h', `auto_approve: [{ name: quick${typed} }]`)
const said = (text: string) => issuesOf(text).map((one) => `${one.severity}: ${one.message}`)
const first = (text: string) => {
  const parsed = parseCatalog(text, [paper])
  return parsed.ok ? parsed.catalog.policies[0] : undefined
}

it('is read with every condition, its days all of them when none is named', () => {
  const policy = first(
    withRule(
      ', from: [S0ENG], max_duration: 1h, hours: { from: "22:00", to: "06:00", timezone: Europe/Berlin }, reason_pattern: "INC"',
    ),
  )
  expect(policy?.autoApprove).toEqual([
    {
      name: 'quick',
      from: [{ kind: 'group', id: 'S0ENG' }],
      maxDuration: 3600,
      hours: {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        from: '22:00',
        to: '06:00',
        timezone: 'Europe/Berlin',
      },
      reasonPattern: expect.objectContaining({ source: 'INC' }),
    },
  ])
})

it('allows pre-approvals only if the file says for how long at most', () => {
  expect(first(withChange('lapse_after: 8h', 'pre_approval: { max: 7d }'))?.preApproval).toEqual({
    max: 604_800,
  })
  expect(first(withChange('lapse_after: 8h', 'lapse_after: 8h'))).not.toHaveProperty('preApproval')
  expect(said(withChange('lapse_after: 8h', 'pre_approval: { max: 31d }')).join()).toContain('at most 30d')
})

it.each([
  [
    'no condition for a role whose risk is not low',
    '',
    /Without a condition this rule would approve every request for “write”/,
  ],
  ['only a role whose risk is not low', ', roles: [write]', /Without a condition/],
  [
    'a role that the policy does not speak of',
    ', roles: [admin]',
    /This policy does not speak of “admin”. It has “read”, “write”/,
  ],
  ['a pattern that looks ahead', ", reason_pattern: '(?=a)'", /look ahead or behind/],
  ['a ticket where the policy looks for none', ", ticket_pattern: 'A-1'", /looks for no ticket/],
  [
    'a place that nobody knows',
    ', hours: { from: "08:00", to: "18:00", timezone: Europe/Berln }',
    /no time zone “Europe\/Berln”. Did you mean “Europe\/Berlin”/,
  ],
  [
    'an offset, which knows nothing of summer',
    ', hours: { from: "08:00", to: "18:00", timezone: "+02:00" }',
    /no time zone/,
  ],
  [
    'hours that end as they begin',
    ', hours: { from: "08:00", to: "08:00", timezone: UTC }',
    /They end when they begin/,
  ],
  [
    'a time of day that is none',
    ', hours: { from: "8:00", to: "18:00", timezone: UTC }',
    /“8:00” is not a time of day/,
  ],
  [
    'a day that is none',
    ', hours: { days: [monday], from: "08:00", to: "18:00", timezone: UTC }',
    /Did you mean “mon”|Write one of “mon”/,
  ],
  ['a name with spaces', ', name: "on call"', /“on call” is not a name|twice|unique/],
])('a rule with %s is refused', (_name, typed, says) => {
  const text = typed.startsWith(', name')
    ? withChange('lapse_after: 8h', 'auto_approve: [{ name: "on call", max_duration: 1h }]')
    : withRule(typed)
  expect(said(text).find((one) => says.test(one))).toMatch(/^fault/)
})

it('a rule without a condition is fine for roles of low risk', () => {
  expect(said(withRule(', roles: [read]'))).toEqual([])
})

it('two rules of one policy have two names', () => {
  const text = withChange(
    'lapse_after: 8h',
    'auto_approve: [{ name: quick, max_duration: 1h }, { name: quick, max_duration: 2h }]',
  )
  expect(said(text).join()).toContain('called “quick” too')
})

it('a longest that is never reached is only strange', () => {
  expect(said(withRule(', max_duration: 20h'))).toEqual([
    expect.stringMatching(/^warning: No more than 4 h can be asked for, so this condition always holds/),
  ])
})
