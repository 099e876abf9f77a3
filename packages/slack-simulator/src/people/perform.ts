import { eventEnvelope, interaction } from '../payloads.ts'
import type { Platform } from '../platform.ts'
import type { Act, ActResult } from '../view.ts'
import { viewOnWire } from '../views.ts'
import type { Person } from '../workspace.ts'
import { deliverInteraction, OK, refused } from './outcome.ts'
import { fill, press } from './press.ts'
import { closeView, submitView } from './submit.ts'
import { runCommand, say } from './typing.ts'

/** Does one thing as one person. Resolves when Slack itself would show how it went. */
export async function perform(platform: Platform, userId: string, act: Act): Promise<ActResult> {
  const person = platform.workspace.people.get(userId)
  if (!person || person.bot) return refused('user_not_found')
  if (person.deleted) return refused('account_inactive')
  switch (act.kind) {
    case 'command':
      return runCommand(platform, person, act)
    case 'say':
      return say(platform, person, act)
    case 'press':
      return press(platform, person, act)
    case 'fill':
      return fill(platform, person, act)
    case 'submit':
      return submitView(platform, person, act.view_id)
    case 'close':
      return closeView(platform, person, act.view_id)
    case 'open-home':
      return openHome(platform, person)
    case 'shortcut':
      return runShortcut(platform, person, act.callback_id)
    case 'read':
      return read(platform, person, act.channel)
    default:
      return refused('unknown_act')
  }
}

async function openHome(platform: Platform, person: Person): Promise<ActResult> {
  const { workspace, delivery, views } = platform
  if (!platform.manifest.homeTab) return refused('home_tab_disabled')
  const home = views.homes.get(person.id)
  await delivery.event('app_home_opened', () =>
    eventEnvelope(platform, {
      type: 'app_home_opened',
      user: person.id,
      channel: workspace.openDirectMessage(person.id).id,
      tab: 'home',
      ...(home ? { view: viewOnWire(home, workspace) } : {}),
      event_ts: workspace.clock.ts(),
    }),
  )
  return OK
}

async function runShortcut(platform: Platform, person: Person, callbackId: string): Promise<ActResult> {
  const known = platform.manifest.shortcuts.find(
    (shortcut) => shortcut.callback_id === callbackId && shortcut.type === 'global',
  )
  if (!known || platform.uninstalled) return refused('no_such_shortcut')
  return deliverInteraction(platform, person, `The shortcut "${known.name}"`, {
    ...interaction(platform, 'shortcut', person),
    callback_id: callbackId,
    trigger_id: platform.triggers.issue(person.id),
    action_ts: platform.workspace.clock.ts(),
  })
}

function read(platform: Platform, person: Person, channelId: string): ActResult {
  const channel = platform.workspace.channels.get(channelId)
  if (!channel?.members.has(person.id)) return refused('channel_not_found')
  const last = channel.messages.at(-1)?.ts
  if (last !== undefined && channel.lastRead.get(person.id) !== last) {
    channel.lastRead.set(person.id, last)
    platform.workspace.touch()
  }
  return OK
}
