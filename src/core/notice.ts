/**
 * What people are notified of, and where. Notices are written in the transaction of the change; one sender delivers
 * them later, lane by lane, at Slack's pace. A notice carries ids, never words: what people read is drawn from the rows
 * when it is sent, so that a late message is still a true one.
 */
import type { GrantId, PreApprovalId, QuestionId, ReportId, RequestId, StandingId } from './ids.ts'
import type { ChannelId, PersonId } from './people/person.ts'
import type { RefusalCode } from './refusal.ts'

/** Where messages queue up: Slack allows about one a second in each channel. */
export type Lane = `channel:${ChannelId}` | `person:${PersonId}` | `home:${PersonId}`

export type DigestPeriod = 'daily' | 'weekly'

export type Step =
  | 'offered'
  | 'for-other'
  | 'approved'
  | 'counted'
  | 'denied'
  | 'withdrawn'
  | 'lapsed'
  | 'given'
  | 'ending'
  | 'ended'
  | 'not-given'
  | 'reviewed'

export type Notice =
  /** Post the approval card, or redraw this lane's copy of it. */
  | { readonly kind: 'card'; readonly request: RequestId }
  /** Nobody decided yet: said in the thread of the card. */
  | { readonly kind: 'reminder'; readonly request: RequestId }
  /** Somebody asks a question first, or got an answer: in the thread of the card, and to whom it concerns. */
  | {
      readonly kind: 'question'
      readonly step: 'asked' | 'answered'
      readonly question: QuestionId
      readonly request: RequestId
    }
  /** A step in the requester's direct messages. */
  | {
      readonly kind: 'told'
      readonly step: Step
      readonly request: RequestId
      readonly grant?: GrantId | undefined
    }
  /** Access ended: one line in the target's channel; many become one message. */
  | { readonly kind: 'revoked'; readonly grant: GrantId }
  /** The closing card in the request's thread. */
  | { readonly kind: 'receipt'; readonly grant: GrantId }
  /** What was done is known now: the messages that closed the grant in this lane are redrawn. */
  | { readonly kind: 'activity'; readonly grant: GrantId }
  /** An account is used that has no grant. */
  | { readonly kind: 'unmatched'; readonly target: string; readonly account: string; readonly source: string }
  /** Access outlives its time. */
  | { readonly kind: 'alarm'; readonly grant: GrantId; readonly number: number }
  /** A line of the security channel's feed. */
  | {
      readonly kind: 'feed'
      readonly what: 'asked' | 'decided' | 'given' | 'ended' | 'not-given' | 'reviewed'
      readonly request: RequestId
      readonly grant?: GrantId | undefined
    }
  | {
      readonly kind: 'refused'
      readonly person: PersonId
      readonly code: RefusalCode
      readonly target: string
      readonly role: string
      readonly request?: RequestId | undefined
      /** What was tried, where neither a request nor the code tells. */
      readonly tried?: 'pre-approve'
      /** Whose access it was about, where that was no one thing. */
      readonly about?: PersonId | undefined
    }
  /** A pre-approval: it was given, somebody ended it or left, or its time is over. */
  | {
      readonly kind: 'pre-approval'
      readonly what: 'given' | 'ended' | 'lapsed'
      readonly id: PreApprovalId
      /** Whose account was deactivated, where that ended it. */
      readonly left?: PersonId
    }
  /** Security ended all that somebody had. */
  | {
      readonly kind: 'everything-ended'
      readonly by: PersonId
      readonly person: PersonId
      readonly grants: readonly GrantId[]
      readonly requests: readonly RequestId[]
      readonly beforehand: readonly PreApprovalId[]
    }
  | {
      readonly kind: 'digest'
      readonly from: string
      readonly to: string
      /** Of the day when it does not say. */
      readonly period?: DigestPeriod
    }
  /** The last signed checkpoint of the audit log, kept where others read it. */
  | { readonly kind: 'checkpoint' }
  /** The audit log is not what was signed: it was restored from a backup, or rewritten. */
  | { readonly kind: 'log-refused'; readonly text: string }
  /** Nothing is done any more, or again: the database is not the one that was signed. */
  | { readonly kind: 'quarantine'; readonly id: string; readonly step: 'began' | 'ended' }
  /** A witness knows the log otherwise than it is. */
  | { readonly kind: 'witness-refused'; readonly witness: string; readonly text: string }
  /** What had expired while elevate was down. */
  | {
      readonly kind: 'woke'
      readonly downSeconds: number | null
      readonly expired: number
      readonly unfinished: number
      readonly lapsed: number
      /** Accounts whose standing access is open. */
      readonly standing?: number
    }
  /** A configuration was refused or taken. */
  | { readonly kind: 'config'; readonly hash: string; readonly faults: readonly string[] }
  /** A receiver of the audit log is behind, or keeps up again. */
  | { readonly kind: 'delivery'; readonly name: string; readonly news: 'lagging' | 'recovered' }
  /** Access that elevate did not give, and targets that could not be read: one message a look, redrawn. */
  | { readonly kind: 'standing'; readonly report: ReportId }
  /** Security asks the people of a target what somebody has it for. */
  | { readonly kind: 'standing-asked'; readonly access: StandingId; readonly by: PersonId }
  | { readonly kind: 'home' }

export type OutboxMessage = {
  readonly lane: Lane
  readonly notice: Notice
  /** It is not sent before; undefined for now. */
  readonly notBefore?: Date | undefined
}

/**
 * Notices that say the same when sent once or twice share a key: while one with that key waits, another is not
 * added. Undefined for those that each count.
 */
export function keyOf({ lane, notice }: OutboxMessage): string | undefined {
  if (notice.kind === 'card') return `card:${notice.request}:${lane}`
  if (notice.kind === 'standing') return `standing:${notice.report}:${lane}`
  if (notice.kind === 'unmatched') return `unmatched:${notice.target}:${notice.account}:${lane}`
  if (notice.kind === 'activity') return `activity:${notice.grant}:${lane}`
  if (notice.kind === 'home') return `home:${lane}`
  if (notice.kind === 'checkpoint') return `checkpoint:${lane}`
  if (notice.kind === 'digest') return `digest:${notice.period ?? 'daily'}:${notice.from}:${notice.to}`
  return undefined
}

export const channelLane = (channel: ChannelId): Lane => `channel:${channel}`
export const personLane = (person: PersonId): Lane => `person:${person}`
export const homeLane = (person: PersonId): Lane => `home:${person}`

/** `channel:C1` → `C1`. */
export function laneEnd(lane: Lane): string {
  return lane.slice(lane.indexOf(':') + 1)
}
