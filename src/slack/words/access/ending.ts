import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { preApprovalName } from '../../../core/access/pre-approval.ts'
import type { Who } from '../../../core/people/person.ts'
import { counted } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import {
  actions,
  bullets,
  button,
  context,
  header,
  message,
  paragraph,
  quoted,
  rich,
  section,
  sentence,
} from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { leftBehind, whatWasDone } from '../activity/activity.ts'
import {
  accessName,
  accessOf,
  approvalsIn,
  approvedBy,
  boldFirst,
  capital,
  checkedInTarget,
  endedHow,
  extensionLinks,
  forHowLong,
  formatLate,
  groundsOf,
  lateness,
  mentionsOf,
  sessionsEnded,
  usedOf,
  whyEnded,
} from '../phrases.ts'
import { reviewLine } from './approvals.ts'
import { lastAnswer } from './grant-phases.ts'
import { withTyped } from './typed.ts'

/** The closing card of a grant, in the thread of its request: asked, approved, given, used, revoked, checked. */
export function receipt(card: Card, names: Names): Message {
  const { request, grant } = card
  const who = names(request.requester)
  if (!grant) return sentence(say`There is no grant to give a receipt for.`)
  const links = extensionLinks(card)
  const title = `Receipt for ${grantName(grant.number)}`
  const text = together(
    say`${title}: ${accessName(request)} for ${who}.`,
    request.review ? groundsOf(request, names) : say`${approvals(card, names)}.`,
    sentenceOf(allowed(card, grant)),
    links,
    say`Ended: ${whyEnded(grant, names)}. Used ${usedOf(grant)}.`,
    grant.activatedAt ? say`Done with it: ${whatWasDone(grant.target, card.activity)}` : say``,
    revokedHow(grant, who),
    request.review ? reviewLine(request.review, who, names) : say``,
  )
  return message(text, [
    rich(
      paragraph(say`${bold(title)}: ${accessName(request)} for ${who}`),
      bullets(
        [
          say`${bold('Asked')} ${moment(request.createdAt)}${forHowLong(request)}${request.askedBy ? say` by ${names(request.askedBy)}` : ''}${withTyped(request, card.ticketUrl)}`,
          request.review ? groundsOf(request, names) : boldFirst(approvals(card, names)),
          allowed(card, grant),
          given(grant, who),
          ...(links.length > 0 ? [say`${bold('Extension')}: ${links}`] : []),
          say`${bold('Used')} ${usedOf(grant)}`,
          grant.activatedAt
            ? say`${bold('Done with it')}: ${whatWasDone(grant.target, card.activity)}`
            : say``,
          say`${bold('Ended')}${grant.dueAt ? say` ${moment(grant.dueAt)}` : ''}: ${whyEnded(grant, names)}`,
          say`${bold(grant.endOutcome === 'kept-by-other' ? 'Kept' : 'Taken back')}: ${revokedHow(grant, who)}`,
          ...(request.review ? [reviewLine(request.review, who, names)] : []),
        ].filter((line) => line.length > 0),
      ),
    ),
    ...quoted(grant.endNote),
    ...leftBehind(grant),
    context(
      say`Decided under policy ${grant.policyHash.slice(0, 12)}. The reason is on the card above; every step is in the audit log.`,
    ),
  ])
}

function approvals({ request }: Card, names: Names): RichText {
  if (request.rule !== undefined) return capital(approvedBy(request, names))
  return say`Approved by ${listed(
    approvalsIn(request).map((one) => {
      const why = one.self ? say`, who asked for it (the policy allows self-approval),` : say``
      const inAdvance =
        one.preApproval === undefined ? '' : ` beforehand (${preApprovalName(one.preApproval)}),`
      return say`${names(one.approver)}${why}${inAdvance} ${moment(one.at)}`
    }),
  )}`
}

function sentenceOf(line: RichText): RichText {
  return line.length > 0 ? say`${line}.` : line
}

/** Empty where it is what was asked for. */
function allowed({ request }: Card, grant: Grant): RichText {
  const less = grant.duration < request.duration
  if (!less && !grant.startsAt) return say``
  const instead = less ? ` instead of ${formatDuration(request.duration)}` : ''
  return say`Allowed: ${formatDuration(grant.duration)}${instead}${grant.startsAt ? say` from ${moment(grant.startsAt)} on` : ''}`
}

function given(grant: Grant, who: string): RichText {
  const when = grant.activatedAt ? say` ${moment(grant.activatedAt)}` : say``
  const before = grant.preexisting ? say`; ${who} had this access before` : say``
  return say`${bold('Given')}${when}${grant.account ? say` to the account ${grant.account}` : ''}${before}`
}

function revokedHow(grant: Grant, who: string): RichText {
  const kept = endedHow(grant, who)
  if (grant.endOutcome === 'kept-by-other') return kept
  return together(checkedInTarget(grant), sessionsEnded(grant), kept)
}

const MAX_LINES = 15

/** Access that was revoked: one sentence for one, one message for a thousand. Pings nobody. */
export function revokedNotice(grants: readonly Grant[], names: Names): Message {
  const [only] = grants
  if (only && grants.length === 1) return sentence(one(only, names))
  const late = grants.map((grant) => grant.lateByMs ?? 0)
  const kept = grants.filter(
    (grant) => endedHow(grant, '').length > 0 && grant.endOutcome !== 'already-gone',
  ).length
  const summary = together(
    say`${bold(counted(grants.length, 'grant'))} ended, and the targets said so.`,
    late.length > 0 ? say`The latest was ${formatLate(Math.max(...late))} late.` : say``,
    kept > 0
      ? say`${counted(kept, 'person keeps', 'people keep')} the access for another reason, said on the receipt.`
      : say``,
  )
  // The latest first: they are what somebody may want to look into.
  const shown = [...grants].sort((a, b) => (b.lateByMs ?? 0) - (a.lateByMs ?? 0)).slice(0, MAX_LINES)
  const rest = grants.length - shown.length
  return sentence(
    summary,
    rich(bullets(shown.map((grant) => line(grant, names)))),
    rest > 0
      ? context(say`And ${rest.toLocaleString('en')} more; \`/elevate audit\` shows them all.`)
      : undefined,
  )
}

function one(grant: Grant, names: Names): RichText {
  const who = names(grant.person)
  const late = grant.endOutcome === 'kept-by-other' ? '' : lateness(grant)
  return together(
    say`${who} no longer has ${accessOf(grant)} through ${grantName(grant.number)}: ${whyEnded(grant, names)}.`,
    say`Used ${usedOf(grant)}${late && `; taken back ${late}`}.`,
    endedHow(grant, who),
  )
}

function line(grant: Grant, names: Names): RichText {
  const late = lateness(grant)
  return say`${names(grant.person)}: ${accessOf(grant)}, ${usedOf(grant)}, ${whyEnded(grant, names)}${late && `; ${late}`} (${grantName(grant.number)})`
}

/** Access outlives its time. `alert` names who is mentioned, and so alerted. */
export function alarm(grant: Grant, number: number, alert: readonly Who[], names: Names): Message {
  const who = names(grant.person)
  const due = grant.dueAt ?? grant.expiresAt
  const since = due ? say` It should have ended ${moment(due)}` : say` It should have ended`
  const fact = say`${who} still has ${accessOf(grant)}.${since} (${whyEnded(grant, names)}), and is still there after ${counted(grant.attempts, 'try', 'tries')}.`
  const mentioned = mentionsOf(alert)
  return message(together(say`Access outlives its time.`, fact), [
    header(`Access outlives its time: ${accessName(grant)}`),
    section(
      together(fact, mentioned.length > 0 ? say`${mentioned}: please look at ${bold(grant.target)}.` : say``),
    ),
    ...lastAnswer(grant.lastError),
    actions(
      button({
        action: ACTION.look_again,
        text: 'Look again',
        label: `Look again at ${grantName(grant.number)}: ${accessName(grant)} for ${who}`,
        value: grant.id,
        style: 'primary',
      }),
    ),
    context(
      say`${grantName(grant.number)} · alarm ${number} · account ${grant.account ?? 'unknown'}. elevate keeps trying by itself, and believes only the target. When the cause is mended, Look again makes it try at once.`,
    ),
  ])
}
