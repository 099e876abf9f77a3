import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SUBCOMMANDS } from '../../src/core/subcommands.ts'
import { type Command, parseCommand } from '../../src/slack/commands/parse-command.ts'
import { TurnedAway } from '../../src/slack/platform/turned-away.ts'
import { anyText } from '../support/texts.ts'

const WORDS = {
  usage: /Write \/elevate|Start with a target|write [GR]-12|no event type/,
  'unknown-person': /is not a person Slack knows/,
  'unknown-date': /is not a moment|ends before it begins/,
}

/** Undefined for what is turned away; any other error is one. */
function understood(text: string): Command | undefined {
  try {
    return parseCommand(text)
  } catch (error) {
    if (error instanceof TurnedAway) return undefined
    throw error
  }
}

const ask = (role: string, duration: string | undefined, reason: string) => ({
  kind: 'ask',
  target: 'orders-db',
  roles: [role],
  duration,
  reason,
})
const taken = (duration: string | undefined, reason: string) => ({
  kind: 'break-glass',
  target: 'orders-db',
  role: 'read',
  duration,
  reason,
})

describe('/elevate', () => {
  it.each([
    ['', { kind: 'form', target: undefined }],
    ['   ', { kind: 'form', target: undefined }],
    ['help', { kind: 'help' }],
    ['HELP me please', { kind: 'help' }],
    ['list', { kind: 'list' }],
    ['status', { kind: 'status' }],
    ['orders-db', { kind: 'form', target: 'orders-db' }],
    ['orders-db read', ask('read', undefined, '')],
    ['orders-db read 30m', ask('read', '30m', '')],
    ['orders-db read 30m fix INC-42', ask('read', '30m', 'fix INC-42')],
    ['orders-db read fix INC-42', ask('read', undefined, 'fix INC-42')],
    ['  orders-db   read\t30m   fix   it  ', ask('read', '30m', 'fix   it')],
    ['“orders-db” ‘read’ 2h because', ask('read', '2h', 'because')],
    ['`orders-db` "read" 2h', ask('read', '2h', '')],
    ['orders-db read 1h a &amp; b &lt;c&gt; &amp;lt;', ask('read', '1h', 'a & b <c> &lt;')],
    ['orders-db read 1h asked by <@U123|ana>', ask('read', '1h', 'asked by @ana')],
    [
      'orders-db read 1h see <https://example.com/a|here> and <https://b.example>',
      ask('read', '1h', 'see here and https://b.example'),
    ],
    ['orders-db read 1h for <!channel> in <#C1|ops>', ask('read', '1h', 'for @channel in #ops')],
    ['orders-db read 5xx errors', ask('read', undefined, '5xx errors')],
    ['orders-db read :fire: 🔥 now', ask('read', undefined, ':fire: 🔥 now')],
    ['<http://orders.db|orders.db> read', { ...ask('read', undefined, ''), target: 'orders.db' }],
    ['__proto__ constructor', { ...ask('constructor', undefined, ''), target: '__proto__' }],
    ['constructor', { kind: 'form', target: 'constructor' }],
    ['end', { kind: 'end', grant: undefined, rest: '' }],
    ['end G-12', { kind: 'end', grant: 12, rest: '' }],
    ['end g12 all done, thanks', { kind: 'end', grant: 12, rest: 'all done, thanks' }],
    ['end all done', { kind: 'end', grant: undefined, rest: 'all done' }],
    ['extend', { kind: 'extend', grant: undefined, duration: undefined, reason: '' }],
    ['extend 30m not done', { kind: 'extend', grant: undefined, duration: '30m', reason: 'not done' }],
    ['extend G-12 1.5h still', { kind: 'extend', grant: 12, duration: '1.5h', reason: 'still' }],
    ['extend g12 not done', { kind: 'extend', grant: 12, duration: undefined, reason: 'not done' }],
    ['withdraw', { kind: 'withdraw', request: undefined }],
    ['withdraw R-7', { kind: 'withdraw', request: 7 }],
    [
      'revoke <@U9|ana> orders-db read she left',
      { kind: 'revoke', person: 'U9', target: 'orders-db', rest: 'read she left' },
    ],
    ['revoke <@W9> orders-db', { kind: 'revoke', person: 'W9', target: 'orders-db', rest: '' }],
    ['revoke <@U9|ana <b>> x', undefined],
    ['who', { kind: 'who' }],
    ['who orders-db', { kind: 'who', target: 'orders-db' }],
    ['who <@U9|ana>', { kind: 'who', person: 'U9' }],
    ['who <@U9|ana> ever', { kind: 'who', person: 'U9', ever: true }],
    ['who G-12', { kind: 'story', grant: 12 }],
    ['who around 2026-11-20 03:00 for 2h', { kind: 'who', around: '2026-11-20 03:00', for: '2h' }],
    ['who around 2026-11-20T03:00Z 2h', { kind: 'who', around: '2026-11-20T03:00Z', for: '2h' }],
    [
      'who orders-db from 2026-11-20 to 2026-11-21',
      { kind: 'who', target: 'orders-db', from: '2026-11-20', to: '2026-11-21' },
    ],
    [
      'who orders-db read at 2026-11-20 03:00 <@U9>',
      { kind: 'who', target: 'orders-db', role: 'read', at: '2026-11-20 03:00', person: 'U9' },
    ],
    ['audit', { kind: 'audit', filter: {} }],
    [
      'audit <@U9> orders-db read type:grant.revoked since:2d',
      {
        kind: 'audit',
        filter: {
          person: 'U9',
          target: 'orders-db',
          role: 'read',
          types: ['grant.revoked'],
          ago: 172_800,
        },
      },
    ],
    [
      'audit since:2026-11-20 until:2026-11-21T10:00Z',
      {
        kind: 'audit',
        filter: { from: new Date('2026-11-20T00:00Z'), to: new Date('2026-11-21T10:00Z') },
      },
    ],
    ['explain orders-db read', { kind: 'explain', target: 'orders-db', role: 'read' }],
    ['orders-db read,write 2h fix', { ...ask('read', '2h', 'fix'), roles: ['read', 'write'] }],
    [
      'orders-db read, write ,admin 2h fix',
      { ...ask('read', '2h', 'fix'), roles: ['read', 'write', 'admin'] },
    ],
    ['orders-db read,read', ask('read', undefined, '')],
    ['orders-db 2h read fix it', ask('read', '2h', 'fix it')],
    ['orders-db read 2h for <@U9|ana> fix it', { ...ask('read', '2h', 'fix it'), receiver: 'U9' }],
    ['orders-db read for <@U9> 2h fix it', { ...ask('read', '2h', 'fix it'), receiver: 'U9' }],
    ['for <@U9> orders-db read 2h fix it', { ...ask('read', '2h', 'fix it'), receiver: 'U9' }],
    ['orders-db for <@U9> read fix for <@U8>', { ...ask('read', undefined, 'fix for @U8'), receiver: 'U9' }],
    ['orders-db read 2h for the quarter', ask('read', '2h', 'for the quarter')],
    ['orders-db read 2h fix it for <@U9|ana>', ask('read', '2h', 'fix it for @ana')],
    ['orders-db read 2h from 14:00 fix', { ...ask('read', '2h', 'fix'), start: '14:00' }],
    ['orders-db read from tomorrow 09:00 2h fix', { ...ask('read', '2h', 'fix'), start: 'tomorrow 09:00' }],
    ['orders-db read tomorrow 9:00 fix', { ...ask('read', undefined, 'fix'), start: 'tomorrow 9:00' }],
    ['orders-db read tomorrow we migrate', ask('read', undefined, 'tomorrow we migrate')],
    ['orders-db read from the backup', ask('read', undefined, 'from the backup')],
    ['orders-db read from 25:00 fix', { ...ask('read', undefined, 'fix'), start: '25:00' }],
    ['orders-db read from tomorrow fix', { ...ask('read', undefined, 'fix'), start: 'tomorrow' }],
    [
      'orders-db read for <@U9> from 2026-11-24 09:00 1h fix',
      { ...ask('read', '1h', 'fix'), receiver: 'U9', start: '2026-11-24 09:00' },
    ],
    [
      'orders-db read from 2026-11-24T09:00Z fix',
      { ...ask('read', undefined, 'fix'), start: '2026-11-24T09:00Z' },
    ],
    ['break-glass orders-db read', taken(undefined, '')],
    ['Break-Glass `orders-db` read 15m the shop &amp; all is down', taken('15m', 'the shop & all is down')],
    ['break-glass orders-db read 1.5h down', taken('1.5h', 'down')],
  ])('reads %j', (text, wanted) => {
    if (wanted) expect(parseCommand(text)).toEqual(wanted)
    else expect(() => parseCommand(text)).toThrow(TurnedAway)
  })

  it.each([
    '0',
    '0h',
    '-1',
    '-0',
    '-1h',
    '1e9h',
    'Infinity',
    'NaN',
    '0x10',
    '1.5h',
    '1h1h',
    '１h',
    '1٣h',
    '90',
    '1h30m',
    '.5h',
    '2H',
    '99999h',
    '1,5h',
  ])('takes %s for what was meant as a duration, and leaves it to the verb to refuse it', (typed) => {
    const read = parseCommand(`orders-db read ${typed} fix INC-42`)
    expect(read).toMatchObject({ kind: 'ask', duration: typed, reason: 'fix INC-42' })
  })

  it.each([
    ['revoke @ana orders-db', 'unknown-person'],
    ['revoke ana orders-db', 'unknown-person'],
    ['revoke <@U9>', 'usage'],
    ['who orders-db @ana', 'unknown-person'],
    ['who <@U1> <@U2>', 'usage'],
    ['who a b c', 'usage'],
    ['who orders-db at', 'usage'],
    ['who orders-db ever since', 'usage'],
    ['who orders-db from 2026-11-20 from 2026-11-21', 'usage'],
    ['who G-12 read', 'usage'],
    ['who G-12 <@U1>', 'usage'],
    ['audit @ana', 'unknown-person'],
    ['audit type:grant.revokd', 'usage'],
    ['audit since:yesterday', 'unknown-date'],
    ['audit since:2026-02-31', 'unknown-date'],
    ['audit since:2d since:3d', 'usage'],
    ['audit a b c', 'usage'],
    ['explain orders-db', 'usage'],
    ['break-glass', 'usage'],
    ['break-glass orders-db read,write down', 'usage'],
    ['break-glass orders-db read for <@U9> down', 'usage'],
    ['break-glass orders-db read from 14:00 down', 'usage'],
    ['orders-db read 2h for @ana fix', 'unknown-person'],
    ['break-glass orders-db', 'usage'],
    ['break-glass <@U9|ana> orders-db', 'usage'],
    ['end G-0', 'usage'],
    ['end R-12', 'usage'],
    ['withdraw G-12', 'usage'],
    ['withdraw something', 'usage'],
    ['<@U9|ana> orders-db', 'usage'],
    ['@ana read', 'usage'],
  ])('refuses %j as %s', (text, code) => {
    expect(() => parseCommand(text)).toThrow(WORDS[code as keyof typeof WORDS])
  })

  it('suggests the event type that was nearly right', () => {
    expect(() => parseCommand('audit type:grant.revokd')).toThrow('Did you mean grant.revoked?')
  })

  it('takes every type of a noun', () => {
    const read = parseCommand('audit type:credential type:config.loaded')
    expect(read).toMatchObject({ filter: { types: ['credential.shown', 'config.loaded'] } })
  })

  it.each(SUBCOMMANDS)('reads %s as a subcommand and never as a target', (name) => {
    for (const typed of [name, `${name} read`, `${name.toUpperCase()} read 30m fix it`])
      expect(understood(typed)).not.toMatchObject({ kind: expect.stringMatching(/^(ask|form)$/) })
  })

  it('takes what can deceive a reader out of a reason', () => {
    expect(parseCommand('orders-db read 1h a\u202eb\u200bc\u0000')).toEqual(ask('read', '1h', 'abc'))
  })

  it('takes a hundred arguments as a reason', () => {
    const reason = Array.from({ length: 100 }, (_, i) => `w${i}`).join(' ')
    expect(parseCommand(`orders-db read 1h ${reason}`)).toEqual(ask('read', '1h', reason))
  })

  it('answers whatever is typed, and finds a person only in an id that Slack resolved', () => {
    const piece = fc.oneof(
      anyText(20),
      fc.constantFrom(
        ...SUBCOMMANDS,
        '@ana',
        '<@ana>',
        '<@U1',
        'U123',
        '<@u123>',
        '30m',
        'at',
        'type:',
        'since:',
        'G-1',
        'for',
        'from',
        'tomorrow',
        ',',
        '“',
        '<',
        '>',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const read = understood(pieces.join(' '))
        if (read && 'person' in read) expect(pieces.join(' ')).toContain(`<@${read.person}`)
      }),
      { numRuns: 5_000 },
    )
  })
})
