/** Every message at the largest that its rows can make it, and with the worst that people can type. */
import type { LoggedEvent } from '../../src/core/log/audit-event.ts'
import type { Step } from '../../src/core/notice.ts'
import { refuse } from '../../src/core/refusal.ts'
import { literal } from '../../src/slack/blocks/layout.ts'
import type { Message } from '../../src/slack/blocks/message.ts'
import {
  askedAnswer,
  brokenGlassAnswer,
  decidedAnswer,
  endingAnswer,
  lookingAnswer,
  reviewedAnswer,
  withdrawnAnswer,
} from '../../src/slack/words/access/answers.ts'
import { alarm, receipt, revokedNotice } from '../../src/slack/words/access/ending.ts'
import { type FeedLine, feed } from '../../src/slack/words/access/feed.ts'
import { listAnswer, statusAnswer } from '../../src/slack/words/access/lists.ts'
import { requesterUpdate } from '../../src/slack/words/access/phases.ts'
import { requestCard } from '../../src/slack/words/access/request-card.ts'
import { reminder } from '../../src/slack/words/access/thread.ts'
import { helpAnswer } from '../../src/slack/words/help.ts'
import { auditAnswer } from '../../src/slack/words/log/audit-answer.ts'
import {
  configNotice,
  deliveryNotice,
  evidenceMessage,
  evidenceTitle,
  quarantineBegan,
  quarantineEnded,
  restartReport,
} from '../../src/slack/words/log/log-notices.ts'
import { pictureMessage, storyAnswer, whoAnswer } from '../../src/slack/words/log/who-answer.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'
import { activityMessages } from './largest-activity.ts'
import { askingMessages, largestExplanation, largestQuestions, offeredOf } from './largest-asking.ts'
import { atOnceOf, beforehandOf, messagesBeforehand } from './largest-forms.ts'
import { securityMessages, standingMessages, standingRow, troubleMessages } from './largest-security.ts'
import {
  card,
  decision,
  endedGrant,
  event,
  held,
  NOON,
  policy,
  read,
  request,
  target,
  temporaryLogin,
  used,
} from './rows.ts'

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** `typed` stands wherever a person or a target can put words. */
export function everyMessage(typed: string, name: string): Record<string, Message> {
  const names = () => name
  const wide = { target: 't'.repeat(60), role: 'r'.repeat(60) }
  const yes = times(12, (at) =>
    decision({ approver: `U0${at}`, note: typed, self: at === 0, duration: 60, startsAt: NOON }),
  )
  const no = decision({ verdict: 'deny', note: typed })
  const wideRole = { ...read, id: wide.role, description: typed, risk: 'high' as const }
  const crowd = times(40, (at) => ({ kind: 'person' as const, id: `U0${at}` }))
  const wideStages = times(10, (at) => ({ name: `${at}`.repeat(40), from: crowd, count: 1, fallback: crowd }))
  const widePolicy = {
    ...policy,
    name: 'p'.repeat(60),
    approve: { ...policy.approve, stages: wideStages },
    reason: { minLength: 3, hint: typed },
  }
  const asked = request({ ...wide, reason: typed, decisions: yes, startsAt: NOON })
  const worst = endedGrant({
    ...wide,
    endReason: 'ended-early',
    endedBy: 'U0BEN',
    endNote: typed,
    lastError: typed,
    attempts: 999,
    sessionsEnded: 12,
    account: 'a'.repeat(63),
    leftBehind: times(200, (at) => `table public.${'x'.repeat(200)}${at}`),
    howTo: times(6, () => ({ label: 'Host', value: 'h'.repeat(200) })),
  })
  const active = { ...worst, state: 'active' as const }
  const calledOff = { ...worst, account: undefined, activatedAt: undefined, startsAt: NOON }
  const waiting = { ...calledOff, state: 'provisioning' as const, endReason: undefined, lastError: undefined }
  const revoking = { ...worst, state: 'revoking' as const, stuckSince: NOON }
  const full = card({
    request: asked,
    role: wideRole,
    policy: widePolicy,
    needed: 10,
    approvals: times(5, (at) => `U0${at}`),
    stages: wideStages.map((stage, at) => ({ ...stage, by: at < 5 ? [`U0${at}`] : [] })),
    possible: 5,
    approvers: times(40, (at) => `U0${at}`),
    past: times(3, () => endedGrant()),
    standingAccess: standingRow(typed, wide, 'accepted'),
  })
  const approvedCard = { ...full, request: { ...asked, state: 'approved' as const, closedAt: NOON } }
  const deniedCard = {
    ...full,
    request: { ...asked, state: 'denied' as const, closedAt: NOON, decisions: [no] },
  }
  const taken = used({ ...wide, reason: typed })
  const reviewed = {
    ...taken,
    review: { state: 'unjustified', openedAt: NOON, closedAt: NOON, reviewer: 'U0BEN', note: typed } as const,
  }
  const takenCard = { ...full, request: taken, overseers: crowd }
  const steps: readonly Step[] = ['approved', 'counted', 'lapsed', 'given', 'ending', 'ended', 'not-given']
  const entitlement = { target: { ...target, id: wide.target }, role: wideRole, policy: widePolicy }
  const rows = times(60, () => ({ grant: active, request: approvedCard.request }))
  const events: LoggedEvent[] = times(60, (at) =>
    event(
      'request.refused',
      {
        actor: { kind: 'person', id: 'U0EVE' },
        subject: 'U0ADA',
        ...wide,
        outcome: 'not-allowed',
        request: 'R-1',
      },
      { index: at, private: { reason: typed } },
    ),
  )
  const beforehand = beforehandOf(typed, wide)
  const list = {
    mayAsk: times(200, () => entitlement),
    grants: rows,
    requests: times(20, () => asked),
    toDecide: times(200, () => asked),
    toAccept: times(20, (at) => ({ ...offeredOf(full).request, id: `o${at}`, bundle: `o${at % 4}` })),
    toReview: times(200, () => taken),
    now: NOON,
  }
  const lines: FeedLine[] = times(20, (at) =>
    at % 2
      ? { what: 'not-given', request: asked, grant: worst }
      : { what: 'refused', person: 'U0EVE', code: 'not-an-approver', ...wide, request: asked },
  )
  const whoHad = times(1000, () =>
    held({ grant: worst, reason: typed, approvers: times(12, (at) => `U0${at}`) }),
  )
  const stopped = {
    id: '1',
    why: 'rewritten',
    said: typed,
    beganAt: NOON,
    endedAt: NOON,
    endedBy: typed,
    reason: typed,
  } as const
  return {
    'card pending': requestCard(full, names),
    'card extension': requestCard(
      { ...full, request: { ...asked, prolongs: 'g' }, extendedGrant: active },
      names,
    ),
    ...largestQuestions(typed, full, names),
    reminder: reminder(full, names),
    'card denied': requestCard(deniedCard, names),
    'card giving': requestCard({ ...approvedCard, grant: { ...worst, state: 'provisioning' } }, names),
    'card waiting': requestCard({ ...approvedCard, grant: waiting }, names),
    'card called off': requestCard({ ...approvedCard, grant: calledOff }, names),
    'told approved for later': requesterUpdate('approved', { ...approvedCard, grant: waiting }, names),
    'told called off': requesterUpdate('not-given', { ...approvedCard, grant: calledOff }, names),
    'card active': requestCard({ ...approvedCard, grant: active }, names),
    'card ending': requestCard({ ...approvedCard, grant: revoking }, names),
    'card ended': requestCard({ ...approvedCard, grant: worst }, names),
    'card not given': requestCard({ ...approvedCard, grant: { ...worst, activatedAt: undefined } }, names),
    'card taken': requestCard({ ...takenCard, grant: active }, names),
    'card taken, still there': requestCard({ ...takenCard, grant: revoking }, names),
    'card reviewed': requestCard({ ...takenCard, request: reviewed, grant: worst }, names),
    'told reviewed': requesterUpdate('reviewed', { ...takenCard, request: reviewed }, names),
    'receipt reviewed': receipt({ ...takenCard, request: reviewed, grant: worst }, names),
    'feed reviewed': feed(
      times(20, () => ({ what: 'reviewed', request: reviewed, grant: undefined }) as const),
      names,
    ),
    'broken glass': brokenGlassAnswer(taken),
    'reviewed answer': reviewedAnswer(taken, 'unjustified', names),
    'told denied': requesterUpdate('denied', deniedCard, names),
    ...Object.fromEntries(
      steps.map((step) => [`told ${step}`, requesterUpdate(step, { ...approvedCard, grant: worst }, names)]),
    ),
    ...activityMessages(typed, name, takenCard, worst),
    receipt: receipt(
      { ...approvedCard, grant: { ...worst, prolongs: 'g' }, extendedGrant: worst, extension: worst },
      names,
    ),
    'revoked one': revokedNotice([worst], names),
    'revoked many': revokedNotice(
      times(1000, () => worst),
      names,
    ),
    alarm: alarm(revoking, 9, crowd, names),
    'feed given': feed(
      times(5, () => ({ what: 'given', request: asked, grant: active }) as const),
      names,
    ),
    feed: feed(lines, names, { refused: 900, asked: 900, ended: 900 }),
    woke: restartReport({
      kind: 'woke',
      downSeconds: 999_999,
      expired: 1000,
      unfinished: 1000,
      lapsed: 1000,
    }),
    evidence: evidenceMessage(
      evidenceTitle({ from: NOON, to: NOON, person: 'U0ADA', target: 't'.repeat(60) }, names),
      { grants: 999_999_999, events: 999_999_999 },
    ),
    delivery: deliveryNotice(
      'lagging',
      {
        name: 'n'.repeat(40),
        next: 0,
        waiting: 999_999_999,
        lag: 99_999_999,
        attempts: 999,
        lastError: 'e'.repeat(200),
        deliveredAt: undefined,
      },
      widePolicy.request,
    ),
    config: configNotice(
      'f'.repeat(64),
      times(10, () => typed),
    ),
    ...securityMessages({
      typed,
      names,
      wide,
      worst,
      asked,
      taken,
      active,
      revoking,
      events,
      approvedCard,
      held: whoHad,
      crowd,
    }),
    who: whoAnswer(
      { ...wide },
      {
        window: { kind: 'stretch', from: NOON, to: NOON },
        held: whoHad,
        more: true,
        own: true,
        happened: { events, more: true },
        picture: 'p'.repeat(2000),
      },
      names,
    ),
    story: storyAnswer({ row: { grant: revoking, request: asked }, events, more: true }, names),
    picture: pictureMessage('t'.repeat(200), 200),
    audit: auditAnswer({ events, own: true }, names, { older: 'older', asked: 'asked' }),
    list: listAnswer(list, names),
    'list, last page': listAnswer(list, names, 600),
    status: statusAnswer(list, names, () => temporaryLogin),
    'status in quarantine': statusAnswer({ ...list, quarantine: stopped }, names, () => temporaryLogin),
    help: helpAnswer(),
    ...messagesBeforehand(beforehand, entitlement, names, { ...approvedCard, grant: active }),
    ...troubleMessages(),
    refusal: literal(refusalText(refuse('no-such-target', { typed, known: [] }), names)),
    ...askingMessages({ pending: full, denied: deniedCard, names }),
    explain: largestExplanation(full, wideStages, atOnceOf(beforehand), names),
    'quarantine began': quarantineBegan(stopped, crowd),
    'quarantine ended': quarantineEnded(stopped),
    asked: askedAnswer({
      request: asked,
      allowed: { policy: widePolicy, target, role: wideRole, duration: 1800, through: ['S0TEAM'] },
    }),
    decided: decidedAnswer(
      {
        outcome: 'counted',
        request: asked,
        missing: wideStages,
        staged: true,
        terms: { duration: 60, startsAt: NOON },
      },
      names,
    ),
    withdrawn: withdrawnAnswer(asked),
    'ending answer': endingAnswer(active, 'U0BEN', names),
    ...standingMessages(typed, wide, crowd, names),
    'looking answer': lookingAnswer(revoking, names),
  }
}
