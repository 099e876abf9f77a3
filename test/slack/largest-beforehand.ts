/** The largest of what is said about a yes that was given beforehand. */

import { compilePattern } from '../../src/config/pattern.ts'
import type { PreApproval } from '../../src/core/access/pre-approval.ts'
import type { Policy, Role, Target } from '../../src/core/catalog.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import type { ExplainedAtOnce } from '../../src/operations/access/request/explain-at-once.ts'
import type { Message, Names } from '../../src/slack/blocks/message.ts'
import {
  allowListAnswer,
  endedAllowAnswer,
  givenAnswer,
  preApprovalNotice,
} from '../../src/slack/words/access/pre-approval.ts'
import { requestCard } from '../../src/slack/words/access/request-card.ts'
import { NOON } from './rows.ts'

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

export function atOnceOf(one: PreApproval): ExplainedAtOnce {
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
