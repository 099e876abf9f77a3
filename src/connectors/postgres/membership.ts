// Mode `membership`: logins that exist become members of a role for a time.
import type { Access, Connector, EndingStep, Granted, Seen, StepDone } from '../../core/connector.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { Subject } from '../../core/people/person.ts'
import { findGranted, findRole, idsOf, memberships, refusePowerfulRole, standing } from './roles.ts'
import type { Ask } from './session.ts'
import { type RoleSettings, roleOf, type TargetSettings } from './settings.ts'
import * as sql from './statements.ts'
import { howToConnect, type Target } from './target.ts'
import { endOwnCalls, endPresentSessions } from './terminate.ts'

/** What each mode does in its own way. */
export type Verbs = Pick<Connector, 'resolve' | 'grant' | 'endingSteps' | 'end' | 'look' | 'cleanUp'>

export function membership(target: Target): Verbs {
  const { database, settings } = target

  async function grant(access: Access, signal: AbortSignal): Promise<Granted> {
    const role = roleOf(access.entitlement)
    const done = await database.change(signal, async (ask) => {
      const { version } = ask
      await ask(sql.nameCall(access.grantId))
      const [, , stands, ours] = await Promise.all([
        refusePowerfulRole(ask, role.database_role, settings.allow_predefined_roles),
        usableLogin(ask, access.account),
        standing(ask, role.database_role, access.account, version),
        ownRow(ask, role.database_role, access.account),
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
    const ids = await database.read(signal, async (ask) =>
      (await has(ask, role, access.account)) ? idsOf(ask, access.account, role.database_role) : undefined,
    )
    if (!ids)
      throw new ConnectorError(
        'retryable',
        `"${access.account}" was made a member, but does not show as one.`,
      )
    return { ...done, howTo: howToConnect(target, access.account), ids }
  }

  /**
   * Sessions that became the role keep it after a REVOKE, so they have to end as well, and a crash must not come
   * between the two unnoticed. So our row is first emptied: a membership that neither inherits nor sets gives
   * nothing, and says that sessions are still to be ended. It goes last. Where there is no row of ours, there is
   * nothing to do, and the sessions of somebody who has standing access, or never had any, are left alone. Version 15
   * cannot store this mark, so that a repeated call ends sessions again rather than perhaps never.
   */
  async function end(access: Access, step: EndingStep, signal: AbortSignal): Promise<StepDone> {
    if (step === 'end-sessions') return { taken: false, sessionsEnded: await endSessions(access, signal) }
    const taken = await database.change(signal, async (ask) => {
      const { version } = ask
      if (step === 'take') await endOwnCalls(ask, access.grantId)
      const held = await ourMembership(ask, access)
      const emptied = held?.ours && version >= 160000 && !held.ours.inherit && !held.ours.set
      if (!held?.ours || (step === 'close' && !emptied)) return false
      const empty = { version, inherit: false, set: false }
      await ask(
        step === 'take' && version >= 160000
          ? sql.grantRole(held.role, held.account, empty)
          : sql.revokeRole(held.role, held.account, version),
      )
      return true
    })
    return { taken, sessionsEnded: 0 }
  }

  /** By the names of today; undefined where login or role were dropped, and the membership with them. */
  async function ourMembership(ask: Ask, access: Access) {
    const { account, role } = await findGranted(ask, access, roleOf(access.entitlement).database_role)
    if (account === undefined || role === undefined) return undefined
    const [ours, stands] = await Promise.all([
      ownRow(ask, role, account),
      standing(ask, role, account, ask.version),
    ])
    return { account, role, ours, stands }
  }

  async function endSessions(access: Access, signal: AbortSignal): Promise<number> {
    if (settings.sessions_at_end === 'keep') return 0
    const login = await database.read(signal, async (ask) => {
      const held = await ourMembership(ask, access)
      if (!held || (held.stands.inherit && held.stands.set)) return undefined
      if (ask.version >= 160000 && !held.ours) return undefined
      return findRole(ask, held.account)
    })
    return login ? endPresentSessions(database, login, signal) : 0
  }

  async function look(access: Access, signal: AbortSignal): Promise<Seen> {
    return database.read(signal, async (ask) => {
      const held = await ourMembership(ask, access)
      if (held?.ours) return { state: 'held', text: `"${held.account}" still has "${held.role}" from us.` }
      return { state: held?.stands.inherit || held?.stands.set ? 'standing' : 'gone' }
    })
  }

  async function has(ask: Ask, role: RoleSettings, login: string): Promise<boolean> {
    const [ours, stands] = await Promise.all([
      ownRow(ask, role.database_role, login),
      standing(ask, role.database_role, login, ask.version),
    ])
    return ours?.inherit || stands.inherit
  }

  return {
    grant,
    endingSteps: () => ['take', 'end-sessions', 'close'],
    end,
    look,
    cleanUp: async () => [],
    async resolve({ subject }) {
      const login = loginOf(settings.accounts, subject)
      await database.read(undefined, (ask) => usableLogin(ask, login))
      return login
    },
  }
}

const ownRow = async (ask: Ask, role: string, login: string) =>
  (await memberships(ask, role, login, ask.version)).find(({ ours }) => ours)

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
