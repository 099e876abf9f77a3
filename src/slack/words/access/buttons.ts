/** What somebody who decides can press, the same on the card, on Home and in answers. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, isWaiting } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Capabilities } from '../../../core/connector.ts'
import { counted } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { button } from '../../blocks/layout.ts'
import type { Button, Names } from '../../blocks/message.ts'
import { toPlain } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessName, forHowLong } from '../phrases.ts'

export function decisionButtons(
  { request, needed, approvals }: Pick<Card, 'request'> & Partial<Pick<Card, 'needed' | 'approvals'>>,
  names: Names,
  /** Beside others of a bundle there is less room: the card says the rest once. */
  { brief = false }: { readonly brief?: boolean } = {},
): readonly Button[] {
  const about = brief ? request.role : `${accessName(request)} for ${names(request.requester)}`
  const number = requestName(request.number)
  const after = (needed ?? 1) - (approvals?.length ?? 0) - 1
  return [
    button({
      action: ACTION.approve,
      text: 'Approve',
      label: `Approve ${number}: ${about}`,
      value: request.id,
      style: 'primary',
      confirm: {
        title: `Approve ${number}?`,
        text: brief ? `Only ${clamp(request.role, 60)}.` : whatFollows(request, after, names),
        yes: 'Approve',
        no: 'Not now',
      },
    }),
    button({
      action: ACTION.approve_less,
      text: 'Approve with changes…',
      label: `Approve with changes ${number}: ${about}`,
      value: request.id,
    }),
    ...(brief ? [] : [askBackButton(request, about)]),
    button({
      action: ACTION.deny,
      text: 'Deny…',
      label: `Deny ${number}: ${about}`,
      value: request.id,
      style: 'danger',
    }),
  ]
}

/** A question in the thread, which decides nothing. */
export function askBackButton(request: Request, about: string): Button {
  return button({
    action: ACTION.ask_back,
    text: 'Ask…',
    label: `Ask about ${requestName(request.number)}: ${about}`,
    value: request.id,
  })
}

function whatFollows(request: Request, after: number, names: Names): string {
  const who = names(request.requester)
  const time = toPlain(forHowLong(request), names)
  if (after > 0)
    return `${who} asks for ${accessName(request)}${time}. After you, it needs ${counted(after, 'more approval')}.`
  return request.prolongs
    ? `${who} will get ${accessName(request)} for ${formatDuration(request.duration)} more.`
    : `${who} will get ${accessName(request)}${time}.`
}

/** Buttons about a person's own access, the same in messages and on Home. */

export function doneButton(grant: Grant): Button {
  return button({
    action: ACTION.give_back,
    text: 'I’m done',
    label: `Give back ${grantName(grant.number)}: ${accessName(grant)}`,
    value: grant.id,
    confirm: {
      title: `Give back ${grantName(grant.number)}?`,
      text: `Your ${accessName(grant)} ends now, and sessions that are open may be ended with it.`,
      yes: 'Give it back',
      no: 'Keep it',
    },
  })
}

/** Before it began. */
export function callOffButton(grant: Grant): Button {
  return button({
    action: ACTION.give_back,
    text: 'Call off',
    label: `Call off ${grantName(grant.number)}: ${accessName(grant)}`,
    value: grant.id,
  })
}

export function extendButton(grant: Grant): Button {
  return button({
    action: ACTION.extend,
    text: 'Extend…',
    label: `Extend ${grantName(grant.number)}: ${accessName(grant)}`,
    value: grant.id,
  })
}

/** What a holder can do about access that is there, or is to come; else nothing. */
export function ownButtons(grant: Grant, capabilities: Capabilities | undefined): readonly Button[] {
  if (isWaiting(grant)) return [callOffButton(grant)]
  if (grant.state !== 'active') return []
  const password = capabilities?.credential === 'password' ? [passwordButton(grant)] : []
  return [...password, extendButton(grant), doneButton(grant)]
}

/** For approvers and security. `text` says which grant where a message is about several. */
export function endButton(grant: Grant, holder: string, text = 'End now…'): Button {
  return button({
    action: ACTION.end_other,
    text,
    label: `End ${grantName(grant.number)} now: ${accessName(grant)} for ${holder}`,
    value: grant.id,
    style: 'danger',
  })
}

export function passwordButton(grant: Grant): Button {
  return button({
    action: ACTION.show_credential,
    text: 'Show password',
    label: `Show a new password for ${accessName(grant)}`,
    value: grant.id,
    style: 'primary',
  })
}

export function withdrawButton(request: Request): Button {
  return button({
    action: ACTION.withdraw,
    text: 'Withdraw',
    label: `Withdraw ${requestName(request.number)}: ${accessName(request)}`,
    value: request.id,
  })
}

export function askAgainButton(request: Request): Button {
  return button({
    action: ACTION.ask_again,
    text: 'Ask again…',
    label: `Ask again for ${accessName(request)}`,
    value: request.id,
  })
}

/** For approvers and security; anybody else who presses it is refused. */
export function reviewButton(request: Request, names: Names): Button {
  return button({
    action: ACTION.review,
    text: 'Review…',
    label: `Review ${requestName(request.number)}: ${accessName(request)} for ${names(request.requester)}`,
    value: request.id,
  })
}

/** Both take everything that was asked for together. */
export function acceptButtons(request: Request): readonly Button[] {
  const number = requestName(request.number)
  return [
    button({
      action: ACTION.accept,
      text: 'Accept',
      label: `Accept ${number}: ${accessName(request)} for you`,
      value: request.id,
      style: 'primary',
    }),
    button({
      action: ACTION.decline,
      text: 'Decline',
      label: `Decline ${number}: ${accessName(request)} for you`,
      value: request.id,
    }),
  ]
}
