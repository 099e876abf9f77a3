import { ASK_TITLE } from '../forms/ask-form.ts'
import { drawAskForm, openAskForm } from '../forms/open-ask-form.ts'
import { openThen } from '../forms/open-view.ts'
import type { Door } from '../platform/guard.ts'
import { type Click, readId } from '../platform/payloads.ts'

/** The button may name what it is for; the form offers only what this person may ask for anyway. */
export function pressOpenForm(door: Door, { visitor, trigger, value }: Click): Promise<undefined> {
  const [target = '', role = ''] = value.split(' ')
  return openAskForm(door, { person: visitor.person, trigger, filled: { target, roles: [role] } })
}

/** The form with an earlier request in it, which was for this person or by him. */
export function pressAskAgain(door: Door, { visitor, trigger, value }: Click): Promise<undefined> {
  return openThen(door, { trigger, title: ASK_TITLE, what: 'ask again' }, async () => {
    const id = readId(value)
    const request = id ? await door.queries.request(id) : undefined
    const by = visitor.person
    if (!request || (request.requester !== by && request.askedBy !== by)) return drawAskForm(door, by, {})
    const { target, reason, ticket } = request
    const receiver = request.requester === by ? undefined : request.requester
    const all = request.bundle === undefined ? [request] : await door.queries.bundleOf(request.id)
    const roles = all.map((one) => one.role)
    return drawAskForm(door, by, { target, roles, receiver }, { reason, ticket })
  })
}
