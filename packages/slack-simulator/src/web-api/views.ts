import { inspectView } from '../block-rules/inspect.ts'
import type { Json } from '../json.ts'
import { type Platform, watchForHazards } from '../platform.ts'
import { invalid, invalidFor, SlackError } from '../slack-error.ts'
import { DEEPEST_STACK, type OpenView, viewOnWire } from '../views.ts'
import type { Args, Method } from './method.ts'

const LONGEST_VIEW = 250_000

/** A view that Slack would accept on this surface; throws Slack's error otherwise. */
export function acceptView(platform: Platform, view: unknown, type: 'modal' | 'home', where: string): Json {
  if (view === undefined) throw invalid('invalid_arguments', ['[ERROR] missing required field: view'])
  const issues = inspectView(view, type)
  if (issues.length > 0) throw invalidFor('invalid_arguments', issues)
  if (JSON.stringify(view).length > LONGEST_VIEW) throw new SlackError('view_too_large')
  watchForHazards(platform, where, { view })
  return view as Json
}

const open: Method = {
  token: 'bot',
  tier: 'tier4',
  run: (args, platform) => opened(args, platform, 'views.open'),
}

const push: Method = {
  token: 'bot',
  tier: 'tier4',
  run: (args, platform) => opened(args, platform, 'views.push'),
}

function opened(args: Args, platform: Platform, method: 'views.open' | 'views.push'): Json {
  const id = args.required('trigger_id')
  const body = acceptView(platform, viewOf(args), 'modal', method)
  const trigger = platform.triggers.look(id)
  if (typeof trigger === 'string') throw new SlackError(trigger)
  const inside = trigger.viewId !== undefined && platform.views.stack(trigger.userId).length > 0
  // Only an interaction inside a modal gives a trigger that can push.
  if (method === 'views.push' && trigger.viewId === undefined) throw new SlackError('invalid_trigger_id')
  if (inside && platform.views.stack(trigger.userId).length >= DEEPEST_STACK) {
    throw new SlackError('push_limit_reached')
  }
  distinctExternalId(platform, body)
  platform.triggers.spend(id)
  return { view: viewOnWire(platform.views.open(trigger.userId, body, !inside), platform.workspace) }
}

const update: Method = {
  token: 'bot',
  tier: 'tier4',
  run: (args, platform) => {
    const view = findView(args, platform)
    const body = acceptView(platform, viewOf(args), view.type, 'views.update')
    sameHash(args, view)
    platform.views.replace(view, body)
    return { view: viewOnWire(view, platform.workspace) }
  },
}

const publish: Method = {
  token: 'bot',
  tier: 'tier4',
  run: (args, platform) => {
    const userId = args.required('user_id')
    const person = platform.workspace.people.get(userId)
    if (!person || person.bot) throw new SlackError('user_not_found')
    if (!platform.manifest.homeTab) throw new SlackError('not_enabled')
    const body = acceptView(platform, viewOf(args), 'home', 'views.publish')
    const present = platform.views.homes.get(userId)
    if (present) sameHash(args, present)
    return { view: viewOnWire(platform.views.publish(userId, body), platform.workspace) }
  },
}

export const viewMethods: Record<string, Method> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
}

function viewOf(args: Args): unknown {
  return args.json('view', 'invalid_arguments')
}

function findView(args: Args, platform: Platform): OpenView {
  const id = args.text('view_id')
  const external = args.text('external_id')
  if ((id === undefined) === (external === undefined)) {
    throw invalid('invalid_arguments', ['[ERROR] must provide exactly one of view_id or external_id'])
  }
  const view = id === undefined ? platform.views.findExternal(String(external)) : platform.views.find(id)
  if (!view) throw new SlackError('not_found')
  return view
}

function sameHash(args: Args, view: OpenView): void {
  const hash = args.text('hash')
  if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict')
}

function distinctExternalId(platform: Platform, body: Json): void {
  const id = body.external_id
  if (typeof id === 'string' && id !== '' && platform.views.findExternal(id)) {
    throw new SlackError('duplicate_external_id')
  }
}
