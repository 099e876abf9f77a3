/** The dialogs of those who watch, at their largest. */

import { compilePattern } from '../../src/config/pattern.ts'
import type { PreApproval } from '../../src/core/access/pre-approval.ts'
import type { Policy, Role, Target } from '../../src/core/catalog.ts'
import { auditEventTypes } from '../../src/core/log/audit-event.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import type { ExplainedAutomatic } from '../../src/operations/access/request/explain-access.ts'
import type { Message, Names } from '../../src/slack/blocks/message.ts'
import { accessOptions, auditForm } from '../../src/slack/forms/command-forms.ts'
import { everythingForm, revokeForm } from '../../src/slack/forms/note-forms.ts'
import { type Modal, noticeView } from '../../src/slack/platform/handlers.ts'
import { everythingAnswer, revokingAnswer } from '../../src/slack/words/access/end-for-others.ts'
import {
  allowListAnswer,
  endedAllowAnswer,
  givenAnswer,
  preApprovalNotice,
} from '../../src/slack/words/access/pre-approval.ts'
import { requestCard } from '../../src/slack/words/access/request-card.ts'
import { grant, NOON, read, request, target } from './rows.ts'

const MANY = 60
const times = <T>(make: (at: number) => T): T[] => Array.from({ length: MANY }, (_, at) => make(at))

/** As long as the configuration lets names be. */
export const wide = { target: 't'.repeat(60), role: 'r'.repeat(60) }

function rowsOf(typed: string) {
  const live = times((at) => ({
    grant: grant({ ...wide, number: 999_000 + at }),
    request: request({ ...wide, reason: typed }),
  }))
  const all = {
    person: 'U0ADA',
    grants: live,
    requests: times((at) => request({ ...wide, number: 999_000 + at, reason: typed })),
    preApprovals: times(() => beforehandOf(typed, wide)),
  }
  const named = { person: 'U0ADA', ...wide, grants: live, others: live, note: typed }
  return { live, all, named }
}

export function largestForms(typed: string, name: string): Record<string, Modal> {
  const names = () => name
  const { all, named } = rowsOf(typed)
  const { answer, other } = largestAnswers(typed, name)
  return {
    audit: auditForm({ person: 'U0ADA', ...wide, types: auditEventTypes, from: NOON, to: NOON }),
    'audit, a target alone': auditForm({ target: wide.target }),
    'end everything': everythingForm(all, typed, names),
    revoke: revokeForm(named, names),
    'revoke on the whole target': revokeForm({ ...named, role: undefined }, names),
    'everything is ending': noticeView('elevate', answer),
    'it is ending': noticeView('elevate', other),
  }
}

export function largestAnswers(
  typed: string,
  name: string,
): { readonly answer: Message; readonly other: Message } {
  const { all, live } = rowsOf(typed)
  const ended = live.map((row) => row.grant)
  return {
    answer: everythingAnswer(all, () => name),
    other: revokingAnswer({ person: 'U0ADA', target: wide.target, ended }, 'U0SAM', () => name),
  }
}

/** What the menu of targets in the form of the audit log offers. */
export const largestChoices = () => ({
  options: accessOptions({
    targets: [{ ...target, id: wide.target, roles: [{ ...read, id: wide.role }] }],
  } as unknown as Parameters<typeof accessOptions>[0]),
})

/** The largest of what is said about a yes that was given beforehand. */

type Entitlement = { readonly target: Target; readonly role: Role; readonly policy: Policy }

export function beforehandOf(
  typed: string,
  wide: { readonly target: string; readonly role: string },
): PreApproval {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    number: 999_999,
    giver: 'U0BEN',
    person: 'U0ADA',
    ...wide,
    each: 86_399,
    reason: typed,
    policyHash: 'f'.repeat(64),
    givenAt: NOON,
    endsAt: NOON,
    endedAt: undefined,
    endedBy: undefined,
    uses: 1000,
  }
}

export function messagesBeforehand(
  one: PreApproval,
  entitlement: Entitlement,
  names: Names,
  card: Card,
): Record<string, Message> {
  const { policy } = entitlement
  const stages = policy.approve.stages.map((stage) => ({ ...stage, by: ['U0BEN'] }))
  const terms = { duration: 60, startsAt: NOON }
  const [stage] = stages
  if (!stage) throw new RangeError('a policy without a stage')
  const say = { fallback: false, through: ['S0DBA'] }
  const outcome = { outcome: 'counted', self: false, ...say, policy, stage, stages, terms } as const
  const live = Array.from({ length: 60 }, () => ({ ...one, void: 'giver' as const }))
  const byRule = { ...card.request, decisions: [], rule: 'r'.repeat(40) }
  return {
    'card by rule': requestCard({ ...card, request: byRule }, names),
    'allow list': allowListAnswer({ live, mayGive: [entitlement] }, names),
    'allow given': givenAnswer({ one, policy, enough: false, outcome }, names),
    'allow ended': endedAllowAnswer(one, names),
    'pre-approval given': preApprovalNotice({ what: 'given' }, one, undefined, names),
    'pre-approval given to you': preApprovalNotice({ what: 'given' }, one, one.person, names),
    'pre-approval ended': preApprovalNotice(
      { what: 'ended' },
      { ...one, endedBy: 'U0SAM' },
      undefined,
      names,
    ),
    'pre-approval of a leaver': preApprovalNotice({ what: 'ended', left: one.giver }, one, one.person, names),
  }
}

export function atOnceOf(one: PreApproval): ExplainedAutomatic {
  return {
    rules: Array.from({ length: 4 }, () => ({
      rule: {
        name: 'r'.repeat(40),
        maxDuration: 3600,
        reasonPattern: compilePattern('p'.repeat(200), 'found'),
        ticketPattern: compilePattern('p'.repeat(200), 'whole'),
        hours: { days: ['mon', 'tue'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' },
      },
      unmet: ['hours'],
    })),
    given: Array.from({ length: 5 }, () => one),
  }
}
