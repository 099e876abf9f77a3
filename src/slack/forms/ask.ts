/** The form to ask with: opened, redrawn while somebody picks, read when it comes back. */
import { WebAPIPlatformError } from '@slack/web-api'
import type { PersonId } from '../../core/people/person.ts'
import type { Block } from '../blocks/message.ts'
import { withNames } from '../platform/directory.ts'
import type { Door } from '../platform/guard.ts'
import { type Modal, openThen, type Press } from '../platform/handlers.ts'
import { ACTION, VIEW } from '../platform/ids.ts'
import { readChosen, readId, type Suggestion, type ViewSeen } from '../platform/payloads.ts'
import { formPreview } from '../words/access/form-preview.ts'
import { ASK_TITLE, type AskForm, askForm, completeChoice, type Filled } from './ask-form.ts'
import { accessOptions } from './command-forms.ts'
import { matching, type Option, roleOption, rolesOf, targetOption, targetsOf } from './entitlement-options.ts'

type Opening = {
  readonly person: PersonId
  readonly trigger: string
  readonly filled?: Filled
}

export function openAskForm(door: Door, { trigger, person, filled = {} }: Opening): Promise<undefined> {
  return openThen(door, { trigger, title: ASK_TITLE }, () => drawAskForm(door, person, filled))
}

/** The form with an earlier request in it, which was for this person or by them. */
export async function drawAskAgain(door: Door, by: PersonId, value: string): Promise<Modal> {
  const id = readId(value)
  const request = id ? await door.queries.request(id) : undefined
  if (!request || (request.requester !== by && request.askedBy !== by)) return drawAskForm(door, by, {})
  const { target } = request
  const receiver = request.requester === by ? undefined : request.requester
  const all = request.bundle === undefined ? [request] : await door.queries.bundleOf(request.id)
  const roles = all.map((one) => one.role)
  return drawAskForm(door, by, { target, roles, receiver }, request)
}

/** The form for what was filled in so far. */
async function drawAskForm(
  door: Door,
  person: PersonId,
  wanted: Filled,
  again?: AskForm['again'],
): Promise<Modal> {
  const { entitlements, forOthers } = await door.queries.offersTo(person, wanted.receiver)
  const filled = completeChoice(entitlements, wanted)
  const preview = await drawPreview(door, person, filled)
  return askForm({ offered: entitlements, forOthers, filled, preview, again })
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

/** Another target has other roles, another role has another rule: the form is redrawn, what was typed stays. */
export const redrawAskForm: Press = async (door, { visitor, view, at }) => {
  // The same inputs stand in forms that show nothing of what they come to.
  if (view?.callback !== VIEW.ask) return undefined
  noteClick(view.id, at)
  const form = await drawAskForm(door, visitor.person, filledIn(view))
  // Somebody who picks fast picks again before the first drawing is there. The later click knows all that the
  // earlier did, so it alone draws; and Slack's hash, which the earlier drawing has changed, must not keep it out.
  if (latestClick.get(view.id) !== at) return undefined
  try {
    await door.client.views.update({ view_id: view.id, view: form })
  } catch (error) {
    // The person closed it in between.
    if (!(error instanceof WebAPIPlatformError && GONE.has(error.data.error))) throw error
  }
  return undefined
}

const GONE: ReadonlySet<string> = new Set(['not_found', 'view_not_found'])

/** The newest click in each open form; what another process has seen is at worst drawn a little later. */
const latestClick = new Map<string, number>()
const MAX_FORMS_KEPT = 1_000

function noteClick(view: string, at: number): void {
  latestClick.set(view, Math.max(at, latestClick.get(view) ?? 0))
  const [oldest] = latestClick.keys()
  if (latestClick.size > MAX_FORMS_KEPT && oldest !== undefined) latestClick.delete(oldest)
}

type Suggest = (door: Door, asked: Suggestion) => Promise<Option[]>

const suggestEntitlements: Suggest = async (door, asked) => {
  const chosen = readChosen(asked.view?.metadata ?? '')
  const receiver = asked.view?.fields.get(ACTION.pick_receiver)?.value || chosen.receiver
  const { entitlements } = await door.queries.offersTo(asked.visitor.person, receiver)
  if (asked.action === ACTION.pick_target)
    return matching(targetsOf(entitlements).map(targetOption), asked.typed)
  const target = asked.view?.fields.get(ACTION.pick_target)?.value || chosen.target
  return matching(rolesOf(entitlements, target).map(roleOption), asked.typed)
}

/** A menu's content while somebody types, where there is more than one menu holds. */
export const SUGGESTIONS: ReadonlyMap<string, Suggest> = new Map([
  [ACTION.pick_target, suggestEntitlements],
  [ACTION.pick_role, suggestEntitlements],
  // Names of targets are no secret here: whether there is anything to read is judged when the form comes back.
  [
    ACTION.pick_access,
    async (door: Door, asked: Suggestion) => matching(accessOptions(door.catalog()), asked.typed),
  ],
])
