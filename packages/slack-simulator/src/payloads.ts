import { blocksIn } from './block-rules/elements-in.ts'
import type { Json } from './json.ts'
import type { Platform } from './platform.ts'
import type { Block } from './view.ts'
import { type OpenView, viewOnWire } from './views.ts'
import type { Channel, Message, Person, Workspace } from './workspace.ts'

/** The payloads an app gets when a person does something. */

/** What every interaction begins with. */
export function interaction(platform: Platform, type: string, person: Person): Json {
  const { workspace } = platform
  return {
    type,
    team: { id: workspace.team.id, domain: workspace.team.domain },
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: workspace.app.appId,
    token: platform.tokens.verification,
    enterprise: null,
    is_enterprise_install: false,
  }
}

export function slashCommand(
  platform: Platform,
  person: Person,
  channel: Channel,
  command: string,
  text: string,
): Json {
  const { workspace } = platform
  return {
    token: platform.tokens.verification,
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: workspace.app.appId,
    is_enterprise_install: 'false',
    response_url: platform.responseUrls.issue('commands', { userId: person.id, channelId: channel.id }),
    trigger_id: platform.triggers.issue(person.id),
  }
}

/** Slack does not tell an app the name of a private conversation in a command. */
function channelName(channel: Channel): string {
  if (channel.kind === 'im') return 'directmessage'
  return channel.kind === 'private' ? 'privategroup' : channel.name
}

export function inMessage(
  platform: Platform,
  person: Person,
  channel: Channel,
  message: Message,
  pressed: Block,
): Json {
  const ephemeral = message.ephemeralTo !== undefined
  const values = message.values.get(person.id) ?? {}
  const attachment = message.attachments?.find((one) =>
    blocksIn(one.blocks).some(({ block }) => block.block_id === pressed.block_id),
  )
  return {
    container: {
      ...(attachment
        ? { type: 'message_attachment', attachment_id: attachment.id, is_app_unfurl: false }
        : { type: 'message' }),
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // An ephemeral message is not kept, so Slack cannot send it back.
    ...(ephemeral ? {} : { message: messageOnWire(message, platform.workspace) }),
    state: { values },
    response_url: platform.responseUrls.issue('actions', {
      userId: person.id,
      channelId: channel.id,
      source: message.ts,
    }),
  }
}

export function inView(platform: Platform, view: OpenView): Json {
  return {
    container: { type: 'view', view_id: view.id },
    view: viewOnWire(view, platform.workspace),
  }
}

export function messageOnWire(message: Message, workspace: Workspace): Json {
  const { app } = workspace
  return {
    type: 'message',
    ...(message.subtype ? { subtype: message.subtype } : {}),
    user: message.user,
    ...(message.fromBot ? { bot_id: app.botId, app_id: app.appId } : {}),
    ts: message.ts,
    ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
    team: workspace.team.id,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments?.length ? { attachments: message.attachments } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.metadata ? { metadata: message.metadata } : {}),
    ...(message.files ? { files: message.files } : {}),
  }
}

export function eventEnvelope(platform: Platform, event: Json): Json {
  const { workspace } = platform
  return {
    token: platform.tokens.verification,
    team_id: workspace.team.id,
    context_team_id: workspace.team.id,
    context_enterprise_id: null,
    api_app_id: workspace.app.appId,
    event,
    type: 'event_callback',
    event_id: workspace.ids.next('Ev'),
    event_time: workspace.seconds(),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.team.id,
        user_id: workspace.app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  }
}
