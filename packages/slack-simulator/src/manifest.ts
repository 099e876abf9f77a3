import { parse } from 'yaml'

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

export type Command = {
  readonly command: string
  readonly description: string
  readonly usage_hint: string
  readonly should_escape: boolean
}

export type Shortcut = {
  readonly callback_id: string
  readonly name: string
  readonly description: string
  readonly type: 'global' | 'message'
}

type Raw = { readonly [key: string]: unknown }

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
  const name = text(record(root.display_information).name) || 'app'
  return {
    name,
    botName: text(record(features.bot_user).display_name) || name,
    scopes: new Set([...texts(scopes.bot), ...texts(scopes.bot_optional)]),
    commands: list(features.slash_commands).map((command) => ({
      command: text(command.command),
      description: text(command.description),
      usage_hint: text(command.usage_hint),
      should_escape: command.should_escape === true,
    })),
    shortcuts: list(features.shortcuts).map((shortcut) => ({
      callback_id: text(shortcut.callback_id),
      name: text(shortcut.name),
      description: text(shortcut.description),
      type: shortcut.type === 'message' ? 'message' : 'global',
    })),
    events: new Set(texts(record(settings.event_subscriptions).bot_events)),
    homeTab: home.home_tab_enabled === true,
    messagesTab: messagesTab(home),
    interactivity: record(settings.interactivity).is_enabled === true,
  }
}

function messagesTab(home: Raw): Manifest['messagesTab'] {
  if (home.messages_tab_enabled === false) return 'off'
  return home.messages_tab_read_only_enabled === true ? 'read-only' : 'on'
}

function record(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {}
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(record) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
