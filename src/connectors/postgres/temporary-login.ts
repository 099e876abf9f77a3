// Mode `temporary-login`: each grant gets a login of its own, which is closed and removed at the end.
import type {
  Access,
  Connector,
  Credential,
  EndingStep,
  Granted,
  Seen,
  StepDone,
} from '../../core/connector.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { Subject } from '../../core/people/person.ts'
import { removeLogin } from './clean-up.ts'
import { sqlState } from './errors.ts'
import type { Verbs } from './membership.ts'
import {
  findLogins,
  findRole,
  grantIdOf,
  idsOf,
  markOf,
  memberships,
  type OurLogin,
  type RoleRow,
  refusePowerfulRole,
} from './roles.ts'
import { makePassword, scramVerifier } from './scram.ts'
import type { Ask } from './session.ts'
import { type RoleSettings, roleOf } from './settings.ts'
import * as sql from './statements.ts'
import { howToConnect, type Target } from './target.ts'
import { endAllSessions, endOwnCalls, endPresentSessions, endSessionsUntil } from './terminate.ts'

export function temporaryLogin(target: Target): Verbs & Required<Pick<Connector, 'credential'>> {
  const { database, settings } = target

  async function grant(access: Access, signal: AbortSignal): Promise<Granted> {
    const role = roleOf(access.entitlement)
    const make = () => database.change(signal, (ask) => makeLogin(ask, access, role))
    const was = await make().catch((error) => {
      // Another call created it at the same moment: it exists now, and the next check decides.
      if (!['42710', '23505'].includes(sqlState(error) ?? '')) throw error
      return make()
    })
    const ids = await database.read(signal, async (ask) =>
      (await isLive(ask, access, role)) ? idsOf(ask, access.account, role.database_role) : undefined,
    )
    if (!ids)
      throw new ConnectorError(
        'retryable',
        `"${access.account}" was made, but the database does not show it.`,
      )
    return { was, preexisting: false, howTo: howToConnect(target, access.account), ids }
  }

  async function makeLogin(ask: Ask, access: Access, role: RoleSettings): Promise<Granted['was']> {
    const { version } = ask
    await ask(sql.nameCall(access.grantId))
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
   * The role goes first: nothing that the holder can lock is needed for it. Somebody who has changed their own password in a
   * transaction and leaves it open keeps `alter role` waiting, so closing ends their sessions while it waits. Sessions
   * that were let in meanwhile end last.
   */
  const endingSteps = (): readonly EndingStep[] => ['take', 'end-sessions', 'close']

  async function end(access: Access, step: EndingStep, signal: AbortSignal): Promise<StepDone> {
    if (step === 'take') return { taken: await take(access, signal), sessionsEnded: 0 }
    const { logins } = await database.read(signal, (ask) => ours(ask, access))
    let taken = false
    let sessionsEnded = 0
    for (const login of logins) {
      if (step === 'close') {
        sessionsEnded += await close(login, signal)
        taken ||= login.canLogin
      } else sessionsEnded += await endPresentSessions(database, login, signal)
    }
    return { taken, sessionsEnded }
  }

  async function take(access: Access, signal: AbortSignal): Promise<boolean> {
    return database.change(signal, async (ask) => {
      // Answered in order: what is read second knows what became of the calls.
      const [, { logins, role }] = await Promise.all([endOwnCalls(ask, access.grantId), ours(ask, access)])
      const held = logins.filter((one) => one.held)
      await Promise.all(held.map(({ name }) => ask(sql.revokeRole(role ?? '', name, ask.version))))
      return held.length > 0
    })
  }

  /** Returns how many sessions had to end for it. */
  async function close(login: OurLogin, signal: AbortSignal): Promise<number> {
    const closing = database.change(signal, async (ask) => {
      await ask(sql.closeLogin(login.name))
    })
    const sessionsEnded = await endSessionsUntil(database, login, closing, signal)
    await closing
    return sessionsEnded + (await endAllSessions(database, login, signal))
  }

  /**
   * The login by its oid and by its mark, so that a new name hides nothing: mostly one, and another one where a worker that
   * was held up made it once more. Throws when a login has the name and the role from us, and no mark; any other role
   * that happens to have the name is not ours.
   */
  async function ours(ask: Ask, access: Access): ReturnType<typeof findLogins> {
    const configured = roleOf(access.entitlement).database_role
    const found = await findLogins(ask, access, configured)
    if (found.logins.length > 0) return found
    const [named, held] = await Promise.all([
      findRole(ask, access.account),
      memberships(ask, configured, access.account, ask.version),
    ])
    if (!named || grantIdOf(named.mark) || !held.some((one) => one.ours)) return found
    throw new ConnectorError(
      'conflict',
      `"${access.account}" has "${configured}" from us, but its comment no longer says for which grant. ` +
        `Look at it, and put the comment back: ${markOf(access.grantId, access.subject.person)}`,
    )
  }

  async function look(access: Access, signal: AbortSignal): Promise<Seen> {
    const { logins } = await database.read(signal, (ask) => ours(ask, access))
    for (const { name, canLogin, held, open } of logins) {
      const still = canLogin
        ? 'it can still log in'
        : held
          ? 'it still has the role'
          : 'a session is still open'
      if (canLogin || held || open) return { state: 'held', text: `"${name}" is not gone: ${still}.` }
    }
    return { state: 'gone' }
  }

  async function cleanUp(access: Access, signal: AbortSignal): Promise<readonly string[]> {
    const left: string[] = []
    const found = await database
      .read(signal, (ask) => ours(ask, access))
      .catch((error: Error) => {
        // Access is over; a target that went away since then must not keep the grant open.
        left.push(`what ${access.account} made was not looked for: ${error.message}`)
        return undefined
      })
    for (const { name, oid } of found?.logins ?? [])
      left.push(...(await removeLogin(database, name, oid, signal)))
    return left
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
    endingSteps,
    end,
    look,
    cleanUp,
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
