import { parse } from 'yaml'
import { type Json, list, record, records, word } from './json.ts'

/** What the app's manifest lets it do. Slack refuses everything that is not in here. */
export type Manifest = {
  readonly name: string
  readonly botName: string
  readonly scopes: ReadonlySet<string>
  readonly commands: readonly Command[]
  readonly shortcuts: readonly Shortcut[]
  readonly events: ReadonlySet<string>
  readonly homeTab: boolean
  readonly messagesTab: 'off' | 'read-only' | 'on'
  readonly interactivity: boolean
}

type Command = {
  readonly command: string
  readonly description: string
  readonly usage_hint: string
  readonly should_escape: boolean
}

type Shortcut = {
  readonly callback_id: string
  readonly name: string
  readonly description: string
  readonly type: 'global' | 'message'
}

/** Reads an app manifest, YAML or JSON; throws when it is neither, or not an app's. */
export function readManifest(yaml: string): Manifest {
  const root = record(parse(yaml))
  if (root.display_information === undefined) {
    throw new Error('display_information is missing; it must be the manifest of a Slack app')
  }
  const features = record(root.features)
  const home = record(features.app_home)
  const settings = record(root.settings)
  const scopes = record(record(root.oauth_config).scopes)
  const name = word(record(root.display_information).name) || 'app'
  return {
    name,
    botName: word(record(features.bot_user).display_name) || name,
    scopes: new Set([...texts(scopes.bot), ...texts(scopes.bot_optional)]),
    commands: records(features.slash_commands).map((command) => ({
      command: word(command.command),
      description: word(command.description),
      usage_hint: word(command.usage_hint),
      should_escape: command.should_escape === true,
    })),
    shortcuts: records(features.shortcuts).map((shortcut) => ({
      callback_id: word(shortcut.callback_id),
      name: word(shortcut.name),
      description: word(shortcut.description),
      type: shortcut.type === 'message' ? 'message' : 'global',
    })),
    events: new Set(texts(record(settings.event_subscriptions).bot_events)),
    homeTab: home.home_tab_enabled === true,
    messagesTab: messagesTab(home),
    interactivity: record(settings.interactivity).is_enabled === true,
  }
}

function messagesTab(home: Json): Manifest['messagesTab'] {
  if (home.messages_tab_enabled === false) return 'off'
  return home.messages_tab_read_only_enabled === true ? 'read-only' : 'on'
}

function texts(value: unknown): string[] {
  return list(value).filter((one) => typeof one === 'string')
}
