import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'
import { readSecretFile, secretResolver } from '../../src/config/secret-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'elevate-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const BOT = 'xoxb-test-hunter2'
const APP = 'xapp-test-hunter2'
const SIGNING = 'hunter2hunter2hunter2hunter2hunt'
const SOCKET = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP }
const HTTP = { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING, PORT: '3000' }

function faultsOf(env: Record<string, string>): readonly string[] {
  const read = readEnvironment(env)
  return read.ok ? [] : read.faults
}

function file(name: string, text: string, mode = 0o400): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

it('Socket Mode needs two tokens and nothing else', () => {
  expect(readEnvironment(SOCKET)).toEqual({
    ok: true,
    environment: {
      slack: { botToken: BOT, transport: { kind: 'socket', appToken: APP } },
      configFile: 'elevate.yaml',
      logLevel: 'info',
    },
  })
})

it('signed HTTP needs the signing secret and a port, and wins over Socket Mode', () => {
  const transport = { kind: 'http', signingSecret: SIGNING, port: 3000 }
  expect(readEnvironment(HTTP)).toMatchObject({ ok: true, environment: { slack: { transport } } })
  expect(readEnvironment({ ...HTTP, ...SOCKET })).toMatchObject({
    ok: true,
    environment: { slack: { transport } },
  })
})

it('a port alone, as some platforms set it, or a signing secret alone leaves Socket Mode as it is', () => {
  const transport = { kind: 'socket' }
  for (const more of [{ PORT: '80' }, { SLACK_SIGNING_SECRET: SIGNING }])
    expect(readEnvironment({ ...SOCKET, ...more })).toMatchObject({
      ok: true,
      environment: { slack: { transport } },
    })
})

it('reads every variable', () => {
  const env = {
    ...SOCKET,
    SLACK_API_URL: 'http://127.0.0.1:4000/api/',
    DATABASE_URL: 'postgres://elevate:hunter2@db/elevate',
    ELEVATE_CONFIG: '/etc/elevate.yaml',
    ELEVATE_AUDIT_KEY_FILE: '/run/secrets/audit-key',
    LOG_LEVEL: 'DEBUG',
    ELEVATE_HTTP_PORT: '9090',
    ELEVATE_FAILPOINT: 'after-grant',
  }
  expect(readEnvironment(env)).toEqual({
    ok: true,
    environment: {
      slack: {
        botToken: BOT,
        transport: { kind: 'socket', appToken: APP },
        apiUrl: 'http://127.0.0.1:4000/api/',
      },
      databaseUrl: 'postgres://elevate:hunter2@db/elevate',
      configFile: '/etc/elevate.yaml',
      auditKeyFile: '/run/secrets/audit-key',
      logLevel: 'debug',
      http: { host: '127.0.0.1', port: 9090 },
      failpoint: 'after-grant',
    },
  })
})

it('reports all faults together, and no secret', () => {
  const faults = faultsOf({
    SLACK_BOT_TOKEN: APP,
    SLACK_APP_TOKEN: BOT,
    SLACK_SIGNING_SECRET: BOT,
    PORT: '0x50',
    SLACK_API_URL: 'http://slack.hunter2.example/api/',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    LOG_LEVEL: 'loud-hunter2',
    ELEVATE_HTTP_HOST: '0.0.0.0',
  })
  expect(faults).toEqual([
    expect.stringMatching(/^SLACK_BOT_TOKEN is not a bot token.*xoxb-.*looks like an app-level token/),
    expect.stringMatching(/^SLACK_APP_TOKEN is not an app-level token.*xapp-.*looks like a bot token/),
    expect.stringMatching(/^SLACK_SIGNING_SECRET looks like a token/),
    expect.stringMatching(/^DATABASE_URL is not the address of a PostgreSQL database/),
    expect.stringMatching(/^PORT is not a port. Write a whole number/),
    expect.stringMatching(/^SLACK_API_URL is not an address that tokens may be sent to/),
    expect.stringMatching(/^LOG_LEVEL is not known. Write one of trace, debug/),
    expect.stringMatching(/^ELEVATE_HTTP_HOST is set but ELEVATE_HTTP_PORT is not/),
  ])
  expect(faults.join()).not.toMatch(/hunter2/)
})

const WRONG: [name: string, env: Record<string, string>, says: RegExp][] = [
  [
    'nothing for Slack to reach us',
    { SLACK_BOT_TOKEN: BOT },
    /SLACK_APP_TOKEN is not set.*or SLACK_SIGNING_SECRET and PORT/,
  ],
  [
    'a signing secret without a port',
    { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING },
    /but PORT is not/,
  ],
  ['no bot token', { SLACK_APP_TOKEN: APP }, /^SLACK_BOT_TOKEN is not set/],
  ['an empty bot token', { ...SOCKET, SLACK_BOT_TOKEN: ' ' }, /^SLACK_BOT_TOKEN is not set/],
  [
    'a token in two places',
    { ...SOCKET, SLACK_BOT_TOKEN_FILE: '/x' },
    /SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set/,
  ],
  ['a port too high', { ...HTTP, PORT: '65536' }, /^PORT is not a port/],
  ['the same port twice', { ...HTTP, ELEVATE_HTTP_PORT: '3000' }, /the same as PORT/],
  [
    'another Slack without a slash',
    { ...SOCKET, SLACK_API_URL: 'https://slack.example/api' },
    /with \/ at the end/,
  ],
  [
    'another Slack with a password',
    { ...SOCKET, SLACK_API_URL: 'https://a:b@slack.example/' },
    /SLACK_API_URL/,
  ],
  [
    'a host that begins like this one',
    { ...SOCKET, SLACK_API_URL: 'http://127.0.0.1.evil.example/' },
    /SLACK_API_URL/,
  ],
  [
    'a host that begins with localhost',
    { ...SOCKET, SLACK_API_URL: 'http://localhost.evil.example/' },
    /SLACK_API_URL/,
  ],
  ['a file as address', { ...SOCKET, SLACK_API_URL: 'file:///etc/' }, /SLACK_API_URL/],
]

it.each(WRONG)('%s is refused', (_name, env, says) => {
  expect(faultsOf(env)).toEqual([expect.stringMatching(says)])
})

it('a secret may stand in a file, with a newline at its end', () => {
  const env = {
    SLACK_BOT_TOKEN_FILE: file('bot', `${BOT}\n`),
    SLACK_APP_TOKEN_FILE: file('app', `${APP}\r\n`, 0o440),
  }
  expect(readEnvironment(env)).toMatchObject({
    ok: true,
    environment: { slack: { botToken: BOT, transport: { appToken: APP } } },
  })
})

it.skipIf(process.platform === 'win32')(
  'a file that others can read or change is refused with the remedy',
  () => {
    const modes = [0o600, 0o440, 0o640, 0o644, 0o404, 0o620, 0o602, 0o666]
    const told = modes.map((mode) => {
      const read = readSecretFile(file(`mode-${mode}`, 'hunter2', mode))
      return read.ok
        ? 'ok'
        : (/can be (?:read|written) by others|chmod 0400/g[Symbol.match](read.fault)?.join(' ') ?? '')
    })
    const open = 'can be read by others chmod 0400'
    const loose = 'can be written by others chmod 0400'
    expect(told).toEqual(['ok', 'ok', 'ok', open, open, loose, loose, loose])
  },
)

it('what is no file with a secret in it is refused, and its text is not shown', () => {
  mkdirSync(join(folder, 'directory'))
  const cases: [path: string, says: RegExp][] = [
    [join(folder, 'missing'), /does not exist/],
    [join(folder, 'directory'), /not a regular file/],
    ['/dev/null', /not a regular file/],
    [file('empty', ''), /is empty/],
    [file('newlines', '\n\n'), /is empty/],
    [file('large', 'hunter2'.repeat(10_000)), /64 KiB or more/],
  ]
  for (const [path, says] of cases) {
    const read = readSecretFile(path)
    expect(read.ok ? 'ok' : read.fault).toMatch(says)
    expect(JSON.stringify(read)).not.toContain('hunter2')
    expect(faultsOf({ ...SOCKET, SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: path })).toHaveLength(1)
  }
})

it.skipIf(process.platform === 'win32')('a pipe does not make it wait', () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', ['-m', '600', pipe])
  expect(readSecretFile(pipe)).toMatchObject({
    ok: false,
    fault: expect.stringMatching(/not a regular file/),
  })
})

it('a link to a good file is followed, as orchestrators mount secrets that way', () => {
  const link = join(folder, 'link')
  symlinkSync(file('linked', 'hunter2'), link)
  expect(readSecretFile(link)).toEqual({ ok: true, value: 'hunter2' })
})

it('references are resolved when they are needed, and say what to do when they cannot be', () => {
  const key = file('key', '-----BEGIN-----\nhunter2\n-----END-----\n')
  const secret = secretResolver({
    ORDERS_DB_URL: 'hunter2',
    OTHER_FILE: key,
    BOTH: 'hunter2',
    BOTH_FILE: key,
  })
  expect(secret({ env: 'ORDERS_DB_URL' })).toBe('hunter2')
  expect(secret({ env: 'OTHER' })).toBe('-----BEGIN-----\nhunter2\n-----END-----')
  expect(secret({ file: key })).toContain('hunter2')
  expect(() => secret({ env: 'MISSING' })).toThrow('MISSING is not set. Set it, or MISSING_FILE')
  expect(() => secret({ env: 'BOTH' })).toThrow(/both set/)
  expect(() => secret({ file: join(folder, 'gone') })).toThrow(/does not exist/)
  for (const wrong of [
    'hunter2',
    null,
    {},
    [],
    1,
    { env: '' },
    { env: 1 },
    { url: 'x' },
    { env: 'A', file: 'b' },
  ])
    expect(() => secret(wrong)).toThrow(/^A secret must be named as \{ env: NAME \} or \{ file: PATH \}\.$/)
})
