import type { PersonId } from '../../core/people/person.ts'
import type { Block } from '../blocks/message.ts'
import type { Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import type { ViewSeen } from '../platform/payloads.ts'
import { formPreview } from '../words/access/form-preview.ts'
import { ASK_TITLE, type AskForm, askForm, type Filled, settle } from './ask-form.ts'
import type { Modal } from './notice-view.ts'
import { openThen } from './open-view.ts'

export type Opening = {
  readonly person: PersonId
  readonly trigger: string
  readonly filled?: Filled
}

export function openAskForm(door: Door, opening: Opening): Promise<undefined> {
  const { trigger, person, filled = {} } = opening
  return openThen(door, { trigger, title: ASK_TITLE, what: 'open ask form' }, () =>
    drawAskForm(door, person, filled),
  )
}

/** The form for what was filled in so far. */
export async function drawAskForm(
  door: Door,
  person: PersonId,
  wanted: Filled,
  { reason, ticket }: Pick<AskForm, 'reason' | 'ticket'> = {},
): Promise<Modal> {
  const { entitlements, forOthers } = await door.queries.offersTo(person, wanted.receiver)
  const filled = settle(entitlements, wanted)
  const preview = await drawPreview(door, person, filled)
  return askForm({ offered: entitlements, forOthers, filled, preview, reason, ticket })
}

async function drawPreview(door: Door, by: PersonId, filled: Filled): Promise<readonly Block[]> {
  const { target, roles = [], duration, receiver } = filled
  if (target === undefined || roles.length === 0) return []
  const asking = { by, target, roles, duration, receiver }
  const previews = await door.queries.previewAsk(asking)
  return withNames(door.directory, (names) => formPreview(asking, previews, names))
}

/** What stands in a form that came back. */
export function filledIn({ fields }: Pick<ViewSeen, 'fields'>): Filled {
  const value = (action: string) => fields.get(action)?.value.trim() || undefined
  return {
    target: value(ACTION.pick_target),
    roles: fields.get(ACTION.pick_role)?.values ?? [],
    duration: value(ACTION.type_duration) ?? value(ACTION.pick_duration),
    receiver: value(ACTION.pick_receiver),
    start: value(ACTION.pick_start),
  }
}
