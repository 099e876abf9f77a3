import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import type { Policy } from '../../src/core/catalog.ts'
import { SUBCOMMANDS } from '../../src/core/subcommands.ts'
import { issuesOf, paper, withChange } from './paper.ts'

const withTicket = (typed: string) => withChange('lapse_after: 8h', `ticket: { ${typed} }`)
const firstPolicy = (text: string) => {
  const parsed = parseCatalog(text, [paper])
  return parsed.ok ? parsed.catalog.policies[0] : parsed.issues
}

it('asks for a ticket only where the file says so, and then for each request unless it says otherwise', () => {
  expect(firstPolicy(withTicket("pattern: 'INC-\\d{1,6}'"))).toMatchObject({
    ticket: { required: true, pattern: { source: 'INC-\\d{1,6}' } },
  })
  const whole = "required: false, pattern: 'INC-1', link: 'https://t.example/{ticket}', hint: Like INC-1"
  expect(firstPolicy(withTicket(whole))).toMatchObject({
    ticket: {
      required: false,
      pattern: { source: 'INC-1' },
      link: 'https://t.example/{ticket}',
      hint: 'Like INC-1',
    },
  })
  expect(firstPolicy(withChange('lapse_after: 8h', 'lapse_after: 8h'))).not.toHaveProperty('ticket')
})

it('looks for a reason’s pattern anywhere in it, and wants the whole of a ticket to match', () => {
  const { reason, ticket } = firstPolicy(withTicket("pattern: 'INC-\\d'")) as Policy
  expect(['INC-1', 'fix INC-1'].map((typed) => reason.pattern?.test(typed))).toEqual([true, true])
  expect(['INC-1', 'fix INC-1'].map((typed) => ticket?.pattern.test(typed))).toEqual([true, false])
})

it.each([
  ['no pattern', 'required: true', 'policies[0].ticket.pattern', /“pattern” is missing/],
  ['a pattern that repeats too much', "pattern: 'a{2000}'", 'policies[0].ticket.pattern', /repeats too much/],
  ['a pattern that is none', "pattern: '['", 'policies[0].ticket.pattern', /not a regular expression/],
  [
    'a link without a place for the name',
    "pattern: x, link: 'https://t.example/'",
    'policies[0].ticket.link',
    /write \{ticket\}/,
  ],
  [
    'a link whose host people would choose',
    "pattern: x, link: 'https://{ticket}.example/'",
    'policies[0].ticket.link',
    /after the host/,
  ],
  [
    'a link that runs',
    "pattern: x, link: 'javascript:alert({ticket})'",
    'policies[0].ticket.link',
    /begin with https/,
  ],
])('refuses %s', (_, typed, path, message) => {
  const issues = issuesOf(withTicket(typed))
  expect(issues).toContainEqual(expect.objectContaining({ path, message: expect.stringMatching(message) }))
})

it('lets people ask for others only where the file says so, and for any member unless it says whom', () => {
  const forOthers = (typed: string) => firstPolicy(withChange('lapse_after: 8h', `request_for: { ${typed} }`))
  expect(forOthers('from: [S0LEADS]')).toMatchObject({
    requestFor: { from: [{ kind: 'group', id: 'S0LEADS' }], to: [{ kind: 'everyone' }] },
  })
  expect(forOthers('from: [U0ADA], to: [S0ENG]')).toMatchObject({
    requestFor: { from: [{ kind: 'person', id: 'U0ADA' }], to: [{ kind: 'group', id: 'S0ENG' }] },
  })
  expect(firstPolicy(withChange('lapse_after: 8h', 'lapse_after: 8h'))).not.toHaveProperty('requestFor')
})

it.each(SUBCOMMANDS)('a target cannot have the name of the subcommand %s', (name) => {
  expect(issuesOf(withChange('  files:\n', `  ${name}:\n`))).toContainEqual({
    line: 6,
    column: 3,
    path: `targets.${name}`,
    severity: 'fault',
    message: `A target cannot be called “${name}”: /elevate ${name} means something else.`,
  })
})
