/** Rows as the store would give them, for drawing. */

import type { Grant } from '../../src/core/access/grant.ts'
import type { Decision, Request } from '../../src/core/access/request.ts'
import type { Policy, Role, Target } from '../../src/core/catalog.ts'
import type { Capabilities } from '../../src/core/connector.ts'
import type { LoggedEvent } from '../../src/core/log/audit-event.ts'
import type { Held } from '../../src/core/reads.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import { ADA, BEN } from '../support/workspace.ts'

export const NOON = new Date('2026-11-23T12:00:00Z')
export const secondsLater = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)

const NAMES: Record<string, string> = { U0ADA: 'Ada', U0BEN: 'Ben', U0CHO: 'Cho', U0SAM: 'Sam', U0EVE: 'Eve' }
export const names = (id: string) => NAMES[id] ?? id

export const read: Role = { id: 'read', description: 'Read customers and orders', risk: 'low', settings: {} }

export const target: Target = {
  id: 'orders-db',
  connector: 'postgres',
  description: 'The orders database',
  channel: 'C0ORDERS',
  settings: {},
  roles: [read],
}

const DBA = { kind: 'group', id: 'S0DBA' } as const

export const policy: Policy = {
  name: 'engineers-read',
  targets: ['orders-db'],
  roles: ['read'],
  request: [{ kind: 'group', id: 'S0ENG' }],
  approve: { stages: [{ from: [DBA], count: 1 }], allowSelfApproval: false },
  duration: { default: 1800, max: 14_400 },
  reason: { minLength: 3, hint: 'Name the incident.' },
  lapseAfter: 28_800,
}

export const temporaryLogin: Capabilities = {
  expiry: 'login-only',
  credential: 'password',
  endsSessions: true,
  ownsGrant: true,
  residualSeconds: 0,
}

export function request(over: Partial<Request> = {}): Request {
  return {
    id: 'request-1042',
    number: 1042,
    requester: ADA,
    target: 'orders-db',
    role: 'read',
    duration: 1800,
    reason: 'Look into INC-7',
    ticket: undefined,
    askedBy: undefined,
    bundle: undefined,
    startsAt: undefined,
    prolongs: undefined,
    widened: false,
    state: 'pending',
    version: 1,
    policyName: 'engineers-read',
    policyHash: 'a'.repeat(64),
    createdAt: NOON,
    lapsesAt: secondsLater(28_800),
    closedAt: undefined,
    closedBy: undefined,
    decisions: [],
    ...over,
  }
}

export function decision(over: Partial<Decision> = {}): Decision {
  return { approver: BEN, verdict: 'approve', self: false, note: '', at: secondsLater(60), ...over }
}

export function grant(over: Partial<Grant> = {}): Grant {
  return {
    id: 'grant-2077',
    number: 2077,
    requestId: 'request-1042',
    person: ADA,
    target: 'orders-db',
    role: 'read',
    account: 'elevate_2077',
    entitlement: {},
    subject: { person: ADA, name: 'Ada' },
    duration: 1800,
    state: 'active',
    version: 2,
    policyHash: 'a'.repeat(64),
    createdAt: secondsLater(60),
    startsAt: undefined,
    provisionBy: secondsLater(360),
    notAfter: secondsLater(2160),
    activatedAt: secondsLater(61),
    expiresAt: secondsLater(1861),
    prolongs: undefined,
    accountFor: 'grant-2077',
    goesOnFrom: undefined,
    preexisting: false,
    howTo: [
      { label: 'Host', value: 'orders.internal:5432' },
      { label: 'Login', value: 'elevate_2077' },
    ],
    endReason: undefined,
    endedBy: undefined,
    endNote: '',
    dueAt: undefined,
    revokedAt: undefined,
    lateByMs: undefined,
    endOutcome: undefined,
    taken: false,
    targetIds: undefined,
    sessionsEnded: 0,
    leftBehind: [],
    attempts: 0,
    lastError: undefined,
    stuckSince: undefined,
    alarms: 0,
    ...over,
  }
}

/** A grant whose time was over and which the target confirmed gone. */
export function endedGrant(over: Partial<Grant> = {}): Grant {
  return grant({
    state: 'revoked',
    endReason: 'expired',
    dueAt: secondsLater(1861),
    revokedAt: new Date(secondsLater(1861).getTime() + 300),
    lateByMs: 300,
    endOutcome: 'taken',
    ...over,
  })
}

export function approved(over: Partial<Request> = {}): Request {
  return request({
    state: 'approved',
    closedAt: secondsLater(60),
    closedBy: BEN,
    decisions: [decision()],
    ...over,
  })
}

/** Taken by break-glass, and not reviewed yet. */
export function used(over: Partial<Request> = {}): Request {
  const review = {
    state: 'open',
    openedAt: NOON,
    closedAt: undefined,
    reviewer: undefined,
    note: '',
  } as const
  return approved({ closedAt: NOON, closedBy: ADA, decisions: [], review, ...over })
}

export function card(over: Partial<Card> = {}): Card {
  const asked = over.request ?? request()
  const approvals = asked.decisions.filter((one) => one.verdict === 'approve').map((one) => one.approver)
  const needed = over.needed ?? 1
  return {
    request: asked,
    grant: undefined,
    extendedGrant: undefined,
    extension: undefined,
    target,
    role: read,
    policy,
    capabilities: temporaryLogin,
    approvers: [BEN, 'U0CHO'],
    approvals,
    needed,
    stages: [{ from: [DBA], count: needed, by: approvals }],
    possible: Math.max(needed, 2),
    breakGlassRecipients: [DBA, { kind: 'group', id: 'S0SEC' }],
    past: [],
    ...over,
  }
}

export function held(over: Partial<Held> = {}): Held {
  return { grant: endedGrant(), request: 1042, reason: 'Look into INC-7', approvers: [BEN], ...over }
}

export function event(type: LoggedEvent['type'], said: object, over: Partial<LoggedEvent> = {}): LoggedEvent {
  return { index: 41, time: NOON, type, bytes: JSON.stringify({ type, ...said }), private: {}, ...over }
}

/** Every string that Slack would parse: top-level text and `mrkdwn` objects; and every other string beside. */
export function stringsOf(message: { text?: string; blocks: readonly unknown[] }): {
  readonly parsed: string[]
  readonly literal: string[]
} {
  const parsed = message.text === undefined ? [] : [message.text]
  const literal: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const one = value as Record<string, unknown>
    if (typeof one.text === 'string') (one.type === 'mrkdwn' ? parsed : literal).push(one.text)
    for (const inner of Object.values(one)) walk(inner)
  }
  walk(message.blocks)
  return { parsed, literal }
}

/** All words of a message as a person reads them, without the markup. */
export function readAloud(message: { blocks: readonly unknown[] }): string {
  const { parsed, literal } = stringsOf(message)
  return [...parsed, ...literal].join('\n')
}
