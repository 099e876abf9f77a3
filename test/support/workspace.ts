import type { WorkspaceSeed } from 'slack-simulator/workspace'

/** Ada asks, Ben, Cho and Dan approve, Sam is security, Eve may nothing. */
export const ADA = 'U0ADA'
export const BEN = 'U0BEN'
export const CHO = 'U0CHO'
export const DAN = 'U0DAN'
export const SAM = 'U0SAM'
export const EVE = 'U0EVE'
export const GIL = 'U0GIL'

export const ORDERS = 'C0ORDERS'
export const SECURITY = 'C0SECURITY'

const person = (id: string, name: string) => ({
  id,
  name,
  realName: name[0]?.toUpperCase() + name.slice(1),
  email: `${name}@acme.example`,
})

export const workspace: WorkspaceSeed = {
  team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
  users: [
    person(ADA, 'ada'),
    person(BEN, 'ben'),
    person(CHO, 'cho'),
    person(DAN, 'dan'),
    person(SAM, 'sam'),
    person(EVE, 'eve'),
    { ...person(GIL, 'gil'), guest: true },
  ],
  groups: [
    { id: 'S0ENG', handle: 'engineers', members: [ADA, BEN, DAN] },
    { id: 'S0DBA', handle: 'dba', members: [BEN, CHO, DAN] },
    { id: 'S0SEC', handle: 'security', members: [SAM] },
  ],
  channels: [
    { id: ORDERS, name: 'orders-access', bot: true },
    { id: SECURITY, name: 'elevate-security', bot: true, members: [SAM] },
  ],
}

/** Roles by how they are decided: `read` needs one yes, `write` two, `admin` one and allows one's own. */
export const configuration = `
security: { channel: C0SECURITY, people: [S0SEC] }
digest: { at: "03:33", timezone: UTC }
targets:
  orders-db:
    connector: postgres
    description: The orders database
    channel: C0ORDERS
    connection: { env: ORDERS_DB_URL }
    mode: temporary-login
    roles:
      read: { description: Read customers and orders, risk: low, database_role: orders_read }
      write: { description: Change customers and orders, risk: medium, database_role: orders_write }
      admin: { description: Everything, risk: high, database_role: orders_admin }
  orders-own:
    connector: postgres
    description: The orders database with one's own login
    channel: C0ORDERS
    connection: { env: ORDERS_DB_URL }
    mode: membership
    accounts: { by: email-local-part, domain: acme.example }
    roles:
      write: { description: Change customers and orders, risk: medium, database_role: orders_write }
policies:
  - name: read
    targets: [orders-db]
    roles: [read]
    request: [S0ENG]
    approve: { from: [S0DBA], count: 1 }
    duration: { default: 30m, max: 4h }
    reason: { min_length: 3 }
    lapse_after: 8h
  - name: write-needs-two
    targets: [orders-db]
    roles: [write]
    request: [S0ENG]
    approve: { from: [S0DBA], count: 2 }
    duration: { default: 30m, max: 2h }
    reason: { min_length: 3, pattern: '\\bINC-\\d+\\b', hint: "Name the incident, e.g. INC-123." }
    lapse_after: 8h
  - name: admin-by-oneself
    targets: [orders-db]
    roles: [admin]
    request: [S0DBA]
    approve: { from: [S0DBA], count: 1, allow_self_approval: true }
    duration: { default: 30m, max: 1h }
    reason: { min_length: 3 }
    lapse_after: 8h
  - name: own-login
    targets: [orders-own]
    roles: [write]
    request: [S0ENG]
    approve: { from: [S0DBA], count: 1 }
    duration: { default: 30m, max: 2h }
    reason: { min_length: 3 }
    lapse_after: 8h
`
