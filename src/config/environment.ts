/**
 * The environment variables of elevate. Empty counts as not set.
 *
 * Slack reaches elevate over signed HTTP when `SLACK_SIGNING_SECRET` and `PORT` are given, else over Socket Mode
 * with `SLACK_APP_TOKEN`; HTTP is used if both are possible. `SLACK_BOT_TOKEN`, `SLACK_APP_TOKEN`,
 * `SLACK_SIGNING_SECRET` and `DATABASE_URL` can each be given as a file with `…_FILE`.
 *
 * `ELEVATE_AUDIT_KEY_FILE` and `ELEVATE_AUDIT_ANCHOR_FILE` say where the log's key and anchor file are, `ELEVATE_WITNESS`
 * which witnesses cosign its checkpoints (docs/proof.md).
 *
 * `/healthz`, `/readyz` and `/metrics` are served at `ELEVATE_HTTP_PORT` on `ELEVATE_HTTP_HOST` (this machine only,
 * by default). Without it they share Slack's port in HTTP mode, and are off in Socket Mode.
 */

import { type Env, readSecret } from './secret-source.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

type WitnessEntry = { readonly url: string; readonly vkey: string }

type Transport =
  | { readonly kind: 'http'; readonly signingSecret: string; readonly port: number }
  | { readonly kind: 'socket'; readonly appToken: string }

export type Environment = {
  readonly slack: {
    readonly botToken: string
    readonly transport: Transport
    /** The base URL of another Slack API; ends with `/`. */
    readonly apiUrl?: string
  }
  /** Without it elevate runs an embedded PostgreSQL. */
  readonly databaseUrl?: string
  readonly configFile: string
  readonly auditKeyFile?: string
  /** Remembers every signed checkpoint outside the database. */
  readonly auditAnchorFile?: string
  /** Who cosigns the checkpoints. */
  readonly witnesses?: readonly WitnessEntry[]
  readonly logLevel: LogLevel
  /** A server of its own for health and metrics. */
  readonly http?: { readonly host: string; readonly port: number }
  /** Where the process kills itself, for crash tests. */
  readonly failpoint?: string
}

type ReadEnvironment =
  | { readonly ok: true; readonly environment: Environment }
  | { readonly ok: false; readonly faults: readonly string[] }

export function readEnvironment(env: Env): ReadEnvironment {
  const faults: string[] = []
  const plain = (name: string) => env[name]?.trim() || undefined
  const checked = <T>(name: string, read: (value: string) => T | string[]): T | undefined => {
    const value = plain(name)
    if (value === undefined) return undefined
    const result = read(value)
    if (!Array.isArray(result)) return result
    faults.push(...result)
    return undefined
  }
  /** Never repeats the value in a fault. `set` is also true for a value with a fault. */
  const secret = (name: string, refuse: (value: string) => string | undefined) => {
    const read = readSecret(env, name)
    const fault = read.ok ? read.value && refuse(read.value) : read.fault
    if (fault) faults.push(read.ok ? `${name} ${fault}` : fault)
    return { set: !read.ok || read.value !== undefined, value: read.ok && !fault ? read.value : undefined }
  }

  const bot = secret('SLACK_BOT_TOKEN', (value) => refuseToken(value, 'xoxb-', 'a bot token'))
  if (!bot.set)
    faults.push(
      'SLACK_BOT_TOKEN is not set. It begins with xoxb- and stands under OAuth & Permissions of the Slack app.',
    )
  const app = secret('SLACK_APP_TOKEN', (value) => refuseToken(value, 'xapp-', 'an app-level token'))
  const signing = secret('SLACK_SIGNING_SECRET', refuseSigningSecret)
  const database = secret('DATABASE_URL', refuseDatabaseUrl)
  const port = checked('PORT', (value) => readPort('PORT', value))
  const portSet = plain('PORT') !== undefined

  let transport: Transport | undefined
  if (signing.set && portSet) {
    if (signing.value !== undefined && port !== undefined)
      transport = { kind: 'http', signingSecret: signing.value, port }
  } else if (app.set) {
    if (app.value !== undefined) transport = { kind: 'socket', appToken: app.value }
  } else if (signing.set) {
    faults.push(
      'SLACK_SIGNING_SECRET is set but PORT is not. Set PORT too for HTTP, or SLACK_APP_TOKEN for Socket Mode.',
    )
  } else {
    faults.push(
      'SLACK_APP_TOKEN is not set. Set it (it begins with xapp-) for Socket Mode, ' +
        'or SLACK_SIGNING_SECRET and PORT for HTTP.',
    )
  }

  const apiUrl = checked('SLACK_API_URL', readApiUrl)
  const logLevel = checked('LOG_LEVEL', readLogLevel) ?? 'info'
  const httpPort = checked('ELEVATE_HTTP_PORT', (value) => readPort('ELEVATE_HTTP_PORT', value))
  if (httpPort !== undefined && transport?.kind === 'http' && httpPort === transport.port)
    faults.push('ELEVATE_HTTP_PORT is the same as PORT. Leave it out to serve health and metrics there.')
  const host = plain('ELEVATE_HTTP_HOST')
  if (host !== undefined && plain('ELEVATE_HTTP_PORT') === undefined)
    faults.push('ELEVATE_HTTP_HOST is set but ELEVATE_HTTP_PORT is not. Set both, or neither.')
  const auditKeyFile = plain('ELEVATE_AUDIT_KEY_FILE')
  const auditAnchorFile = plain('ELEVATE_AUDIT_ANCHOR_FILE')
  const witnesses = checked('ELEVATE_WITNESS', readWitnesses)?.entries
  const failpoint = plain('ELEVATE_FAILPOINT')

  if (faults.length > 0 || bot.value === undefined || transport === undefined) return { ok: false, faults }
  return {
    ok: true,
    environment: {
      slack: { botToken: bot.value, transport, ...(apiUrl === undefined ? {} : { apiUrl }) },
      ...(database.value === undefined ? {} : { databaseUrl: database.value }),
      configFile: plain('ELEVATE_CONFIG') ?? 'elevate.yaml',
      ...(auditKeyFile === undefined ? {} : { auditKeyFile }),
      ...(auditAnchorFile === undefined ? {} : { auditAnchorFile }),
      ...(witnesses === undefined ? {} : { witnesses }),
      logLevel,
      ...(httpPort === undefined ? {} : { http: { host: host ?? '127.0.0.1', port: httpPort } }),
      ...(failpoint === undefined ? {} : { failpoint }),
    },
  }
}

function refuseToken(value: string, prefix: string, what: string): string | undefined {
  if (value.startsWith(prefix) && value.length > prefix.length && /^[!-~]+$/.test(value)) return undefined
  const other = { xoxb: 'a bot token', xapp: 'an app-level token', xoxp: "a user's token" }[value.slice(0, 4)]
  const found = other && other !== what ? ` What is there looks like ${other}.` : ''
  return `is not ${what}. It must begin with ${prefix} and have no spaces.${found}`
}

function refuseSigningSecret(value: string): string | undefined {
  if (/^x(?:ox|app-)/.test(value))
    return 'looks like a token. The signing secret stands under Basic Information of the Slack app.'
  if (/^[!-~]{16,}$/.test(value)) return undefined
  return 'is not a signing secret. It has 32 letters and digits and stands under Basic Information of the Slack app.'
}

function refuseDatabaseUrl(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url && /^postgres(?:ql)?:$/.test(url.protocol)) return undefined
  return 'is not the address of a PostgreSQL database. Write postgres://user:password@host:5432/database; @ : / # in a password are written %40 %3A %2F %23.'
}

function readPort(name: string, value: string): number | string[] {
  const port = /^[1-9][0-9]{0,4}$/.test(value) ? Number(value) : Number.NaN
  return port <= 65_535 ? port : [`${name} is not a port. Write a whole number from 1 to 65535.`]
}

/** The bot token is sent there, so it must be https or this machine. */
function readApiUrl(value: string): string | string[] {
  const fault = [
    'SLACK_API_URL is not an address that tokens may be sent to. Write https://… (or http:// to this machine) ' +
      'with / at the end, without a password, ? and #.',
  ]
  if (!URL.canParse(value) || !value.endsWith('/')) return fault
  const url = new URL(value)
  const isHere = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isHere)
  return isSafe && !url.username && !url.password && !url.search && !url.hash ? value : fault
}

function readLogLevel(value: string): LogLevel | string[] {
  const level = LOG_LEVELS.find((one) => one === value.toLowerCase())
  return level ?? [`LOG_LEVEL is not known. Write one of ${LOG_LEVELS.join(', ')}.`]
}

/** Each an address and the witness's verifier key, with commas between. */
function readWitnesses(value: string): { readonly entries: readonly WitnessEntry[] } | string[] {
  const entries = value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => one.split(/\s+/))
  const faults = entries.flatMap(([url = '', vkey = '', ...more], at) => {
    const which = `ELEVATE_WITNESS, entry ${at + 1},`
    if (more.length > 0 || vkey === '')
      return [
        `${which} is not an address and a key. Write https://witness.example.com witness.example.com/w1+id+key`,
      ]
    if (!isAddress(url))
      return [`${which} does not begin with an http(s) address without a password, ? and #.`]
    if (!/^[^\s+]+\+[0-9a-fA-F]{8}\+[A-Za-z0-9+/]+={0,2}$/.test(vkey))
      return [`${which} has no verifier key after its address. elevate witness --make printed it.`]
    return []
  })
  if (faults.length > 0) return faults
  return { entries: entries.map(([url = '', vkey = '']) => ({ url: url.replace(/\/+$/, ''), vkey })) }
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash
}
