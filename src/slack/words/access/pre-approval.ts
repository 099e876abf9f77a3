/** Pre-approvals: the same words in answers, direct messages, the channel, the feed, lists and on Home. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type PreApproval, preApprovalName, type WhyVoid } from '../../../core/access/pre-approval.ts'
import { clamp } from '../../../core/access/reason.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { Notice } from '../../../core/notice.ts'
import { counted } from '../../../core/plural.ts'
import type {
  Given,
  ListedPreApproval,
  PreApprovalList,
} from '../../../operations/access/decide/pre-approvals.ts'
import {
  actions,
  button,
  context,
  header,
  message,
  paragraph,
  quote,
  rich,
  section,
  sentence,
} from '../../blocks/layout.ts'
import type { Block, Button, Message, Names } from '../../blocks/message.ts'
import {
  bold,
  code,
  moment,
  person,
  type RichText,
  type Sayable,
  say,
  together,
} from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessName, accessOf } from '../phrases.ts'
import { moreApprovals } from './approvals.ts'

type Who = (id: string) => Sayable
type PreApprovalNews = Pick<Extract<Notice, { kind: 'pre-approval' }>, 'what' | 'left'>

/** After `/elevate allow`: what it is worth, and what it is not. */
export function givenAnswer({ one, enough, outcome }: Given, names: Names): Message {
  const who = names(one.person)
  const worth = enough
    ? say`Requests of ${who} for ${accessOf(one)}, each up to ${formatDuration(one.each)}, are approved at once until ${moment(one.endsAt)}.`
    : say`It counts as your approval of every request of ${who} for ${accessOf(one)}, each up to ${formatDuration(one.each)}, until ${moment(one.endsAt)}. ${stillNeeded(outcome)}`
  return sentence(
    together(
      say`${bold(preApprovalName(one.number))} is given. ${worth}`,
      say`It holds only as long as you may approve that yourself.`,
    ),
    actions(endAllowButton(one, names)),
  )
}

/** What other people have to say yes to, each time. */
function stillNeeded(outcome: Given['outcome']): RichText {
  if (outcome.outcome !== 'counted') return say``
  return say`Each of them still needs ${moreApprovals(stillMissing(outcome.stages), outcome.stages.length > 1)}.`
}

export function endedAllowAnswer(one: PreApproval, names: Names): Message {
  return sentence(
    say`You ended ${preApprovalName(one.number)}: ${accessOf(one)} for ${names(one.person)}. Requests from now on are decided one by one; access that was given stays until its own end.`,
  )
}

/** For the person it is about, its giver, the target's channel and the feed. */
export function preApprovalNotice(
  news: PreApprovalNews,
  one: PreApproval,
  reader: string | undefined,
  names: Names,
): Message {
  const line = (who: Who) => story(news, one, reader, who)
  const shown = reader === undefined ? line(names) : line(person)
  if (news.what !== 'given') return message(line(names), [section(shown)])
  return message(together(line(names), say`Reason: ${clamp(one.reason, 400)}`), [
    section(shown),
    rich(paragraph(say`${bold('Reason')}`), quote(one.reason, 1_000)),
    actions(endAllowButton(one, names)),
  ])
}

function story(
  { what, left }: PreApprovalNews,
  one: PreApproval,
  reader: string | undefined,
  who: Who,
): RichText {
  const name = preApprovalName(one.number)
  const whose = reader === one.person ? say`your requests` : say`requests of ${who(one.person)}`
  const about = say`${whose} for ${accessOf(one)}`
  if (what === 'given')
    return say`${who(one.giver)} approved ${about} beforehand: each up to ${formatDuration(one.each)}, until ${moment(one.endsAt)} (${name}).`
  const uses = one.uses === 0 ? 'It was not used.' : `It approved ${counted(one.uses, 'request')}.`
  if (what === 'lapsed')
    return say`${name} is over: ${who(one.giver)} had approved ${about} beforehand. ${uses}`
  if (left !== undefined)
    return say`${name} is over, because the account of ${who(left)} was deactivated in Slack. ${who(one.giver)} had approved ${about} beforehand. ${uses}`
  const by = one.endedBy ? say` by ${who(one.endedBy)}` : say``
  return say`${name} was ended${by}: ${about} are decided one by one again. ${uses}`
}

/** One that lives, in a list. */
export function preApprovalLine(one: ListedPreApproval, names: Names): RichText {
  const uses = one.uses === 0 ? 'not used yet' : `used ${counted(one.uses, 'time')}`
  return say`${bold(preApprovalName(one.number))}: ${names(one.giver)} approves ${accessOf(one)} for ${names(one.person)}, each up to ${formatDuration(one.each)}, until ${moment(one.endsAt)}; ${uses}.${one.void ? say` It counts for nothing now, because ${whyVoid(one, one.void, names)}.` : ''}`
}

function whyVoid(one: PreApproval, why: WhyVoid, names: Names): RichText {
  switch (why) {
    case 'giver':
      return say`${names(one.giver)} is no longer an approver of it`
    case 'asker':
      return say`no policy lets ${names(one.person)} ask for it any more`
    case 'policy':
      return say`the policy does not allow approving it beforehand any more`
    case 'self':
      return say`nobody approves his own requests there any more`
  }
}

function endAllowButton(one: PreApproval, names: Names): Button {
  const name = preApprovalName(one.number)
  return button({
    action: ACTION.end_allow,
    text: `End ${name}`,
    label: `End ${name}: ${accessName(one)} for ${names(one.person)}`,
    value: one.id,
    confirm: {
      title: `End ${name}?`,
      text: `Requests of ${names(one.person)} for ${accessName(one)} are decided one by one again. Access that was given stays until its own end.`,
      yes: 'End it',
      no: 'Keep it',
    },
  })
}

const MAX_LISTED = 8

/** For `/elevate allow list`. */
export function allowListAnswer({ live, mayGive }: PreApprovalList, names: Names): Message {
  const how = mayGive[0]
    ? say`To approve beforehand: ${code(`/elevate allow @ana ${mayGive[0].target.id} ${mayGive[0].role.id} for 5d each 2h why`)}`
    : say`No policy lets you approve anything beforehand.`
  if (live.length === 0)
    return sentence(together(say`Nothing is approved beforehand by you or for you.`, how))
  const shown = live.slice(0, MAX_LISTED)
  const rest = live.length - shown.length
  const lines = shown.map((one) => preApprovalLine(one, names))
  return message(together(say`Approved beforehand:`, ...lines), [
    header('Approved beforehand'),
    ...shown.map((one, at) => section(lines[at] ?? say``, endAllowButton(one, names))),
    context(rest > 0 ? say`And ${counted(rest, 'more', 'more')}.` : say``, how),
  ])
}

const MAX_AT_HOME = 3

/** The part of Home; empty for somebody who has nothing to do with it. */
export function preApprovalsAtHome({ live, mayGive }: PreApprovalList, names: Names): Block[] {
  if (live.length === 0 && mayGive.length === 0) return []
  const shown = live.slice(0, MAX_AT_HOME)
  const rest = live.length - shown.length
  return [
    header('Approved beforehand'),
    ...(live.length === 0 ? [context(say`Nothing is approved beforehand by you or for you.`)] : []),
    ...shown.map((one) => section(preApprovalLine(one, names), endAllowButton(one, names))),
    ...(rest > 0 ? [context(say`And ${counted(rest, 'more', 'more')}: ${code('/elevate allow list')}`)] : []),
    ...(mayGive.length > 0 ? [actions(allowButton())] : []),
  ]
}

function allowButton(): Button {
  return button({
    action: ACTION.allow,
    text: 'Approve beforehand…',
    label: 'Approve somebody’s requests beforehand',
    value: 'any',
  })
}
