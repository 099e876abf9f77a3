// Checks that the target is reachable, and that the bot has enough rights and not too many.
import type { Finding } from '../../core/connector.ts'
import type { JsonObject } from '../../core/json.ts'
import { ACTIVITY_VERSION, aboutActivity } from './activity.ts'
import { leftoverOwnerPowers } from './clean-up.ts'
import { connectorError } from './errors.ts'
import { findRole, forbiddenPower, type Membership, memberships } from './roles.ts'
import type { Ask } from './session.ts'
import { type RoleSettings, roleOf, type TargetSettings } from './settings.ts'
import { leftoverOwner } from './statements.ts'
import type { Target } from './target.ts'

type Roles = readonly { readonly id: string; readonly settings: JsonObject }[]

const fault = (text: string): Finding => ({ level: 'fault', text })
const warning = (text: string): Finding => ({ level: 'warning', text })
const info = (text: string): Finding => ({ level: 'info', text })

export async function checkTarget(
  target: Target,
  roles: Roles,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { database, settings, id } = target
  try {
    return await database.read(signal, async (ask) => {
      const bot = await botOf(ask)
      const findings = [...serverFindings(bot), ...botFindings(bot, settings)]
      for (const role of roles) {
        const found = await roleFindings(ask, bot, settings, roleOf(role.settings))
        findings.push(...found.map(({ level, text }) => ({ level, text: `role ${role.id}: ${text}` })))
      }
      if (settings.mode === 'temporary-login') {
        findings.push(...(await leftoverOwnerFindings(ask, bot)), ...(await passwordFindings(ask, settings)))
      }
      findings.push(...(await activityFindings(ask, settings)))
      return findings
    })
  } catch (error) {
    return [fault(connectorError(error, id, 'connecting').message)]
  }
}

type Bot = {
  readonly name: string
  readonly version: number
  readonly superuser: boolean
  readonly createsRoles: boolean
  readonly replica: boolean
  readonly plain: boolean
  readonly signals: boolean
  readonly logs: boolean
}

async function botOf(ask: Ask): Promise<Bot> {
  const version = ask.version
  const logs = version < 150000 ? 'false' : "has_parameter_privilege('log_statement', 'SET')"
  const [bot] = await ask<Omit<Bot, 'version'>>(
    `select current_user as name, rolsuper as superuser, rolcreaterole as "createsRoles",
            pg_is_in_recovery() as replica, pg_has_role('pg_signal_backend', 'USAGE') as signals, ${logs} as logs,
            not coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)
              and not coalesce(inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1', true) as plain
       from pg_roles where rolname = current_user`,
  )
  if (!bot) throw new Error('The bot has no role of its own')
  return { ...bot, version }
}

function serverFindings(bot: Bot): Finding[] {
  const major = Math.floor(bot.version / 10000)
  const findings = [versionFinding(major)]
  if (bot.replica) findings.push(fault('this is a read-only replica; point the connection at the primary'))
  if (bot.plain)
    findings.push(warning('the connection is not encrypted; add sslmode=verify-full to the connection'))
  return findings
}

function versionFinding(major: number): Finding {
  if (major >= 16) return info(`PostgreSQL ${major}`)
  if (major < 15)
    return fault(`PostgreSQL ${major} is too old: 16 or later is needed (15 works with less safety)`)
  return warning(
    'PostgreSQL 15: CREATEROLE lets the bot give itself any role, even those that run programs on the server, and ' +
      'a membership has only one grantor. From version 16 on both are better',
  )
}

function botFindings(bot: Bot, settings: TargetSettings): Finding[] {
  const findings: Finding[] = []
  const temporary = settings.mode === 'temporary-login'
  if (bot.superuser) {
    findings.push(
      fault(`the bot connects as superuser "${bot.name}"; make it a role of its own, see the documentation`),
    )
    return findings
  }
  if (temporary && !bot.createsRoles) findings.push(fault(`run: ALTER ROLE ${bot.name} CREATEROLE`))
  if (!temporary && bot.createsRoles) {
    findings.push(warning(`mode membership needs no CREATEROLE; run: ALTER ROLE ${bot.name} NOCREATEROLE`))
  }
  if (!bot.signals && (temporary || settings.sessions_at_end !== 'keep')) {
    findings.push(fault(`sessions could not be ended; run: GRANT pg_signal_backend TO ${bot.name}`))
  }
  if (temporary && !bot.logs) {
    findings.push(
      info(`statements are not logged by us; to: GRANT SET ON PARAMETER log_statement TO ${bot.name}`),
    )
  }
  if (!temporary && settings.sessions_at_end === 'keep') {
    findings.push(
      warning('sessions_at_end: keep: a session that did SET ROLE keeps the role until it ends by itself'),
    )
  }
  return findings
}

async function roleFindings(
  ask: Ask,
  bot: Bot,
  target: TargetSettings,
  role: RoleSettings,
): Promise<Finding[]> {
  const name = role.database_role
  if (!(await findRole(ask, name))) return [fault(`the database has no role "${name}"`)]
  const findings: Finding[] = []
  const power = await forbiddenPower(ask, name, target.allow_predefined_roles)
  if (power) findings.push(fault(power))
  if (!bot.superuser)
    findings.push(...adminFindings(bot, name, await memberships(ask, name, bot.name, bot.version)))
  if (role.statement_log && role.statement_log !== 'none' && !bot.logs) {
    findings.push(fault(`statement_log needs: GRANT SET ON PARAMETER log_statement TO ${bot.name}`))
  }
  if (role.set_role && target.mode === 'temporary-login') {
    findings.push(
      warning(
        `set_role: what is made after SET ROLE "${name}" belongs to that role and keeps its power after the end`,
      ),
    )
  }
  const [owns] = await ask<{ count: number }>(
    `select count(*)::int as count from pg_shdepend
      where refclassid = 'pg_authid'::regclass and deptype = 'o'
        and refobjid = (select oid from pg_roles where rolname = $1)`,
    [name],
  )
  if (owns?.count) {
    findings.push(
      warning(
        `"${name}" owns ${owns.count} object(s): who has it can hand out rights on them that last. Use a role that owns nothing`,
      ),
    )
  }
  const [database] = await ask<{ connect: boolean; name: string }>(
    "select has_database_privilege($1, current_database(), 'CONNECT') as connect, current_database() as name",
    [name],
  )
  if (database && !database.connect) {
    findings.push(
      warning(`"${name}" may not connect; run: GRANT CONNECT ON DATABASE ${database.name} TO "${name}"`),
    )
  }
  return findings
}

function adminFindings(bot: Bot, name: string, held: readonly Membership[]): Finding[] {
  const grant = `GRANT "${name}" TO ${bot.name} WITH ADMIN OPTION`
  if (!held.some(({ admin }) => admin)) {
    return [
      fault(
        `the bot may not give it; run: ${grant}${bot.version < 160000 ? '' : ', INHERIT FALSE, SET FALSE'}`,
      ),
    ]
  }
  if (bot.version >= 160000 && held.some(({ inherit, set }) => inherit || set)) {
    return [warning(`the bot can use it itself, which it need not; run: ${grant}, INHERIT FALSE, SET FALSE`)]
  }
  return []
}

async function leftoverOwnerFindings(ask: Ask, bot: Bot): Promise<Finding[]> {
  if (!(await findRole(ask, leftoverOwner))) return []
  const powers = await leftoverOwnerPowers(ask)
  if (powers.length > 0) {
    return [
      fault(
        `"${leftoverOwner}" ${powers.join(' and ')}; what people leave behind must belong to a role without rights`,
      ),
    ]
  }
  const held = await memberships(ask, leftoverOwner, bot.name, bot.version)
  if (bot.superuser || held.some(({ admin }) => admin)) return []
  return [
    warning(
      `things left behind cannot be set aside; run: GRANT ${leftoverOwner} TO ${bot.name} WITH ADMIN OPTION`,
    ),
  ]
}

/** VALID UNTIL applies to passwords only: a login by another method would outlive it. */
async function passwordFindings(ask: Ask, { login_prefix: prefix }: TargetSettings): Promise<Finding[]> {
  const [may] = await ask<{ read: boolean }>(
    `select has_table_privilege('pg_hba_file_rules', 'SELECT')
            and has_function_privilege('pg_hba_file_rules()', 'EXECUTE') as read`,
  )
  const wanted = `logins beginning with "${prefix}" must come in by scram-sha-256 and nothing else`
  if (!may?.read) return [info(`pg_hba.conf cannot be seen from here; make sure that ${wanted}`)]
  const others = await ask<{ line: number; method: string }>(
    `select line_number as line, auth_method as method from pg_hba_file_rules
      where error is null and auth_method not in ('scram-sha-256', 'reject') and type <> 'local'
        and exists (select from unnest(user_name) as u where u = 'all' or u like '/%' or starts_with(u, $1))
        and not (database = array['replication'])
      order by 1`,
    [prefix],
  )
  return others.map(({ line, method }) =>
    warning(`pg_hba.conf line ${line} lets logins in by ${method}; ${wanted}`),
  )
}

const INSTALL = 'elevate activity install-sql prints what a database administrator runs'

/** Can it be seen what people do in this target, and what is missing for it? */
async function activityFindings(ask: Ask, settings: TargetSettings): Promise<Finding[]> {
  const temporary = settings.mode === 'temporary-login'
  // A name that such a login could have; for memberships there is one only when somebody asks for access.
  const account = temporary ? `${settings.login_prefix}check_g1` : ''
  const about = await aboutActivity(ask, account)
  if (typeof about === 'string') {
    const absent = about.endsWith('not installed there')
    const text = `it cannot be seen what people do here, because ${about}; ${INSTALL}`
    return [{ level: absent ? 'info' : 'warning', text }]
  }
  const missing = [
    ...(about.version < ACTIVITY_VERSION ? [`the function that reads the log is outdated; ${INSTALL}`] : []),
    ...(about.collector ? [] : ['logging_collector is off; set it to on and restart the server']),
    ...(about.jsonlog ? [] : ["log_destination lacks jsonlog; set it to 'stderr,jsonlog'"]),
    ...(about.english ? [] : ["the log is not in English; set lc_messages to 'C'"]),
    ...(temporary && !about.readable
      ? [`logins beginning with "${settings.login_prefix}" are not in elevate_activity.readable; ${INSTALL}`]
      : []),
  ]
  const partly = [
    ...(about.connections && about.disconnections
      ? []
      : ['logins and their ends are not logged; set log_connections and log_disconnections to on']),
    ...(temporary || about.pgaudit || about.statements === 'all'
      ? []
      : [
          `of people's own logins only log_statement = ${about.statements} is logged; use pgaudit, or set it to all`,
        ]),
  ]
  if (missing.length + partly.length === 0)
    return [{ level: 'info', text: 'what people do here can be read from the log' }]
  return [...missing, ...partly].map((text) => ({
    level: 'warning',
    text: `what people do here cannot ${missing.includes(text) ? '' : 'all '}be seen: ${text}`,
  }))
}
