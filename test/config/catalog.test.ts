import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { brief, GOOD, issuesOf, paper, withChange } from './paper.ts'

it('reads a good file, with durations in seconds and people by kind', () => {
  const parsed = parseCatalog(GOOD, [paper])
  expect(parsed).toEqual({
    ok: true,
    warnings: [],
    catalog: {
      hash: createHash('sha256').update(GOOD).digest('hex'),
      text: GOOD,
      securityChannel: 'C0SECURITY',
      security: [{ kind: 'group', id: 'S0SECOPS' }],
      digest: { at: '09:00', timezone: 'Europe/Berlin' },
      broadcastFrom: 'notice',
      targets: [
        {
          id: 'files',
          connector: 'paper',
          description: 'The files',
          channel: 'C0FILES',
          settings: { drawer: 'top' },
          roles: [
            { id: 'read', description: 'Read them', risk: 'low', settings: { shelf: 'left' } },
            { id: 'write', description: 'Change them', risk: 'high', settings: { shelf: 'right' } },
          ],
        },
      ],
      policies: [
        {
          name: 'read-files',
          targets: ['files'],
          roles: ['read', 'write'],
          request: [{ kind: 'group', id: 'S0ENG' }],
          approve: {
            stages: [
              {
                from: [
                  { kind: 'person', id: 'U0ADA' },
                  { kind: 'person', id: 'U0BOB' },
                ],
                count: 1,
              },
            ],
            allowSelfApproval: false,
          },
          duration: { default: 3600, max: 14_400 },
          reason: {
            minLength: 8,
            pattern: expect.objectContaining({ source: '\\bINC-\\d+\\b' }),
            hint: 'Name the incident.',
          },
          lapseAfter: 28_800,
          startWithin: 604_800,
        },
      ],
    },
  })
})

it('what may be left out has a cautious default', () => {
  const text = GOOD.replace(/^digest.*\n/m, '')
    .replace(/ {4}reason.*\n {4}lapse_after.*\n/, '')
    .replace(', count: 1', '')
  expect(parseCatalog(text, [paper])).toMatchObject({
    ok: true,
    catalog: {
      digest: { at: '09:00', timezone: 'UTC' },
      policies: [
        {
          approve: { stages: [{ count: 1 }], allowSelfApproval: false },
          reason: { minLength: 1 },
          lapseAfter: 28_800,
          startWithin: 604_800,
        },
      ],
    },
  })
})

it('self-approval needs the word true', () => {
  const say = (typed: string) =>
    parseCatalog(withChange('count: 1', `count: 1, allow_self_approval: ${typed}`), [paper])
  expect(say('true')).toMatchObject({
    ok: true,
    catalog: { policies: [{ approve: { allowSelfApproval: true } }] },
  })
  for (const typed of ['yes', '"true"', '1', 'on', '']) expect(say(typed).ok).toBe(false)
})

it('deceptive characters in descriptions are cleaned away', () => {
  const parsed = parseCatalog(withChange('The files', '"  The\\u200b files\\u202e  "'), [paper])
  expect(parsed).toMatchObject({ ok: true, catalog: { targets: [{ description: 'The files' }] } })
})

it('another byte is another hash', () => {
  const hash = (text: string) => {
    const parsed = parseCatalog(text, [paper])
    return parsed.ok && parsed.catalog.hash
  }
  expect(hash(`${GOOD}\n`)).not.toBe(hash(GOOD))
  expect(hash(GOOD.replaceAll('\n', '\r\n'))).toMatch(/^[0-9a-f]{64}$/)
})

it('reports all faults together, in the order of the file, each with line and column', () => {
  const text = GOOD.replace('channel: C0SECURITY', 'chanel: C0SECURITY')
    .replace('09:00', '25:00')
    .replace('connector: paper', 'connector: papre')
    .replace('risk: low', 'risk: lo')
    .replace('targets: [files]', 'targets: [file]')
    .replace('max: 4h', 'max: 30m')
    .replace(', hint:', ', hynt:')
  expect(brief(text)).toEqual([
    '1:1 fault security.channel',
    '2:3 fault security.chanel',
    '4:15 fault digest.at',
    '7:16 fault targets.files.connector',
    '12:7 warning targets.files.roles.read',
    '12:46 fault targets.files.roles.read.risk',
    '13:7 warning targets.files.roles.write',
    '16:15 fault policies[0].targets[0]',
    '20:26 fault policies[0].duration.default',
    '21:54 fault policies[0].reason.hynt',
  ])
})

const FAULTS: [name: string, from: string, to: string, at: string, says: RegExp][] = [
  [
    'a mistyped key',
    'channel: C0FILES',
    'chanel: C0FILES',
    '9:5',
    /no key “chanel” here. Did you mean “channel”/,
  ],
  ['a missing key', '    channel: C0FILES\n', '', '6:3', /“channel” is missing. Where approval cards/],
  ['a mistyped key of the connector', 'drawer: top', 'drawers: top', '10:5', /Did you mean “drawer”/],
  ['a missing key of the connector', '    drawer: top\n', '', '6:3', /“drawer” is missing. Which drawer\./],
  ['a wrong value of the connector', 'drawer: top', 'drawer: 3', '10:13', /^Write a text, not 3\./],
  ['a mistyped key of a role', 'shelf: left', 'shelv: left', '12:51', /Did you mean “shelf”/],
  ['an unknown connector', 'connector: paper', 'connector: papier', '7:16', /Did you mean “paper”/],
  ['a channel by name', 'C0FILES', '"#files"', '9:14', /“#files” is not a channel's id/],
  ['a direct message as channel', 'C0FILES', 'D0FILES', '9:14', /is not a channel's id/],
  ['a person by name', '[S0ENG]', '["@ada"]', '18:15', /“@ada” is not everyone, a person's id/],
  ['everyone as security', '[S0SECOPS]', '[everyone]', '3:12', /“everyone” is not a person's id/],
  ['an empty list', '[S0ENG]', '[]', '18:14', /This list is empty/],
  ['text for a list', '[S0ENG]', 'S0ENG', '18:14', /This is text; write a list/],
  ['nothing for a value', 'channel: C0FILES', 'channel:', '9:5', /There is nothing here; write text/],
  ['an empty description', 'The files', '" "', '8:18', /This is empty/],
  ['a long description', 'The files', 'x'.repeat(201), '8:18', /201 characters; at most 200/],
  ['a number for a description', 'The files', '12', '8:18', /write text. Put it in quotes/],
  ['an unknown risk', 'risk: low', 'risk: none', '12:46', /Write one of “low”, “medium”, “high”/],
  ['count of none', 'count: 1', 'count: 0', '19:45', /from 1 to 10/],
  ['count of eleven', 'count: 1', 'count: 11', '19:45', /from 1 to 10/],
  ['half a count', 'count: 1', 'count: 1.5', '19:45', /Only whole numbers/],
  ['count in words', 'count: 1', 'count: one', '19:45', /from 1 to 10/],
  ['a duration without a unit', 'default: 1h', 'default: 60', '20:26', /This is a number; write text/],
  [
    'a duration with a fraction',
    'default: 1h',
    'default: 1.5h',
    '20:26',
    /“1.5h” is not a duration: write a whole/,
  ],
  [
    'a duration over a month',
    'lapse_after: 8h',
    'lapse_after: 31d',
    '22:18',
    /“31d” is too long: at most 30d/,
  ],
  [
    'fallback approvers who are never asked',
    'lapse_after: 8h',
    'lapse_after: 8h\n    fallback: [U0SAM]',
    '23:5',
    /Say with fallback_after when they are asked/,
  ],
  [
    'a default over the maximum',
    'default: 1h',
    'default: 5h',
    '20:26',
    /default \(5 h\) is longer than max \(4 h\)/,
  ],
  ['a time that is none', '"09:00"', '"9:00"', '4:15', /is not a time of day/],
  ['a time zone that is none', 'Europe/Berlin', 'Europe/Berln', '4:34', /Did you mean “Europe\/Berlin”/],
  ['an offset as time zone', 'Europe/Berlin', '"+02:00"', '4:34', /no time zone “\+02:00”/],
  ['a pattern that is none', "'\\bINC-\\d+\\b'", "'(INC'", '21:39', /not a regular expression/],
  ['a pattern that looks ahead', "'\\bINC-\\d+\\b'", "'(?=a)'", '21:39', /look ahead or behind/],
  ['a target in capitals', '  files:\n', '  Files:\n', '6:3', /“Files” is not a target's id/],
  ['a role called as a duration', 'write: {', '2h: {', '13:7', /would be taken for a duration/],
  ['a role like a duration', 'write: {', '90: {', '13:7', /would be taken for a duration/],
  ['a policy in capitals', 'name: read-files', 'name: Read', '15:11', /“Read” is not a name/],
  [
    'an unknown target',
    'targets: [files]',
    'targets: [filse]',
    '16:15',
    /no target “filse”. Did you mean “files”/,
  ],
  [
    'an unknown role',
    '[read, write]',
    '[raed, write]',
    '17:13',
    /no role “raed” on “files”. Did you mean “read”/,
  ],
  ['the same access twice', 'shelf: right', 'shelf: left', '13:7', /“read” and “write” are the same access/],
  ['too few approvers', 'count: 1', 'count: 3', '19:45', /3 people must say yes, but only 2 are named/],
]

it.each(FAULTS)('%s is refused', (_name, from, to, at, says) => {
  const faults = issuesOf(withChange(from, to)).filter((issue) => issue.severity === 'fault')
  const hit = faults.find((issue) => `${issue.line}:${issue.column}` === at)
  expect(faults.map((issue) => `${issue.line}:${issue.column} ${issue.message}`).join('\n')).toMatch(at)
  expect(hit?.message).toMatch(says)
})

it('a connector looks at a role together with its target', () => {
  const text = withChange('drawer: top', 'drawer: narrow').replace('shelf: right', 'shelf: wide')
  expect(issuesOf(text)).toMatchObject([
    { line: 13, path: 'targets.files.roles.write.shelf', message: 'Is too wide for the drawer.' },
  ])
})

it('two policies cannot have one name', () => {
  const text = `${GOOD}${GOOD.slice(GOOD.indexOf('  - name'))}`
  expect(issuesOf(text)).toMatchObject([
    {
      line: 23,
      column: 11,
      severity: 'fault',
      message: expect.stringMatching(/^Policy 1 is called “read-files” too/),
    },
  ])
})

it('a person who alone may request a role cannot be its only approver', () => {
  const alone = withChange('request: [S0ENG]', 'request: [U0ADA]').replace('[U0ADA, U0BOB]', '[U0ADA]')
  expect(issuesOf(alone)).toMatchObject([
    {
      line: 19,
      path: 'policies[0].approve.from',
      severity: 'fault',
      message: expect.stringMatching(/^Nobody could ever/),
    },
  ])
  expect(issuesOf(alone.replace('count: 1', 'count: 1, allow_self_approval: true'))).toEqual([])
  const pair = withChange('request: [S0ENG]', 'request: [U0ADA, U0BOB]').replace('count: 1', 'count: 2')
  expect(issuesOf(pair)).toMatchObject([{ path: 'policies[0].approve.from', severity: 'fault' }])
})

it('the same approver named twice counts once', () => {
  const text = withChange('[U0ADA, U0BOB], count: 1', '[U0ADA, U0ADA], count: 2')
  expect(brief(text)).toEqual([
    '19:30 warning policies[0].approve.from[1]',
    '19:45 fault policies[0].approve.count',
  ])
})

it('warns, and goes on, where something is only strange', () => {
  expect(brief(withChange('[read, write]', '[read]'))).toEqual(['13:7 warning targets.files.roles.write'])
  expect(brief(withChange('[S0ENG]', '[S0ENG, S0ENG]'))).toEqual(['18:22 warning policies[0].request[1]'])
  const some = withChange('[S0ENG]', '[U0ADA, U0EVE]').replace('[U0ADA, U0BOB]', '[U0ADA]')
  expect(brief(some)).toEqual(['19:22 warning policies[0].approve.from'])
  expect(parseCatalog(some, [paper]).ok).toBe(true)
})

it('no policy at all is a way to close the house', () => {
  const text = `${GOOD.slice(0, GOOD.indexOf('policies:'))}policies: []\n`
  expect(brief(text)).toEqual([
    '12:7 warning targets.files.roles.read',
    '13:7 warning targets.files.roles.write',
  ])
})

it.each(['targets: {}', 'targets: { files: { roles: {} } }'])(
  '%s says that something is missing',
  (targets) => {
    const text = GOOD.replace(/targets:\n.*(?=policies:)/s, `${targets}\n`)
    expect(issuesOf(text).map((issue) => issue.message)).toContainEqual(
      expect.stringMatching(/Name at least one/),
    )
  },
)

it('an empty file says all that it needs', () => {
  expect(brief('')).toEqual(['1:1 fault '])
  expect(brief('{}')).toEqual(['1:1 fault security', '1:1 fault targets', '1:1 fault policies'])
})
