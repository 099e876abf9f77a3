// Mode `temporary-login`: each grant gets a login of its own, which is closed and removed at the end.
import type { Access, Connector, Credential, Granted, Revoked } from '../../core/connector.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { Subject } from '../../core/people/person.ts'
import { removeLogin } from './clean-up.ts'
import { sqlState } from './errors.ts'
import { findRole, grantIdOf, markOf, memberships, type RoleRow, refusePowerfulRole } from './roles.ts'
import { makePassword, scramVerifier } from './scram.ts'
import type { Ask } from './session.ts'
import { type RoleSettings, roleOf } from './settings.ts'
import * as sql from './statements.ts'
import { howToConnect, type Target } from './target.ts'
import { endAllSessions } from './terminate.ts'

type Verbs = Required<Pick<Connector, 'resolve' | 'grant' | 'revoke' | 'credential'>>

export function temporaryLogin(target: Target): Verbs {
  const { database, settings } = target

  async function grant(access: Access, signal: AbortSignal): Promise<Granted> {
    const role = roleOf(access.entitlement)
    const make = () => database.change(signal, (ask) => makeLogin(ask, access, role))
    const was = await make().catch((error) => {
      // Another call created it at the same moment: it exists now, and the next check decides.
      if (!['42710', '23505'].includes(sqlState(error) ?? '')) throw error
      return make()
    })
    const live = await database.read(signal, (ask) => isLive(ask, access, role))
    if (!live)
      throw new ConnectorError(
        'retryable',
        `"${access.account}" was made, but the database does not show it.`,
      )
    return { was, preexisting: false, howTo: howToConnect(target, access.account) }
  }

  async function makeLogin(ask: Ask, access: Access, role: RoleSettings): Promise<Granted['was']> {
    const { version } = ask
    const [, there, may] = await Promise.all([
      refusePowerfulRole(ask, role.database_role, settings.allow_predefined_roles),
      findRole(ask, access.account),
      mayLogStatements(ask),
    ])
    if (there) return keepLogin(ask, access, role, there, version)
    const level = statementLog(role, may)
    const statements = [
      sql.createLogin(access.account, access.notAfter),
      sql.markLogin(access.account, markOf(access.grantId, access.subject.person)),
      sql.grantRole(role.database_role, access.account, { version, inherit: true, set: role.set_role }),
      ...(level ? [sql.logStatements(access.account, level)] : []),
    ]
    await Promise.all(statements.map((statement) => ask(statement)))
    return 'given'
  }

  /** An earlier call succeeded, and its answer was lost. */
  async function keepLogin(
    ask: Ask,
    access: Access,
    role: RoleSettings,
    there: RoleRow,
    version: number,
  ): Promise<Granted['was']> {
    if (grantIdOf(there.mark) !== access.grantId) {
      throw new ConnectorError(
        'conflict',
        `The database has a role "${access.account}" already, and it is not of this grant. It was not touched. ` +
          'Rename it, or choose another login_prefix.',
      )
    }
    if (!there.canLogin) {
      throw new ConnectorError(
        'conflict',
        `"${access.account}" was closed already; a closed login is not opened again.`,
      )
    }
    await ask(sql.prolongLogin(access.account, access.notAfter))
    const held = await memberships(ask, role.database_role, access.account, version)
    if (held.some(({ ours }) => ours)) return 'already-there'
    await ask(
      sql.grantRole(role.database_role, access.account, { version, inherit: true, set: role.set_role }),
    )
    return 'given'
  }

  async function credential(access: Access, signal: AbortSignal): Promise<Credential> {
    const role = roleOf(access.entitlement)
    const password = makePassword()
    await database.change(signal, async (ask) => {
      if (!(await isLive(ask, access, role))) {
        throw new ConnectorError('not-found', `There is no live login "${access.account}" for this grant.`)
      }
      await ask(sql.setVerifier(access.account, scramVerifier(password)))
    })
    const { host, port, database: name } = target.shown
    const command = ['psql', '-h', host, '-p', String(port), '-U', access.account, '-d', name]
      .map(shellWord)
      .join(' ')
    return {
      fields: [
        { label: 'Host', value: host },
        { label: 'Port', value: String(port) },
        { label: 'Database', value: name },
        { label: 'User', value: access.account },
        { label: 'Password', value: password },
        { label: 'Command', value: command },
      ],
    }
  }

  /**
   * First closes the login, then ends sessions, then cleans up. Access is over after the second step; the third is best effort,
   * and returns what it could not remove. Each step determines what is left to do, so it can be repeated after a crash.
   */
  async function revoke(access: Access, signal: AbortSignal): Promise<Revoked> {
    const role = roleOf(access.entitlement)
    const there = await database.change(signal, (ask) => closeDoor(ask, access, role))
    if (!there) return { was: 'already-gone', sessionsEnded: 0, leftBehind: [] }
    const sessionsEnded = await endAllSessions(database, access.account, signal)
    const leftBehind = await removeLogin(database, access.account, there.oid, signal)
    await confirmGone(access, role, signal)
    const was = there.canLogin || sessionsEnded > 0 ? 'taken' : 'already-gone'
    return { was, sessionsEnded, leftBehind }
  }

  async function closeDoor(ask: Ask, access: Access, role: RoleSettings): Promise<RoleRow | undefined> {
    const { version } = ask
    const [there, held] = await Promise.all([
      findRole(ask, access.account),
      memberships(ask, role.database_role, access.account, version),
    ])
    if (!there) return undefined
    const ours = held.some((row) => row.ours)
    if (grantIdOf(there.mark) !== access.grantId) {
      // Another role happens to have the name: this grant was never created.
      if (grantIdOf(there.mark) || !ours) return undefined
      throw new ConnectorError(
        'conflict',
        `"${access.account}" has "${role.database_role}" from us, but its comment no longer says for which grant. ` +
          `Look at it, and put the comment back: ${markOf(access.grantId, access.subject.person)}`,
      )
    }
    await Promise.all([
      ask(sql.closeLogin(access.account)),
      ours ? ask(sql.revokeRole(role.database_role, access.account, version)) : undefined,
    ])
    return there
  }

  async function confirmGone(access: Access, role: RoleSettings, signal: AbortSignal): Promise<void> {
    const [still] = await database.read(signal, (ask) =>
      ask<{ reason: string }>(
        `select 'it can still log in' as reason from pg_roles where rolname = $1 and rolcanlogin
         union all
         select 'it still has the role' from pg_auth_members m
           join pg_roles u on u.oid = m.member join pg_roles r on r.oid = m.roleid
           join pg_roles g on g.oid = m.grantor
          where u.rolname = $1 and r.rolname = $2 and g.rolname = current_user
         union all
         select 'a session is still open' from pg_stat_activity where usename = $1`,
        [access.account, role.database_role],
      ),
    )
    if (still) throw new ConnectorError('retryable', `"${access.account}" is not gone: ${still.reason}.`)
  }

  async function isLive(ask: Ask, access: Access, role: RoleSettings): Promise<boolean> {
    const [there, held] = await Promise.all([
      findRole(ask, access.account),
      memberships(ask, role.database_role, access.account, ask.version),
    ])
    if (!there?.canLogin || there.expired || grantIdOf(there.mark) !== access.grantId) return false
    return held.some(({ ours, inherit }) => ours && inherit)
  }

  return {
    grant,
    revoke,
    credential,
    resolve: async ({ subject, grantNumber }) => loginName(settings.login_prefix, subject, grantNumber),
  }
}

/** `elv_ada_lovelace_g2077`: shows an administrator whose it is and for which grant, and fits into PostgreSQL's 63 bytes. */
export function loginName(prefix: string, subject: Subject, grantNumber: number): string {
  const end = `_g${grantNumber}`
  const person = subject.name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 63 - prefix.length - end.length)
    .replace(/^_+|_+$/g, '')
  return `${prefix}${person || 'person'}${end}`
}

export async function mayLogStatements(ask: Ask): Promise<boolean> {
  const [row] = await ask<{ may: boolean }>(
    `select current_setting('server_version_num')::int >= 150000
            and has_parameter_privilege('log_statement', 'SET') as may`,
  )
  return row?.may ?? false
}

/** A setting that the operator chose must work; the default is applied only where it is allowed. */
function statementLog(role: RoleSettings, may: boolean): RoleSettings['statement_log'] {
  if (may) return role.statement_log ?? 'all'
  if (!role.statement_log) return undefined
  throw new ConnectorError(
    'denied',
    'statement_log is set, but the bot may not: GRANT SET ON PARAMETER log_statement TO the role of the bot.',
  )
}

const shellWord = (word: string) => (/^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
