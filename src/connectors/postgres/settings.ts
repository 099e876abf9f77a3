// What an operator writes about a PostgreSQL target and its roles.
import { z } from 'zod'
import type { Fault, Parsed } from '../../core/connector.ts'
import type { Json, JsonObject } from '../../core/json.ts'

const nameLimit = 63

const secretReference = z
  .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
    error: (issue) =>
      typeof issue.input === 'string'
        ? 'write { env: NAME } or { file: PATH }: a connection string in the configuration is a password in the ' +
          'configuration'
        : 'write { env: NAME } or { file: PATH }, saying where the connection string is',
  })
  .describe('Where the bot finds its connection string, for example { env: ORDERS_DATABASE_URL }')

const accounts = z
  .discriminatedUnion('by', [
    z.strictObject({ by: z.literal('email').describe('The login is called as the e-mail address in Slack') }),
    z.strictObject({
      by: z.literal('email-local-part').describe('The login is called as the part before the @'),
      domain: z
        .string({ error: 'say which domain the address must have, or any guest called "ada@" would be ada' })
        .regex(/^[a-z0-9.-]+$/i)
        .describe('Addresses of other domains are refused'),
    }),
    z.strictObject({
      by: z.literal('map').default('map'),
      map: z
        .record(z.string().regex(/^[UW][A-Z0-9]+$/), z.string().min(1))
        .describe('Slack user id to login'),
    }),
  ])
  .describe('How a person is found among the logins of the database')

const targetSettings = z
  .strictObject({
    connection: secretReference,
    mode: z
      .enum(['temporary-login', 'membership'])
      .describe(
        'temporary-login: a login of its own for each grant. membership: roles for logins that exist',
      ),
    login_prefix: z
      .string()
      .regex(/^[a-z_]{2,20}$/, 'use 2 to 20 of a-z and _')
      .refine((prefix) => !prefix.startsWith('pg_'), 'PostgreSQL keeps names beginning with pg_ for itself')
      .default('elv_')
      .describe('How the names of temporary logins begin; pg_hba.conf can tell them by it'),
    connect_with: z
      .strictObject({
        host: z.string().min(1).optional(),
        port: z.int().min(1).max(65535).optional(),
        database: z.string().min(1).optional(),
      })
      .optional()
      .describe('What people are told to connect to, where that differs from what the bot connects to'),
    accounts: accounts.optional(),
    sessions_at_end: z
      .enum(['terminate', 'keep'])
      .optional()
      .describe('membership only. keep: sessions that are open go on, and with them what they had'),
    allow_predefined_roles: z
      .array(z.string())
      .default([])
      .describe('Names beginning with pg_, or public, that roles here may use in spite of their power'),
  })
  .superRefine((target, context) => {
    const membership = target.mode === 'membership'
    if (membership && !target.accounts) {
      context.addIssue({
        code: 'custom',
        path: ['accounts'],
        message: 'say how a person is found among the logins',
      })
    }
    for (const key of ['accounts', 'sessions_at_end'] as const) {
      if (!membership && target[key] !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: 'has no meaning with mode: temporary-login',
        })
      }
    }
  })

const roleSettings = z.strictObject({
  database_role: z
    .string()
    .min(1)
    .refine((name) => Buffer.byteLength(name) <= nameLimit, `PostgreSQL cuts names at ${nameLimit} bytes`)
    .refine((name) => !name.includes('\0'), 'cannot contain a zero byte')
    .describe('The PostgreSQL role that is granted'),
  statement_log: z
    .enum(['all', 'mod', 'none'])
    .optional()
    .describe('log_statement of a temporary login; without it: all, where the bot may set it'),
  set_role: z
    .boolean()
    .optional()
    .describe(
      'May the person become the role with SET ROLE? What is made under it belongs to the role and keeps its power ' +
        'after the end. Default: no for temporary logins, yes for memberships',
    ),
})

export type TargetSettings = z.output<typeof targetSettings>

/** A role's settings as they are frozen on a grant: complete, so that later edits of the target change nothing. */
const frozenRole = roleSettings.extend({
  mode: z.enum(['temporary-login', 'membership']),
  set_role: z.boolean(),
})
export type RoleSettings = z.output<typeof frozenRole>

export const targetSchema = z.toJSONSchema(targetSettings, { io: 'input' }) as JsonObject
export const roleSchema = z.toJSONSchema(roleSettings, { io: 'input' }) as JsonObject

export function parseTarget(raw: unknown): Parsed<JsonObject> {
  return parsed(targetSettings.safeParse(named(raw)))
}

export function parseRole(raw: unknown, target: JsonObject): Parsed<JsonObject> {
  const { mode, allow_predefined_roles: allowed } = target as unknown as TargetSettings
  const result = roleSettings.safeParse(raw)
  if (!result.success) return parsed(result)
  const { database_role: name } = result.data
  const reserved = name.startsWith('pg_') || ['public', 'none'].includes(name)
  if (reserved && !allowed.includes(name)) {
    const message = `"${name}" belongs to PostgreSQL itself; list it in allow_predefined_roles if you mean it`
    return { ok: false, faults: [{ path: ['database_role'], message }] }
  }
  if (mode === 'membership' && result.data.statement_log) {
    const message = 'has no meaning with mode: membership, whose logins are not ours to change'
    return { ok: false, faults: [{ path: ['statement_log'], message }] }
  }
  return {
    ok: true,
    value: { ...defined(result.data), mode, set_role: result.data.set_role ?? mode === 'membership' },
  }
}

/** Settings that were parsed when they were written; they come back from the database as plain data. */
export function targetOf(settings: JsonObject): TargetSettings {
  return targetSettings.parse(settings)
}

export function roleOf(entitlement: JsonObject): RoleSettings {
  return frozenRole.parse(entitlement)
}

/** `{ map: … }` alone is clear enough; the discriminator is filled in. */
function named(raw: unknown): unknown {
  const target = raw as { accounts?: { map?: unknown; by?: unknown } } | null
  if (typeof target !== 'object' || !target?.accounts?.map || target.accounts.by !== undefined) return raw
  return { ...target, accounts: { by: 'map', ...target.accounts } }
}

function parsed(result: z.ZodSafeParseResult<object>): Parsed<JsonObject> {
  if (result.success) return { ok: true, value: defined(result.data) }
  return { ok: false, faults: result.error.issues.map(faultOf) }
}

const faultOf = (issue: z.core.$ZodIssue): Fault => ({
  path: issue.path.filter((part) => typeof part !== 'symbol'),
  message: issue.message,
})

const defined = (value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined))
