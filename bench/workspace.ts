/** The workspace and the configuration of the benches: many who ask, one who approves, and several channels. */
import type { WorkspaceSeed } from 'slack-simulator/workspace'

export type Mode = 'temporary-login' | 'membership'

export const APPROVER = 'U0BEN'
export const SECURITY = 'C0SECURITY'

/**
 * A channel takes one message a second. With several, cards do not pile up while many requests are measured.
 */
export const LANES = 8

export type Asker = { readonly id: string; readonly login: string }

export function asker(number: number): Asker {
  const digits = String(number).padStart(5, '0')
  return { id: `U0P${digits}`, login: `p${digits}` }
}

export const emailOf = ({ login }: Asker) => `${login}@acme.example`

export const channelOf = (lane: number) => `C0LANE${lane % LANES}`

export function targetOf(mode: Mode, lane: number): string {
  return `${mode === 'membership' ? 'orders-own' : 'orders-db'}-${lane % LANES}`
}

export const DATABASE_ROLE = { 'temporary-login': 'orders_read', membership: 'orders_write' } as const

const lanes = Array.from({ length: LANES }, (_, lane) => lane)

export function workspaceOf(askers: readonly Asker[]): WorkspaceSeed {
  return {
    team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
    users: [
      { id: APPROVER, name: 'ben', realName: 'Ben', email: 'ben@acme.example' },
      ...askers.map((one) => ({ id: one.id, name: one.login, realName: one.login, email: emailOf(one) })),
    ],
    groups: [
      { id: 'S0ENG', handle: 'engineers', members: askers.map((one) => one.id) },
      { id: 'S0DBA', handle: 'dba', members: [APPROVER] },
    ],
    channels: [
      ...lanes.map((lane) => ({ id: channelOf(lane), name: `lane-${lane}`, bot: true })),
      { id: SECURITY, name: 'elevate-security', bot: true },
    ],
  }
}

/** JSON is YAML, too. */
export function configuration(): string {
  const target = (mode: Mode, lane: number) => ({
    connector: 'postgres',
    description: 'The orders database',
    channel: channelOf(lane),
    connection: { env: 'ORDERS_DB_URL' },
    mode,
    ...(mode === 'membership' ? { accounts: { by: 'email-local-part', domain: 'acme.example' } } : {}),
    roles: { read: { description: 'Orders', risk: 'low', database_role: DATABASE_ROLE[mode] } },
  })
  const modes: readonly Mode[] = ['temporary-login', 'membership']
  const targets = modes.flatMap((mode) =>
    lanes.map((lane) => [targetOf(mode, lane), target(mode, lane)] as const),
  )
  return JSON.stringify({
    security: { channel: SECURITY, people: [APPROVER] },
    digest: { at: '03:33', timezone: 'UTC' },
    targets: Object.fromEntries(targets),
    policies: [
      {
        name: 'read',
        targets: targets.map(([id]) => id),
        roles: ['read'],
        request: ['S0ENG'],
        approve: { from: ['S0DBA'], count: 1 },
        duration: { default: '30m', max: '4h' },
        reason: { min_length: 3 },
        lapse_after: '8h',
      },
    ],
  })
}
