// PostgreSQL as a target. See docs/targets/postgres.md for what a database administrator does once.
import type { Capabilities, Connector, ConnectorKind, JsonObject } from '../../core/connector.ts'
import { checkTarget } from './checks.ts'
import { holdersOf } from './holders.ts'
import { membership } from './membership.ts'
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
import type { Target } from './target.ts'
import { temporaryLogin } from './temporary-login.ts'

export const postgres: ConnectorKind = {
  kind: 'postgres',
  parseTarget,
  parseRole,
  targetSchema,
  roleSchema,
  open({ id, settings: raw, roles, secret }) {
    const settings = targetOf(raw)
    const database = new Database(id, secret(settings.connection))
    const asked = settings.connect_with ?? {}
    const shown = {
      host: asked.host ?? database.where.host,
      port: asked.port ?? database.where.port,
      database: asked.database ?? database.where.database,
    }
    const target: Target = { id, settings, database, shown }
    const verbs = { 'temporary-login': temporaryLogin(target), membership: membership(target) }
    // The mode is frozen with the grant: what was given in one mode is taken in it, whatever is configured since.
    const by = (entitlement: JsonObject) => verbs[roleOf(entitlement).mode]
    const connector: Connector = {
      kind: 'postgres',
      capabilities: capabilitiesOf(settings),
      resolve: async (ask) => by(ask.entitlement).resolve(ask),
      grant: async (access, signal) => by(access.entitlement).grant(access, signal),
      revoke: async (access, signal) => by(access.entitlement).revoke(access, signal),
      ...(settings.mode === 'temporary-login' ? { credential: verbs['temporary-login'].credential } : {}),
      check: (signal) => checkTarget(target, roles, signal),
      inspect: (_role, entitlement, signal) =>
        database.read(signal, (ask) => holdersOf(ask, roleOf(entitlement).database_role)),
      close: () => database.close(),
    }
    return connector
  },
}

export function capabilitiesOf({ mode, sessions_at_end: sessions }: TargetSettings): Capabilities {
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
