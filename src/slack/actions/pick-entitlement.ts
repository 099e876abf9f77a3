import { WebAPIPlatformError } from '@slack/web-api'
import { listAccess } from '../../operations/list-access.ts'
import type { Door } from '../guard.ts'
import { ACTION } from '../ids.ts'
import { type Click, readChosen, type Suggestion } from '../payloads.ts'
import {
  matching,
  type Option,
  roleOption,
  rolesOf,
  targetOption,
  targetsOf,
} from '../views/entitlement-options.ts'
import { drawAskForm } from '../views/open-ask-form.ts'

/** Another target has other roles, another role has another rule: the form is drawn anew, what was typed stays. */
export async function pressPick(door: Door, { visitor, view }: Click): Promise<undefined> {
  if (!view || view.home) return undefined
  const target = view.fields.get(ACTION.pick_target)?.value
  const role = view.fields.get(ACTION.pick_role)?.value
  const chosen = { ...(target ? { target } : {}), ...(role ? { role } : {}) }
  const form = await drawAskForm(door, visitor.person, chosen)
  try {
    await door.client.views.update({
      view_id: view.id,
      ...(view.hash ? { hash: view.hash } : {}),
      view: form,
    })
  } catch (error) {
    // Picked again meanwhile, or closed: whoever came later draws it.
    if (!(error instanceof WebAPIPlatformError && OVERTAKEN.has(error.data.error))) throw error
  }
  return undefined
}

const OVERTAKEN: ReadonlySet<string> = new Set(['hash_conflict', 'not_found', 'view_not_found'])

/** The menu's content while somebody types, where there is more than one menu holds. */
export async function suggest(door: Door, asked: Suggestion): Promise<Option[]> {
  const { mayAsk } = await listAccess(door.world, asked.visitor.person)
  if (asked.action === ACTION.pick_target) return matching(targetsOf(mayAsk).map(targetOption), asked.typed)
  const picked = asked.view?.fields.get(ACTION.pick_target)?.value
  const target = picked || readChosen(asked.view?.metadata ?? '').target
  return matching(rolesOf(mayAsk, target).map(roleOption), asked.typed)
}
