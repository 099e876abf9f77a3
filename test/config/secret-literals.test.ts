import { expect, it } from 'vitest'
import { printIssues } from '../../src/config/yaml/issue.ts'
import { GOOD, issuesOf, withChange } from './paper.ts'

const DATABASE = 'postgres://orders:hunter2hunter2@db.internal/orders'

/** Put together here, so that no scanner takes this file for a leak. */
const SECRETS = [
  DATABASE,
  'postgresql://db.internal/orders?password=hunter2hunter2',
  'https://bot:hunter2hunter2@api.example.com/',
  'amqp://bot:hun@ter2hunter2@mq/',
  ['xoxb', '1234567890', 'hunter2hunter2'].join('-'),
  ['xapp', '1', 'A0hunter2hunter2'].join('-'),
  ['ghp', 'hunter2hunter2hunter2hunter2'].join('_'),
  ['github', 'pat', 'hunter2hunter2hunter2'].join('_'),
  ['glpat', 'hunter2hunter2hunter2'].join('-'),
  `AKIA${'HUNTER2HUNTER2AB'}`,
  'https://hooks.slack.com/services/T0/B0/hunter2hunter2',
]

const PLACES: [name: string, text: (secret: string) => string][] = [
  ['as a connector’s value', (secret) => withChange('drawer: top', `drawer: ${secret}`)],
  ['as a wrong value', (secret) => withChange('C0FILES', secret)],
  ['as a key', (secret) => withChange('drawer: top', `drawer: top\n    "${secret}": 1`)],
  ['as a target', (secret) => withChange('  files:\n', `  "${secret}":\n`)],
  ['in a list of people', (secret) => withChange('[S0ENG]', `["${secret}"]`)],
  ['in a description', (secret) => withChange('The files', `See ${secret} for more`)],
  ['in a comment', (secret) => `${GOOD}# was ${secret}\n`],
  ['twice as a key', (secret) => `${GOOD}"${secret}": 1\n"${secret}": 2\n`],
  ['in what is not YAML', (secret) => `${GOOD}  x: "${secret}" ${secret}\n\t- [`],
  ['as an alias', (secret) => `${GOOD}x: *${secret}\n`],
]

it.each(PLACES)('a secret %s is a fault, and is never printed', (_name, place) => {
  for (const secret of SECRETS) {
    const text = place(secret)
    const issues = issuesOf(text)
    const shown = `${JSON.stringify(issues)}\n${printIssues('elevate.yaml', text, issues)}`
    expect(shown.toLowerCase()).not.toContain('hunter2hunter2')
    expect(
      issues.some((issue) => issue.severity === 'fault' && issue.message.includes('{ env: NAME }')),
    ).toBe(true)
  }
})

it('a plain value under the name of a secret is a fault, whatever it looks like', () => {
  for (const key of ['password', 'client_secret', 'api-key', 'bot_token', 'PRIVATE_KEY']) {
    const text = withChange('drawer: top', `drawer: top\n    ${key}: tr0ub4dor`)
    const issues = issuesOf(text)
    expect(issues).toContainEqual(
      expect.objectContaining({
        line: 11,
        path: `targets.files.${key}`,
        message: expect.stringMatching(/^A secret/),
      }),
    )
    expect(`${JSON.stringify(issues)}${printIssues('f', text, issues)}`).not.toContain('tr0ub4dor')
  }
})

it('says where the secret is', () => {
  expect(issuesOf(withChange('drawer: top', `drawer: ${DATABASE}`))).toMatchObject([
    { line: 10, column: 13, path: 'targets.files.drawer', severity: 'fault' },
  ])
})

it('a reference is not a secret', () => {
  const text = withChange('drawer: top', 'drawer: top\n    key: { env: DRAWER_KEY }')
  expect(issuesOf(text)).toEqual([])
})
