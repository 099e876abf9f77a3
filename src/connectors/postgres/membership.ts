// Mode `membership`: logins that exist become members of a role for a time.
import type { Access, Connector, Granted, Revoked } from '../../core/connector.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { Subject } from '../../core/people/person.ts'
import { findRole, memberships, refusePowerfulRole, standing } from './roles.ts'
import type { Ask } from './session.ts'
import { type RoleSettings, roleOf, type TargetSettings } from './settings.ts'
import * as sql from './statements.ts'
import { howToConnect, type Target } from './target.ts'
import { endPresentSessions } from './terminate.ts'

export function membership(target: Target): Pick<Connector, 'resolve' | 'grant' | 'revoke'> {
  const { database, settings } = target

  async function grant(access: Access, signal: AbortSignal): Promise<Granted> {
    const role = roleOf(access.entitlement)
    const done = await database.change(signal, async (ask) => {
      const { version } = ask
      const [, , stands, ours] = await Promise.all([
        refusePowerfulRole(ask, role.database_role, settings.allow_predefined_roles),
        usableLogin(ask, access.account),
        standing(ask, role.database_role, access.account, version),
        ownRow(ask, role, access.account, version),
      ])
      const preexisting = stands.inherit || stands.set
      if (ours?.inherit && ours.set === (role.set_role || version < 160000)) {
        return { was: 'already-there', preexisting } as const
      }
      // Before version 16 there is one row for all grantors: if we added to it, we would later remove it for all.
      if (preexisting && version < 160000) return { was: 'already-there', preexisting } as const
      await ask(
        sql.grantRole(role.database_role, access.account, { version, inherit: true, set: role.set_role }),
      )
      return { was: 'given', preexisting } as const
    })
    const holds = await database.read(signal, (ask) => has(ask, role, access.account))
    if (!holds)
      throw new ConnectorError(
        'retryable',
        `"${access.account}" was made a member, but does not show as one.`,
      )
    return { ...done, howTo: howToConnect(target, access.account) }
  }

  /**
   * Sessions that became the role keep it after a REVOKE, so they have to end as well, and a crash must not come
   * between the two unnoticed. So our row is first emptied: a membership that neither inherits nor sets gives
   * nothing, and says that sessions are still to be ended. It goes last. Where there is no row of ours, there is
   * nothing to do, and the sessions of somebody who has standing access, or never had any, are left alone.
   */
  async function revoke(access: Access, signal: AbortSignal): Promise<Revoked> {
    const role = roleOf(access.entitlement)
    const before = await database.change(signal, async (ask) => {
      const { version } = ask
      const ours = await ownRow(ask, role, access.account, version)
      if (!ours)
        return {
          version,
          ours: undefined,
          stands: await standing(ask, role.database_role, access.account, version),
        }
      const empty = { version, inherit: false, set: false }
      await ask(
        version < 160000
          ? sql.revokeRole(role.database_role, access.account, version)
          : sql.grantRole(role.database_role, access.account, empty),
      )
      return { version, ours, stands: await standing(ask, role.database_role, access.account, version) }
    })
    const { version, ours, stands } = before
    // Version 15 cannot store this mark, so a repeated call ends sessions again rather than perhaps never.
    const unsure = ours !== undefined || version < 160000
    const enough = stands.inherit && stands.set
    const end = unsure && !enough && settings.sessions_at_end !== 'keep'
    const sessionsEnded = end ? await endPresentSessions(database, access.account, signal) : 0
    if (ours && version >= 160000) {
      await database.change(signal, async (ask) => {
        if (await ownRow(ask, role, access.account, version)) {
          await ask(sql.revokeRole(role.database_role, access.account, version))
        }
      })
    }
    const after = await database.read(signal, async (ask) => {
      if (await ownRow(ask, role, access.account, version)) {
        throw new ConnectorError(
          'retryable',
          `"${access.account}" still has "${role.database_role}" from us.`,
        )
      }
      return standing(ask, role.database_role, access.account, version)
    })
    if (after.inherit || after.set) return { was: 'kept-standing', sessionsEnded, leftBehind: [] }
    return { was: ours ? 'taken' : 'already-gone', sessionsEnded, leftBehind: [] }
  }

  async function has(ask: Ask, role: RoleSettings, login: string): Promise<boolean> {
    const [ours, stands] = await Promise.all([
      ownRow(ask, role, login, ask.version),
      standing(ask, role.database_role, login, ask.version),
    ])
    return ours?.inherit || stands.inherit
  }

  return {
    grant,
    revoke,
    async resolve({ subject }) {
      const login = loginOf(settings.accounts, subject)
      await database.read(undefined, (ask) => usableLogin(ask, login))
      return login
    },
  }
}

const ownRow = async (ask: Ask, role: RoleSettings, login: string, version: number) =>
  (await memberships(ask, role.database_role, login, version)).find(({ ours }) => ours)

/** Which login a person has, by the rule of the target; whether it exists is another question. */
export function loginOf(accounts: TargetSettings['accounts'], subject: Subject): string {
  const missing = (why: string) => new ConnectorError('not-found', `${subject.name}: ${why}`)
  if (accounts?.by === 'map') {
    const login = Object.hasOwn(accounts.map, subject.person) ? accounts.map[subject.person] : undefined
    if (login) return login
    throw missing(`${subject.person} has no entry in accounts.map of this target. An operator can add one.`)
  }
  const { email } = subject
  if (!email) throw missing('Slack shows no e-mail address for this person, so no login can be found.')
  if (accounts?.by !== 'email-local-part') return email
  const at = email.lastIndexOf('@')
  if (email.slice(at + 1).toLowerCase() !== accounts.domain.toLowerCase() || at < 1) {
    throw missing(`the address is not of ${accounts.domain}, so it names no login here.`)
  }
  return email.slice(0, at)
}

async function usableLogin(ask: Ask, login: string): Promise<void> {
  const [found, [{ bot } = { bot: '' }]] = await Promise.all([
    findRole(ask, login),
    ask<{ bot: string }>('select current_user as bot'),
  ])
  if (!found?.canLogin) {
    const what = found ? `"${login}" is a role that cannot log in` : `there is no login "${login}"`
    throw new ConnectorError(
      'not-found',
      `In the database ${what}. Make one, or name another in accounts.map.`,
    )
  }
  if (found.superuser) {
    throw new ConnectorError(
      'conflict',
      `"${login}" is a superuser: it has everything already, and nothing can be taken.`,
    )
  }
  if (found.name === bot) throw new ConnectorError('conflict', `"${login}" is the bot's own login.`)
}
