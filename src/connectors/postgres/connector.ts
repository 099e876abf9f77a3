// PostgreSQL as a target. See docs/targets/postgres.md for what a database administrator does once.
import type { Capabilities, Connector, ConnectorKind } from '../../core/connector.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Subject } from '../../core/people/person.ts'
import { collectActivity } from './activity.ts'
import { checkTarget } from './checks.ts'
import { loginOf, membership } from './membership.ts'
import { redactSql } from './redaction.ts'
import { Database } from './session.ts'
import {
  parseRole,
  parseTarget,
  roleOf,
  roleSchema,
  type TargetSettings,
  targetOf,
  targetSchema,
} from './settings.ts'
import { holdersOf, standingHolders, takeAway } from './standing.ts'
import type { Target } from './target.ts'
import { temporaryLogin } from './temporary-login.ts'
import { withBlockers } from './terminate.ts'

export const postgres: ConnectorKind = {
  kind: 'postgres',
  parseTarget,
  parseRole,
  targetSchema,
  roleSchema,
  open({ id, settings: raw, roles, secret }) {
    const settings = targetOf(raw)
    const database = new Database(id, secret(settings.connection))
    // Separate connections: reading a long log must never delay a revocation.
    const log = new Database(id, secret(settings.connection))
    const asked = settings.connect_with ?? {}
    const shown = {
      host: asked.host ?? database.where.host,
      port: asked.port ?? database.where.port,
      database: asked.database ?? database.where.database,
    }
    const target: Target = { id, settings, database, shown }
    const verbs = { 'temporary-login': temporaryLogin(target), membership: membership(target) }
    // The mode is frozen with the grant: access is revoked in the mode in which it was granted, whatever is configured since.
    const by = (entitlement: JsonObject) => verbs[roleOf(entitlement).mode]
    const connector: Connector = {
      kind: 'postgres',
      capabilities: capabilitiesOf(settings),
      resolve: async (ask) => by(ask.entitlement).resolve(ask),
      grant: async (access, signal) => by(access.entitlement).grant(access, signal),
      endingSteps: (access) => by(access.entitlement).endingSteps(access),
      end: async (access, step, signal) => {
        try {
          return await by(access.entitlement).end(access, step, signal)
        } catch (error) {
          throw await withBlockers(database, error, signal)
        }
      },
      look: async (access, signal) => by(access.entitlement).look(access, signal),
      cleanUp: async (access, signal) => by(access.entitlement).cleanUp(access, signal),
      ...(settings.mode === 'temporary-login' ? { credential: verbs['temporary-login'].credential } : {}),
      check: (signal) => checkTarget(target, roles, signal),
      inspect: (_role, entitlement, signal) =>
        database.read(signal, (ask) => holdersOf(ask, roleOf(entitlement).database_role)),
      // Roles belong to the whole server, so that its databases are one system.
      system: `postgres://${database.where.host}:${database.where.port}`,
      holders: (_role, entitlement, signal) =>
        database.read(signal, (ask) => standingHolders(ask, roleOf(entitlement).database_role)),
      takeAway: ({ entitlement, ...holding }, signal) =>
        takeAway(target, roleOf(entitlement).database_role, holding, signal),
      accountOf: (subject) => accountIn(settings, subject),
      redact: redactSql,
      activity: (ask, signal) => collectActivity(log, ask, signal),
      close: async () => {
        await Promise.all([database.close(), log.close()])
      },
    }
    return connector
  },
}

/** Having no account here is not an error: the question is only whether there is one. */
function accountIn({ accounts }: TargetSettings, subject: Subject): string | undefined {
  if (!accounts) return undefined
  try {
    return loginOf(accounts, subject)
  } catch {
    return undefined
  }
}

function capabilitiesOf({ mode, sessions_at_end: sessions }: TargetSettings): Capabilities {
  if (mode === 'temporary-login') {
    return {
      expiry: 'login-only',
      credential: 'password',
      endsSessions: true,
      ownsGrant: true,
      residualSeconds: 0,
    }
  }
  const ends = sessions !== 'keep'
  return {
    expiry: 'none',
    credential: 'none',
    endsSessions: ends,
    ownsGrant: true,
    // A session that is kept may go on for as long as it likes.
    residualSeconds: ends ? 0 : Number.POSITIVE_INFINITY,
  }
}
