import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../src/config/pattern.ts'
import { readTicket, TICKET_MAX, ticketLink } from '../../src/core/access/ticket.ts'
import type { TicketRule } from '../../src/core/catalog.ts'

const rule: TicketRule = {
  required: true,
  pattern: compilePattern('INC-\\d{1,6}', 'whole'),
  link: 'https://tracker.example/browse/{ticket}?from={ticket}',
  hint: 'For example INC-7.',
}
const ask = (reason: string, ticket?: string, earlierTicket?: string) => ({ reason, ticket, earlierTicket })

describe('a ticket', () => {
  it.each([
    ['fix INC-7 now', 'INC-7'],
    ['(INC-7), then INC-8', 'INC-7'],
    ['INC-7: stuck', 'INC-7'],
    ['see “INC-7”.', 'INC-7'],
    ['XINC-7 and INC-7x, but INC-9!', 'INC-9'],
    ['first\nINC-5', 'INC-5'],
  ])('is the first word of “%s” that is one', (reason, ticket) => {
    expect(readTicket(rule, ask(reason))).toBe(ticket)
  })

  it('is taken from its own field before any word', () => {
    expect(readTicket(rule, ask('fix INC-7', ' INC-8 '))).toBe('INC-8')
  })

  it('goes along with what is extended, unless another is named', () => {
    expect(readTicket(rule, ask('not done', undefined, 'INC-3'))).toBe('INC-3')
    expect(readTicket(rule, ask('now INC-4', undefined, 'INC-3'))).toBe('INC-4')
    expect(readTicket(rule, ask('not done', undefined, 'OLD-3'))).toMatchObject({
      refused: { code: 'ticket-missing' },
    })
  })

  it.each([
    ['nothing named', ask('fix it'), 'ticket-missing', {}],
    ['a mistyped one', ask('fix INC-7', 'INC7'), 'ticket-pattern', { typed: 'INC7' }],
    ['words around it in its field', ask('fix it', 'see INC-7'), 'ticket-pattern', { typed: 'see INC-7' }],
    ['a story', ask('fix it', `INC-1${'1'.repeat(TICKET_MAX)}`), 'ticket-pattern', {}],
  ])('is refused at its field: %s', (_, typed, code, data) => {
    expect(readTicket(rule, typed)).toMatchObject({
      refused: { code, field: 'ticket', data: { ...data, hint: rule.hint } },
    })
  })

  it('need not be named where the policy says so, and is nothing where it says nothing', () => {
    expect(readTicket({ ...rule, required: false }, ask('fix it'))).toBeUndefined()
    expect(readTicket({ ...rule, required: false }, ask('fix it', 'x'))).toMatchObject({
      refused: { code: 'ticket-pattern' },
    })
    expect(readTicket(undefined, ask('fix INC-7', 'INC-8'))).toBeUndefined()
  })

  it('never chooses where its link leads', () => {
    const free = { ...rule, pattern: compilePattern('.+', 'whole') }
    expect(ticketLink(free, '../../x?y#z|>$& ä')).toBe(
      `https://tracker.example/browse/${'..%2F..%2Fx%3Fy%23z%7C%3E%24%26%20%C3%A4'}?from=${'..%2F..%2Fx%3Fy%23z%7C%3E%24%26%20%C3%A4'}`,
    )
    expect(ticketLink({ required: true, pattern: compilePattern('x', 'whole') }, 'x')).toBeUndefined()
  })
})
