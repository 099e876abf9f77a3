import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/slack/commands/parse-command.ts'
import { NoSuchPerson } from '../../src/slack/commands/typed-words.ts'

const allow = (text: string) => parseCommand(`allow ${text}`)
const words = { person: 'U0ANA', target: 'orders-db', role: 'read' }

describe('/elevate allow', () => {
  it.each([
    ['in full', 'for 5d each 2h reason release week', { span: '5d', each: '2h', reason: 'release week' }],
    ['without the little words', '5d 2h release week', { span: '5d', each: '2h', reason: 'release week' }],
    ['in the other order', 'each 2h for 5d release week', { span: '5d', each: '2h', reason: 'release week' }],
    ['with one length', 'for 5d release week', { span: '5d', reason: 'release week' }],
    ['without a reason', 'for 5d each 2h', { span: '5d', each: '2h' }],
    [
      'with a reason that begins like a word of ours',
      'for 5d each 2h for each release',
      { span: '5d', each: '2h', reason: 'for each release' },
    ],
    ['with a length that is none', 'for 1.5d x', { span: '1.5d', reason: 'x' }],
    ['with nothing more', '', {}],
  ])('is read %s', (_name, rest, found) => {
    expect(allow(`<@U0ANA|ana> orders-db read ${rest}`)).toEqual({
      kind: 'allow',
      words: { ...words, ...found },
    })
  })

  it('alone opens the form', () => {
    expect(allow('')).toEqual({ kind: 'allow', words: {} })
    expect(allow('<@U0ANA|ana>')).toEqual({ kind: 'allow', words: { person: 'U0ANA' } })
  })

  it('lists, and ends by number', () => {
    expect(allow('list')).toEqual({ kind: 'allow-list' })
    expect(allow('end P-12')).toEqual({ kind: 'allow-end', number: 12 })
    expect(allow('end p12')).toEqual({ kind: 'allow-end', number: 12 })
  })

  it.each(['end', 'end G-12', 'end P-0', 'end P-12 now', 'end P-99999999999'])('refuses “%s”', (text) => {
    expect(() => allow(text)).toThrow('Write /elevate allow end P-12')
  })

  it('takes nobody by name, because names can be chosen freely', () => {
    expect(() => allow('@ana orders-db read for 5d x')).toThrow(NoSuchPerson)
  })
})
