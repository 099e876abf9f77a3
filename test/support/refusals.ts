import { CASES, type Case, type Refusal, type Refused } from '../../src/core/refusal.ts'

/** Whatever any case needs, under the name that it has there. */
const DATA = {
  account: 'joe',
  answer: 'accept',
  asked: 3_600,
  asker: 'U0ADA',
  breakGlass: true,
  by: 'U0BEN',
  day: '2026-11-20',
  each: 7_200,
  example: '2027-02-21',
  giver: 'U0BEN',
  grant: 'G-12',
  hint: 'For example INC-7.',
  known: ['billing', 'crm'],
  length: 4_000,
  live: ['G-12', 'R-14'],
  max: 3_600,
  min: 10,
  most: 20,
  name: 'P-12',
  others: ['read', 'write'],
  pattern: '^INC-',
  person: 'U0ADA',
  policy: 'orders',
  receiver: 'U0ADA',
  request: 'R-12',
  requester: 'U0ADA',
  role: 'read',
  said: 'No.',
  seconds: 7_200,
  span: 3_600,
  state: 'denied',
  target: 'orders-db',
  these: [{ name: 'G-12', role: 'read', target: 'orders-db' }],
  typed: 'ordrs',
  verb: 'end',
  wanted: 2,
  why: 'It belongs to a superuser.',
  zone: 'Europe/Berlin',
  kind: 'guest',
}

/** A refusal of this case, with all that its words may need. */
export function refusedAs(name: Case): Refused {
  const { code, field } = CASES[name]
  return { refused: { case: name, code, ...(field ? { field } : {}), data: DATA } as unknown as Refusal }
}
export const names = (id: string) => ({ U0ADA: 'Ada', U0BEN: 'Ben' })[id] ?? `<${id}>`
