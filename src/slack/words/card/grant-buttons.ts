/** Buttons that a person presses about his own access, the same in messages and on Home. */

import { type Grant, grantName } from '../../../core/access/grant.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Capabilities } from '../../../core/connector.ts'
import { actions, button } from '../../blocks/layout.ts'
import type { Block, Button } from '../../blocks/message.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessName } from '../phrases.ts'

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

/** What a holder can do about access that is there, or is to come. */
export function ownButtons(grant: Grant, capabilities: Capabilities | undefined): Block {
  if (grant.state !== 'active') return actions(callOffButton(grant))
  const password = capabilities?.credential === 'password' ? [passwordButton(grant)] : []
  return actions(...password, extendButton(grant), doneButton(grant))
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
