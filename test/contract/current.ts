/** What the code has now, each kind of name as a list of lines. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { answerActivity } from '../../src/api/activity-endpoint.ts'
import { healthRoutes } from '../../src/api/health.ts'
import { makeMetrics } from '../../src/api/metrics.ts'
import { toOcsf } from '../../src/audit/export/ocsf.ts'
import { csvOfEvents, jsonlLine } from '../../src/audit/export/rows.ts'
import { program } from '../../src/cli/main.ts'
import { LOG_LEVELS, readEnvironment } from '../../src/config/environment.ts'
import { activityInstallSql } from '../../src/connectors/postgres/activity-install.ts'
import { readReport } from '../../src/core/activity/activity-report.ts'
import { auditEventTypes } from '../../src/core/log/audit-event.ts'
import type { StoredLeaf } from '../../src/core/log/audit-proof.ts'
import { OCSF_VERSIONS } from '../../src/core/log/ocsf-version.ts'
import { PRESSES } from '../../src/slack/buttons.ts'
import { parseCommand } from '../../src/slack/commands/parse-command.ts'
import { SUGGESTIONS } from '../../src/slack/forms/ask.ts'
import { ENDPOINT } from '../../src/slack/platform/http-receiver.ts'
import { readActivityAsk, readAuditAsk, readChosen, readWhoAsk } from '../../src/slack/platform/payloads.ts'
import { COMMANDS, SHORTCUTS } from '../../src/slack/platform/routes.ts'
import { SUBMITS } from '../../src/slack/submits.ts'
import { query } from '../support/postgres.ts'

const root = path.join(import.meta.dirname, '../..')

export const eventTypes = (): readonly string[] => auditEventTypes

/** `elevate who [target] [role]`, each of its options, and which of them are required. */
export function commands(of: Command = program, above = ''): string[] {
  const name = `${above}${of.name()}`
  const words = of.registeredArguments.map((one) => {
    const inside = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? ` <${inside}>` : ` [${inside}]`
  })
  const required = of.options.filter((one) => one.mandatory).map((one) => ` ${one.long}`)
  return [
    `${name}${words.join('')}${required.length > 0 ? ` (requires${required.join('')})` : ''}`,
    ...of.options.flatMap((one) => [
      `${name} ${one.flags}${one.defaultValue === undefined ? '' : ` = ${JSON.stringify(one.defaultValue)}`}`,
      ...(one.argChoices ?? []).map((choice) => `${name} ${one.long} ${choice}`),
    ]),
    ...of.commands.flatMap((one) => commands(one, `${name} `)),
  ]
}

/** Every name that is looked up while the environment is read. */
export function environment(): string[] {
  const asked = new Set<string>()
  const enough = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }
  const env = new Proxy<Record<string, string>>(enough, {
    get: (values, name) => {
      asked.add(String(name))
      return Reflect.get(values, name)
    },
  })
  readEnvironment(env)
  return [...asked, ...LOG_LEVELS.map((level) => `LOG_LEVEL=${level}`)]
}

type Schema = { readonly [key: string]: unknown }
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys of elevate.yaml as paths (`*` is any name or place in a list), with fixed values and what is required. */
export function yaml(): string[] {
  const lines = new Set<string>()
  const visit = (schema: unknown, at: string): void => {
    if (!isSchema(schema)) return
    for (const value of Array.isArray(schema.enum) ? schema.enum : []) lines.add(`${at} = ${String(value)}`)
    if ('const' in schema) lines.add(`${at} = ${String(schema.const)}`)
    if (typeof schema.type === 'string') lines.add(`${at}: ${schema.type}`)
    for (const [key, inner] of Object.entries(isSchema(schema.properties) ? schema.properties : {})) {
      const below = at === '' ? key : `${at}.${key}`
      if (Array.isArray(schema.required) && schema.required.includes(key)) lines.add(`${below} (required)`)
      visit(inner, below)
    }
    visit(schema.additionalProperties, `${at}.*`)
    visit(schema.items, `${at}.*`)
    for (const list of ['anyOf', 'oneOf', 'allOf', 'prefixItems'])
      for (const inner of Array.isArray(schema[list]) ? schema[list] : []) visit(inner, at)
    visit(schema.then, at)
  }
  visit(JSON.parse(readFileSync(path.join(root, 'elevate.schema.json'), 'utf8')), '')
  return [...lines]
}

export const slack = (): string[] => [
  ...[...COMMANDS.keys()].map((name) => `command ${name}`),
  ...[...SHORTCUTS.keys()].map((name) => `shortcut ${name}`),
  ...[...PRESSES.keys()].map((name) => `button or input ${name}`),
  ...[...SUGGESTIONS.keys()].map((name) => `menu ${name}`),
  ...[...SUBMITS.keys()].map((name) => `form ${name}`),
]

export function manifest(): string[] {
  const app = parse(readFileSync(path.join(root, 'manifest.yml'), 'utf8'))
  return [
    ...app.features.slash_commands.map(
      (one: { command: string; should_escape: boolean }) =>
        `command ${one.command}${one.should_escape ? ' (escapes people)' : ''}`,
    ),
    ...app.features.shortcuts.map((one: { callback_id: string }) => `shortcut ${one.callback_id}`),
    ...app.oauth_config.scopes.bot.map((scope: string) => `scope ${scope}`),
    ...app.settings.event_subscriptions.bot_events.map((event: string) => `event ${event}`),
  ]
}

export async function metrics(): Promise<string[]> {
  const number = async () => 1
  const { scrape } = makeMetrics({
    liveGrants: number,
    overdue: number,
    stuck: number,
    quarantine: number,
    outboxAge: number,
    worstLateness: number,
    deliveryLag: async () => [{ name: 'siem', waiting: 1 }],
  })
  const { body } = await scrape()
  return [
    ...body.matchAll(/^# TYPE (\S+ \S+)$/gm).map(([, name = '']) => name),
    ...body.matchAll(/^(elevate_delivery\S+)/gm).map(([, name = '']) => name),
  ]
}

/** Paths of a value's keys: `actor.kind`; `[]` is each place in a list. */
export function keysIn(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => keysIn(one, `${at}[]`)))]
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([key, one]) => keysIn(one, at === '' ? key : `${at}.${key}`))
  return at === '' ? inner : [at, ...inner]
}

const leafOf = (type: string, more: object = {}): StoredLeaf => ({
  index: 7,
  bytes: JSON.stringify({
    v: 1,
    id: 'e0000000-0000-4000-8000-000000000000',
    index: '7',
    time: '2026-11-30T12:00:00.000000Z',
    type,
    actor: { kind: 'person', id: 'U0BEN' },
    subject: 'U0ADA',
    target: 'orders-db',
    role: 'read',
    account: 'elv_ada_1',
    request: 'R-1',
    grant: 'G-1',
    policy: 'f00d',
    outcome: 'taken',
    detail: { ticket: 'INC-1', error: 'no' },
    ...more,
  }),
  leafHash: new Uint8Array(32),
  texts: [
    { field: 'reason', salt: 'c2FsdA==', content: 'for INC-1' },
    { field: 'typed', salt: 'c2FsdA==', content: 'orders' },
  ],
})

export const csv = (): string[] =>
  csvOfEvents([])
    .trim()
    .split(',')
    .map((column, at) => `column ${at + 1}: ${JSON.parse(column)}`)

export const jsonl = (): string[] => keysIn(JSON.parse(jsonlLine(leafOf('grant.revoked'))))

/** How each event type is classified, and which fields it has, in every version of the schema. */
export function ocsf(): string[] {
  const lines = new Set<string>(OCSF_VERSIONS.map((version) => `version ${version}`))
  // Those between them are written like the one before.
  for (const version of ['1.1.0', '1.5.0', '1.8.0', '1.9.0'] as const)
    for (const type of auditEventTypes) {
      const said = toOcsf(leafOf(type), version) as Record<string, unknown>
      const entity = said.entity as { readonly type?: string } | undefined
      lines.add(
        `${version} ${type}: ${said.type_uid} severity ${said.severity_id} status ${said.status_id}${entity ? ` entity ${entity.type}` : ''}`,
      )
      for (const key of keysIn(said)) lines.add(`${version} ${said.class_uid} ${key}`)
    }
  return [...lines]
}

/** Those of the texts behind `/elevate` that are understood: commands, and (with the reason `why`) requests. */
export const words = (typed: readonly string[]): string[] =>
  typed.filter((text) => {
    try {
      const command = parseCommand(text)
      if (command.kind === 'ask') return command.reason === 'why'
      return command.kind !== 'form' || text === '' || text === 'orders-db'
    } catch {
      return false
    }
  })

/** Those of the buttons' values, in messages that were posted long ago, that are still read. */
export const buttonValues = (typed: readonly string[]): string[] =>
  typed.filter((line) => {
    const [action = '', value = ''] = line.split(/ (.*)/)
    const read = {
      activity_page: readActivityAsk,
      audit_page: readAuditAsk,
      audit_csv: readAuditAsk,
      draw_picture: readWhoAsk,
      open_form: readChosen,
    }[action]
    return JSON.stringify(read?.(value)) === value
  })

/** Those of the entries for `POST /activity/<source>` that are taken as they are. */
export const activityReport = (entries: readonly string[]): string[] =>
  entries.filter((entry) => {
    const now = new Date('2026-11-20T04:00:00Z')
    const read = readReport([JSON.parse(entry)], { id: 'd', now, targets: ['orders-db'] })
    return (
      read.ok &&
      Object.entries(JSON.parse(entry)).every(([key, value]) => {
        const taken = read.entries[0]?.[key as 'kind']
        return key === 'at' ? taken !== undefined : taken === value
      })
    )
  })

/** Paths that answer, and the fields of what `/readyz` says. */
export async function http(): Promise<string[]> {
  const routes = healthRoutes(
    {
      ping: async () => {},
      sinceSweep: () => 0,
      slack: () => true,
      quarantine: async () => ({ beganAt: new Date() }),
    },
    async () => ({ type: 'text/plain', body: '' }),
  )
  const ready = JSON.parse((await routes.get('/readyz')?.())?.body ?? '{}')
  const response = { writeHead: () => response, end: () => response } as unknown as ServerResponse
  const desk = { keysOf: () => undefined, receive: async () => ({ status: 200, body: {} }), now: () => 0 }
  const url = '/activity/bastion'
  const taken = await answerActivity(desk, { url, method: 'GET' } as IncomingMessage, response)
  return [
    ...routes.keys(),
    ENDPOINT,
    ...(taken ? [url] : []),
    ...keysIn(ready).map((key) => `/readyz ${key}`),
  ]
}

/** What a database administrator has installed in a target. */
export const targetObjects = (): string[] => [
  ...activityInstallSql()
    .matchAll(
      /(CREATE ROLE \w+|CREATE SCHEMA .*|GRANT EXECUTE ON FUNCTION elevate.*) (?:NOLOGIN|AUTHORIZATION|TO)/g,
    )
    .map(([, name = '']) => name),
]

/** Tables, columns, functions, roles and rights of elevate's own database, as PostgreSQL tells them. */
export async function database(url: string): Promise<string[]> {
  const rows = await query<{ line: string }>(
    url,
    `select format('column %s.%s.%s %s', table_schema, table_name, column_name, udt_name) as line
     from information_schema.columns where table_schema in ('elevate', 'audit')
     union all
     select format('value %s.%s %s: %s', n.nspname, r.relname, c.conname, word[1])
     from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_namespace n on n.oid = r.relnamespace,
       regexp_matches(pg_get_constraintdef(c.oid), $$'([^']+)'::text$$, 'g') as word
     where c.conname like 'only\\_known\\_%' and n.nspname in ('elevate', 'audit')
     union all
     select format('function %s.%s(%s) returns %s', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
       pg_get_function_result(p.oid)) ||
       case when has_function_privilege('elevate_app', p.oid, 'execute') then ' (elevate_app)' else '' end
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('elevate', 'audit')
       and p.prorettype <> 'trigger'::regtype
     union all
     select format('right %s %s.%s', lower(privilege_type), table_schema, table_name)
     from information_schema.role_table_grants
     where grantee = 'elevate_app' and table_schema in ('elevate', 'audit')
     union all
     select format('role %s', rolname) from pg_roles where rolname in ('elevate_app', 'elevate_audit_owner')`,
  )
  return rows.map(({ line }) => line)
}

/** Columns that a row must fill itself: an older elevate does not know of new ones. */
export async function requiredColumns(url: string): Promise<string[]> {
  const rows = await query<{ line: string }>(
    url,
    `select format('%s.%s.%s', table_schema, table_name, column_name) as line from information_schema.columns
     where table_schema in ('elevate', 'audit') and is_nullable = 'NO' and column_default is null
       and is_identity = 'NO' and is_generated = 'NEVER'`,
  )
  return rows.map(({ line }) => line)
}
