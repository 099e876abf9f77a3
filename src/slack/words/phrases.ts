/** Sentences that several messages share, so that the same thing is always said in the same words. */
import { formatDuration } from '../../core/access/duration.ts'
import { type Grant, grantName, secondsHeld, secondsPlanned } from '../../core/access/grant.ts'
import { preApprovalName } from '../../core/access/pre-approval.ts'
import type { Decision, Limit, Request } from '../../core/access/request.ts'
import type { Capabilities } from '../../core/connector.ts'
import type { Who } from '../../core/people/person.ts'
import { plural } from '../../core/plural.ts'
import type { Names } from '../blocks/message.ts'
import {
  bold,
  group,
  listed,
  moment,
  person,
  type RichText,
  type Sayable,
  say,
  second,
  together,
} from '../blocks/rich-text.ts'

/** `read on orders-db`. */
export function accessOf(one: { readonly role: string; readonly target: string }): RichText {
  return say`${bold(one.role)} on ${bold(one.target)}`
}

/** `read and write on orders-db`: what was asked for together, on one target. */
export function listedAccess(all: readonly { readonly role: string; readonly target: string }[]): RichText {
  return say`${listed(all.map((one) => bold(one.role)))} on ${bold(all[0]?.target ?? '')}`
}

/** The same for headers, buttons and dialogs. */
export function accessName(one: { readonly role: string; readonly target: string }): string {
  return `${one.role} on ${one.target}`
}

/** 340 → `0.3 s`; nothing is ever early. */
export function formatLate(ms: number): string {
  if (ms < 100) return 'less than 0.1 s'
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  return formatDuration(ms / 1000)
}

/** `1 h 12 min left`: never more than there is. `now` is the database's. */
export function timeLeft(end: Date, now: Date): string {
  const minutes = Math.floor((end.getTime() - now.getTime()) / 60_000)
  return minutes < 1 ? 'less than a minute left' : `${formatDuration(minutes * 60)} left`
}

/** `12 min of 30 min`; empty when it never was there. */
export function usedOf(grant: Grant): string {
  const held = secondsHeld(grant)
  return held === undefined ? '' : `${formatDuration(held)} of ${formatDuration(secondsPlanned(grant))}`
}

/** `0.3 s after its time`, or `0.3 s later` than the moment somebody ended it. */
export function lateness(grant: Grant): string {
  if (grant.lateByMs === undefined) return ''
  const late = formatLate(grant.lateByMs)
  return grant.endReason === 'expired' ? `${late} after its time` : `${late} later`
}

/** Why it ended: `its time was over`, `Cho ended it early`. */
export function whyEnded(grant: Grant, who: (id: string) => Sayable): RichText {
  if (grant.endReason === 'returned') return say`${who(grant.person)} gave it back`
  if (grant.endReason === 'ended-early')
    return grant.endedBy ? say`${who(grant.endedBy)} ended it early` : say`it was ended early`
  if (grant.endReason === 'not-given') return say`it did not appear in time`
  return say`its time was over`
}

/** Who ended it before it began; nobody where today's policy did. */
export function calledOffBy(grant: Grant, who: (id: string) => Sayable): RichText {
  return grant.endedBy ? say` by ${who(grant.endedBy)}` : say``
}

/** The one decision that ended it, where there is one. */
export function denialOf(request: Request): Decision | undefined {
  return request.decisions.find((one) => one.verdict === 'deny')
}

/** Who took the question back. */
export function withdrawnBy(request: Request, who: (id: string) => Sayable): RichText {
  return request.closedBy
    ? say`by ${who(request.closedBy)}`
    : say`because ${who(request.requester)} was deactivated in Slack`
}

/** What the target said at the end, where that is more than "gone"; empty otherwise. */
export function endedHow(grant: Grant, name: string): RichText {
  if (grant.endOutcome === 'kept-standing')
    return say`${name} had this access before elevate gave it, so it stays as it was.`
  if (grant.endOutcome === 'kept-by-other')
    return say`Another live grant still gives ${name} this access, so it was not touched; it goes when that one ends.`
  if (grant.endOutcome === 'already-gone') return say`It was gone already when elevate came to take it.`
  return []
}

/** `Checked in the target 14:02:03, 0.3 s after its time.` */
export function checkedInTarget(grant: Grant): RichText {
  const late = lateness(grant)
  return say`Checked in the target${grant.revokedAt ? say` ${second(grant.revokedAt)}` : ''}${late && `, ${late}`}.`
}

export function sessionsEnded(grant: Grant): RichText {
  if (grant.sessionsEnded === 0) return []
  return say`${grant.sessionsEnded} open ${plural(grant.sessionsEnded, 'session was', 'sessions were')} ended.`
}

export function approvalsIn(request: Request): readonly Decision[] {
  return request.decisions.filter((one) => one.verdict === 'approve')
}

/** `Ada asks for`, or `Ben asks on behalf of Ada for`. */
export function asks(
  request: Pick<Request, 'requester' | 'askedBy'>,
  who: (id: string) => Sayable,
): RichText {
  return request.askedBy === undefined
    ? say`${who(request.requester)} asks for`
    : say`${who(request.askedBy)} asks on behalf of ${who(request.requester)} for`
}

/** `approved by Ben and Cleo`, `pre-approved by Ben (P-12)`, `approved by rule on-call-read`: on whose word. */
export function approvedBy(request: Request, who: (id: string) => Sayable): RichText {
  if (request.rule !== undefined) return say`approved by rule ${bold(request.rule)}`
  const approvals = approvalsIn(request)
  const preApproved = approvals.length > 0 && approvals.every((one) => one.preApproval !== undefined)
  return say`${preApproved ? 'pre-approved' : 'approved'} by ${listed(approvals.map((one) => approverIn(request, one, preApproved, who)))}`
}

/** Says where it was a self-approval or a pre-approval. */
function approverIn(
  request: Request,
  one: Decision,
  preApproved: boolean,
  who: (id: string) => Sayable,
): RichText {
  const self = one.self ? say` (who asked for it; the policy allows self-approval)` : say``
  if (one.preApproval === undefined) return say`${who(one.approver)}${limitOf(request, one)}${self}`
  const number = preApprovalName(one.preApproval)
  return say`${who(one.approver)} (${preApproved ? number : `pre-approved, ${number}`})${self}`
}

/** At the beginning of a sentence. */
export function capital(line: RichText): RichText {
  const [first, ...rest] = line
  if (first?.kind !== 'text') return line
  return [{ ...first, text: `${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}` }, ...rest]
}

/** The first word stands out where things stand in a list of steps. */
export function boldFirst(line: RichText): RichText {
  const [first, ...rest] = capital(line)
  if (first?.kind !== 'text') return line
  const [word = '', ...more] = first.text.split(' ')
  return [bold(word), ...(more.length > 0 ? say` ${more.join(' ')}` : []), ...rest]
}

/** ` for 30 min instead of 2 h`, ` from tomorrow at 9:00 on`; empty where all that was asked for was approved. */
function limitOf(request: Pick<Request, 'duration'>, { duration, startsAt }: Limit): RichText {
  const time =
    duration === undefined
      ? say``
      : say` for ${formatDuration(duration)} instead of ${formatDuration(request.duration)}`
  return startsAt ? say`${time} from ${moment(startsAt)} on` : time
}

/** ` for 2 h`, ` for 2 h from tomorrow at 9:00 on`: what is asked for, or decided. */
export function forHowLong({ duration, startsAt }: Limit & { readonly duration: number }): RichText {
  return startsAt
    ? say` for ${formatDuration(duration)} from ${moment(startsAt)} on`
    : say` for ${formatDuration(duration)}`
}

/** On what grounds somebody has it, in a sentence of its own. */
export function groundsOf(request: Request, who: (id: string) => Sayable): RichText {
  return request.review
    ? say`Taken by ${bold('break-glass')}, without approval.`
    : say`${capital(approvedBy(request, who))}.`
}

const MAX_MENTIONED = 10

/** Mentions the people and groups, so it alerts them: for first posts and alarms only. */
export function mentionsOf(who: readonly Who[], maxNamed = MAX_MENTIONED): RichText {
  const named = who.flatMap((one) =>
    one.kind === 'person' ? [person(one.id)] : one.kind === 'group' ? [group(one.id)] : [],
  )
  const rest = named.length - maxNamed
  return listed([...named.slice(0, maxNamed), ...(rest > 0 ? [`${rest} more`] : [])], 'or')
}

/** `@dba: please look.`; empty where nobody is to be alerted. */
export function pleaseLook(alert: readonly Who[]): RichText {
  const mentioned = mentionsOf(alert)
  return mentioned.length > 0 ? say`${mentioned}: please look.` : []
}

export function plainNames(
  ids: readonly string[],
  names: Names,
  maxNamed = 10,
  last?: 'and' | 'or',
): RichText {
  const rest = ids.length - maxNamed
  return listed([...ids.slice(0, maxNamed).map(names), ...(rest > 0 ? [`${rest} more`] : [])], last)
}

/** `Nobody is in @oncall right now.` A group that is empty alerts nobody. */
export function nobodyIn(empty: readonly string[]): RichText {
  const shown = empty.slice(0, 4).map((id) => group(id))
  return say`Nobody is in ${listed(shown, 'or')} right now, or Slack does not show it.`
}

/** What an approver should know about the end of this access: the connector's promises, in plain words. */
export function atTheEnd(card: {
  readonly capabilities: Capabilities | undefined
  readonly request: { readonly target: string }
}): RichText {
  const { capabilities } = card
  if (!capabilities) return afterwards(card)
  const sessions = capabilities.endsSessions
    ? say`At the end the access is taken back, and sessions that are open are ended.`
    : say`At the end the access is taken back; sessions that are open then are not ended.`
  return together(sessions, afterwards(card))
}

/** What can outlast it, and who ends it when elevate cannot. */
export function afterwards({
  capabilities,
  request,
}: {
  readonly capabilities: Capabilities | undefined
  readonly request: { readonly target: string }
}): RichText {
  if (!capabilities) return say`${request.target} is not connected now, so its promises are not known.`
  const { expiry, residualSeconds } = capabilities
  const residual =
    residualSeconds === Number.POSITIVE_INFINITY
      ? say`They can go on for as long as they like.`
      : residualSeconds > 0
        ? say`What was opened before can work for up to ${formatDuration(residualSeconds)} more.`
        : say``
  const alone = {
    enforced: say`Should elevate be down, ${request.target} ends it by itself.`,
    'login-only': say`Should elevate be down, ${request.target} refuses new logins by itself.`,
    none: say`Should elevate be down, it lasts until elevate is back.`,
  }[expiry]
  return together(residual, alone)
}

type Extended = {
  readonly grant?: Grant | undefined
  readonly extendedGrant?: Grant | undefined
  readonly extension?: Grant | undefined
}

/** True when a live grant extends this one. */
export function isExtended({ extension }: Extended): boolean {
  return extension?.state === 'active' || extension?.state === 'provisioning'
}

/** The grants before and after this one; empty where there are none. */
export function extensionLinks({ grant, extendedGrant, extension }: Extended): RichText {
  const before =
    grant?.prolongs && extendedGrant ? say`It goes on from ${grantName(extendedGrant.number)}.` : say``
  if (!extension?.expiresAt) return before
  return together(
    before,
    say`Extended by ${grantName(extension.number)}, until ${moment(extension.expiresAt)}.`,
  )
}

/** An operator at the terminal has a login's name in place of a person's id. */
export const resolvedBy = (by: string, names: Names) => (/^[UW][A-Z0-9]+$/.test(by) ? names(by) : by)
