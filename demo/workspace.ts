import type { WorkspaceSeed } from 'slack-simulator/workspace'

/** The people of the demo, so that each side of a request can be tried. */
export const ADA = 'U0ADA'
export const BEN = 'U0BEN'
const CHO = 'U0CHO'
export const SAM = 'U0SAM'
export const EVE = 'U0EVE'
const GIL = 'U0GIL'

export const ORDERS_CHANNEL = 'C0ORDERS'
export const SECURITY_CHANNEL = 'C0SECURITY'

export const demoWorkspace: WorkspaceSeed = {
  team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
  users: [
    { id: ADA, name: 'ada', realName: 'Ada Moreno', email: 'ada@acme.example', tz: 'Europe/Berlin' },
    { id: BEN, name: 'ben', realName: 'Ben Okafor', email: 'ben@acme.example', tz: 'Europe/London' },
    { id: CHO, name: 'cho', realName: 'Cho Tanaka', email: 'cho@acme.example', tz: 'Asia/Tokyo' },
    { id: SAM, name: 'sam', realName: 'Sam Ruiz', email: 'sam@acme.example', tz: 'America/New_York' },
    { id: EVE, name: 'eve', realName: 'Eve Novak', email: 'eve@acme.example', tz: 'Europe/Prague' },
    {
      id: GIL,
      name: 'gil',
      realName: 'Gil Marchetti',
      email: 'gil@partner.example',
      tz: 'Europe/Rome',
      guest: true,
    },
  ],
  groups: [
    { id: 'S0ENG', handle: 'engineers', members: [ADA, BEN, CHO] },
    { id: 'S0DBA', handle: 'dba', members: [BEN, CHO] },
    { id: 'S0ONCALL', handle: 'on-call', members: [CHO] },
    { id: 'S0SEC', handle: 'security', members: [SAM] },
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general' },
    { id: ORDERS_CHANNEL, name: 'orders-access', bot: true },
    { id: SECURITY_CHANNEL, name: 'elevate-security', bot: true, members: [SAM, BEN] },
  ],
}
