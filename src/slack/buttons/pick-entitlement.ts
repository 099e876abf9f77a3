import { WebAPIPlatformError } from '@slack/web-api'
import {
  matching,
  type Option,
  roleOption,
  rolesOf,
  targetOption,
  targetsOf,
} from '../forms/entitlement-options.ts'
import { drawAskForm, filledIn } from '../forms/open-ask-form.ts'
import type { Door } from '../platform/guard.ts'
import { ACTION, VIEW } from '../platform/ids.ts'
import { type Click, readChosen, type Suggestion } from '../platform/payloads.ts'

/** Another target has other roles, another role has another rule: the form is drawn anew, what was typed stays. */
export async function pressPick(door: Door, { visitor, view, at }: Click): Promise<undefined> {
  // The same inputs stand in forms that show nothing of what they come to.
  if (view?.callback !== VIEW.ask) return undefined
  note(view.id, at)
  const form = await drawAskForm(door, visitor.person, filledIn(view))
  // Somebody who picks fast picks again before the first drawing is there. The later click knows all that the
  // earlier did, so it alone draws; and Slack's hash, which the earlier drawing has changed, must not keep it out.
  if (latest.get(view.id) !== at) return undefined
  try {
    await door.client.views.update({ view_id: view.id, view: form })
  } catch (error) {
    // Closed meanwhile.
    if (!(error instanceof WebAPIPlatformError && GONE.has(error.data.error))) throw error
  }
  return undefined
}

const GONE: ReadonlySet<string> = new Set(['not_found', 'view_not_found'])

/** The newest click in each open form; what another process has seen is at worst drawn a little later. */
const latest = new Map<string, number>()
const MOST = 1_000

function note(view: string, at: number): void {
  latest.set(view, Math.max(at, latest.get(view) ?? 0))
  const [oldest] = latest.keys()
  if (latest.size > MOST && oldest !== undefined) latest.delete(oldest)
}

/** The menu's content while somebody types, where there is more than one menu holds. */
export async function suggest(door: Door, asked: Suggestion): Promise<Option[]> {
  const chosen = readChosen(asked.view?.metadata ?? '')
  const receiver = asked.view?.fields.get(ACTION.pick_receiver)?.value || chosen.receiver
  const { entitlements } = await door.queries.offersTo(asked.visitor.person, receiver)
  if (asked.action === ACTION.pick_target)
    return matching(targetsOf(entitlements).map(targetOption), asked.typed)
  const target = asked.view?.fields.get(ACTION.pick_target)?.value || chosen.target
  return matching(rolesOf(entitlements, target).map(roleOption), asked.typed)
}
