import type { Door } from '../guard.ts'
import { type Click, readId } from '../payloads.ts'
import { ASK_TITLE } from '../views/ask-form.ts'
import { drawAskForm, openAskForm } from '../views/open-ask-form.ts'
import { openThen } from '../views/open-view.ts'

/** The button may name what it is for; the form offers only what this person may ask for anyway. */
export function pressOpenForm(door: Door, { visitor, trigger, value }: Click): Promise<undefined> {
  const [target = '', role = ''] = value.split(' ')
  return openAskForm(door, { person: visitor.person, trigger, chosen: { target, role } })
}

/** The form with an earlier request of one's own in it. */
export function pressAskAgain(door: Door, { visitor, trigger, value }: Click): Promise<undefined> {
  return openThen(door, { trigger, title: ASK_TITLE, what: 'ask again' }, async () => {
    const id = readId(value)
    const request = id ? await door.world.store.reads.request(id) : undefined
    if (request?.requester !== visitor.person) return drawAskForm(door, visitor.person, {})
    const { target, role, reason, ticket } = request
    return drawAskForm(door, visitor.person, { target, role }, { reason, ticket })
  })
}
