import { App, LogLevel } from '@slack/bolt'
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/server.ts'
import type { WorkspaceSeed } from '../src/workspace.ts'

/** A small company for the simulator's own tests. Nothing here knows what the real bot does. */

export const MANIFEST = `
display_information:
  name: Butler
features:
  app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false }
  bot_user: { display_name: Butler }
  slash_commands:
    - { command: /butler, description: Ask the butler, usage_hint: '[what]', should_escape: true }
    - { command: /plain, description: Nothing is turned into mentions, should_escape: false }
  shortcuts:
    - { name: Ring the bell, callback_id: ring, description: Rings, type: global }
oauth_config:
  scopes:
    bot: [commands, 'chat:write', 'im:write', 'users:read', 'usergroups:read', 'channels:read',
      'channels:history', 'files:write', 'im:history']
settings:
  event_subscriptions:
    bot_events: [app_home_opened, app_mention, message.im, user_change, subteam_members_changed, app_uninstalled]
  interactivity: { is_enabled: true }
  socket_mode_enabled: true
`

const ACME: WorkspaceSeed = {
  team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
  users: [
    { id: 'U0ANA', name: 'ana', realName: 'Ana Ito', email: 'ana@acme.test', tz: 'Asia/Tokyo' },
    { id: 'U0BEN', name: 'ben', realName: 'Ben Okoro', email: 'ben@acme.test' },
    { id: 'U0GONE', name: 'gone', deleted: true, email: 'gone@acme.test' },
    { id: 'U0GUEST', name: 'guest', guest: true },
    { id: 'U0STRANGER', name: 'stranger', stranger: true },
  ],
  groups: [{ id: 'S0OPS', handle: 'ops', members: ['U0BEN'] }],
  channels: [
    { id: 'C0TOWN', name: 'town', bot: true },
    { id: 'C0EMPTY', name: 'empty' },
    { id: 'C0OLD', name: 'old', archived: true, bot: true },
    { id: 'G0SECRET', name: 'secret', private: true, members: ['U0ANA'] },
  ],
}

export function startAcme(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({ manifest: MANIFEST, workspace: ACME, pace: 'off', ...options })
}

/** The real Bolt over the simulator's sockets. */
function boltFor(simulator: Simulator): App {
  return new App({
    token: simulator.botToken,
    appToken: simulator.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    convoStore: false,
    clientOptions: { slackApiUrl: simulator.apiUrl, retryConfig: { retries: 0 }, timeout: 5000 },
  })
}

export type Running = AsyncDisposable & { readonly simulator: Simulator; readonly app: App }

/** A workspace and a bot that is connected to it. */
export async function runBot(
  listen: (app: App) => void,
  options: Partial<SimulatorOptions> = {},
): Promise<Running> {
  const simulator = await startAcme(options)
  const app = boltFor(simulator)
  listen(app)
  await app.start()
  return {
    simulator,
    app,
    async [Symbol.asyncDispose]() {
      await app.stop()
      await simulator.stop()
    },
  }
}
