import type { PersonId } from '../../core/person.ts'
import { isRefused } from '../../core/refusal.ts'
import { approvalsNeeded } from '../../core/stages.ts'
import { type Explained, explainAccess } from '../../operations/explain-access.ts'
import { listAccess } from '../../operations/list-access.ts'
import { sentence } from '../blocks/compose.ts'
import { context } from '../blocks/layout.ts'
import type { Block, Names } from '../blocks/message.ts'
import { say } from '../blocks/say.ts'
import type { Door } from '../guard.ts'
import { atOnceLines } from '../messages/at-once.ts'
import { atTheEnd } from '../messages/at-the-end.ts'
import { approvalsOf } from '../messages/explain-answer.ts'
import { counted } from '../messages/phrases.ts'
import { withNames } from '../names.ts'
import type { Chosen } from '../payloads.ts'
import { ASK_TITLE, type AskForm, askForm, settle } from './ask-form.ts'
import type { Modal } from './notice-view.ts'
import { openThen } from './open-view.ts'

export type Opening = {
  readonly person: PersonId
  readonly trigger: string
  readonly chosen: Chosen
}

export function openAskForm(door: Door, opening: Opening): Promise<undefined> {
  const { trigger, person, chosen } = opening
  return openThen(door, { trigger, title: ASK_TITLE, what: 'open ask form' }, () =>
    drawAskForm(door, person, chosen),
  )
}

/** The form for what was chosen so far. */
export async function drawAskForm(
  door: Door,
  person: PersonId,
  wanted: Chosen,
  { reason, ticket }: Pick<AskForm, 'reason' | 'ticket'> = {},
): Promise<Modal> {
  const { mayAsk } = await listAccess(door.world, person)
  const chosen = settle(mayAsk, wanted)
  const preview = await drawPreview(door, person, chosen)
  return askForm({ mine: mayAsk, chosen, preview, reason, ticket })
}

async function drawPreview(door: Door, by: PersonId, { target, role }: Chosen): Promise<readonly Block[]> {
  if (target === undefined || role === undefined) return []
  const explained = await explainAccess(door.world, { by, target, role })
  if (isRefused(explained)) return sentence(say`${explained.refused.text}`).blocks
  return withNames(door.world.directory, (names) => preview({ target, role }, explained, names))
}

/** Who will be asked, and how it ends. */
function preview(
  asked: { readonly target: string; readonly role: string },
  explained: Explained,
  names: Names,
): readonly Block[] {
  const needed = approvalsNeeded(explained.stages)
  const needs =
    explained.possible < needed
      ? say`It needs ${counted(needed, 'approval')}, and not enough people can give one now.`
      : say`It needs ${approvalsOf(explained, names, 5)}.`
  const atOnce = atOnceLines(explained.atOnce, names).slice(0, 4)
  return [context(needs, ...atOnce, atTheEnd({ capabilities: explained.capabilities, request: asked }))]
}
