import { faultsBeforeSubmit } from '../input-values.ts'
import { isObject, type Json } from '../json.ts'
import { interaction } from '../payloads.ts'
import { notify, type Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { ActResult } from '../view.ts'
import { DEEPEST_STACK, inputBlockIds, type OpenView, viewOnWire } from '../views.ts'
import { acceptView } from '../web-api/views.ts'
import type { Person } from '../workspace.ts'
import { OK, refused } from './outcome.ts'

/** What a modal says when the app did not answer, or answered what Slack cannot use. */
const TROUBLE = 'We had some trouble connecting. Try again?'

/** Submits a modal. Slack checks the inputs first; then the app's acknowledgement decides what is shown. */
export async function submitView(platform: Platform, person: Person, viewId: string): Promise<ActResult> {
  const view = platform.views.find(viewId)
  if (!view || view.userId !== person.id || view.type !== 'modal') return refused('not_found')
  if (view.busy) return refused('view_busy')
  if (view.body.submit === undefined || view.body.submit_disabled === true) return refused('no_submit_button')
  const faults = faultsBeforeSubmit(view.blocks, view.values)
  view.errors = faults
  if (Object.keys(faults).length > 0) {
    platform.workspace.touch()
    return refused('invalid_input', faults)
  }
  view.busy = true
  platform.workspace.touch()
  const ack = await platform.delivery.send('interactive', {
    ...interaction(platform, 'view_submission', person),
    trigger_id: platform.triggers.issue(person.id, view.id),
    view: structuredClone(viewOnWire(view, platform.workspace)),
    response_urls: [],
  })
  view.busy = false
  platform.workspace.touch()
  if (ack.outcome !== 'acked') return trouble(platform, person, ack.outcome)
  try {
    return answered(platform, view, ack.payload ?? {})
  } catch (error) {
    if (error instanceof SlackError) return trouble(platform, person, error.message)
    throw error
  }
}

function trouble(platform: Platform, person: Person, error: string): ActResult {
  notify(platform, person.id, TROUBLE)
  return refused(error)
}

function answered(platform: Platform, view: OpenView, answer: Json): ActResult {
  switch (answer.response_action) {
    case undefined:
      platform.views.close(view)
      return OK
    case 'clear':
      platform.views.clear(view.userId)
      return OK
    case 'errors':
      return underInputs(platform, view, answer.errors)
    case 'update':
      platform.views.replace(view, acceptView(platform, answer.view, 'modal', 'response_action update'))
      return OK
    case 'push': {
      const body = acceptView(platform, answer.view, 'modal', 'response_action push')
      if (platform.views.stack(view.userId).length >= DEEPEST_STACK)
        throw new SlackError('push_limit_reached')
      platform.views.open(view.userId, body, false)
      return OK
    }
    default:
      throw new SlackError('invalid_response_action')
  }
}

/** Slack can only show an error under an input; for any other block_id the whole answer is void. */
function underInputs(platform: Platform, view: OpenView, errors: unknown): ActResult {
  const known = inputBlockIds(view.blocks)
  const given = isObject(errors) ? Object.entries(errors) : []
  const usable = given.every(([id, text]) => known.has(id) && typeof text === 'string')
  if (given.length === 0 || !usable) throw new SlackError('invalid_errors')
  view.errors = Object.fromEntries(given) as Record<string, string>
  platform.workspace.touch()
  return refused('invalid_input', { ...view.errors })
}

/** The person closes a modal; the app is told only if it asked for that. */
export async function closeView(platform: Platform, person: Person, viewId: string): Promise<ActResult> {
  const view = platform.views.find(viewId)
  if (!view || view.userId !== person.id || view.type !== 'modal') return refused('not_found')
  const cleared = view.body.clear_on_close === true
  const closed = cleared ? platform.views.clear(person.id) : platform.views.close(view)
  await Promise.all(
    closed
      .filter((one) => one.body.notify_on_close === true)
      .map((one) =>
        platform.delivery.send('interactive', {
          ...interaction(platform, 'view_closed', person),
          view: viewOnWire(one, platform.workspace),
          is_cleared: cleared,
        }),
      ),
  )
  return OK
}
