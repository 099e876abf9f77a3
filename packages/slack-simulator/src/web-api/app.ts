import { inspectBlocks, inspectView } from '../block-rules/inspect.ts'
import type { Issue } from '../block-rules/rule.ts'
import { isObject, type Json } from '../json.ts'
import { invalid, SlackError } from '../slack-error.ts'
import type { Args, Method } from './method.ts'

/** auth.test, api.test, apps.connections.open and blocks.validate */

function subject(args: Args): { kind: 'blocks' | 'message' | 'view'; value: unknown } {
  const kinds = (['blocks', 'message', 'view'] as const).filter((kind) => args.all[kind] !== undefined)
  const kind = kinds[0]
  if (kinds.length !== 1 || !kind) {
    const message = 'must provide exactly one of `blocks`, `view`, or `message`'
    throw invalid('invalid_arguments', [message])
  }
  return { kind, value: args.json(kind, 'invalid_arguments') }
}

function issuesIn(kind: 'blocks' | 'message' | 'view', value: unknown): Issue[] {
  if (kind === 'blocks') return inspectBlocks(value, 'message', '')
  if (kind === 'message') return inspectBlocks(isObject(value) ? (value.blocks ?? []) : value, 'message')
  const home = isObject(value) && value.type === 'home'
  return inspectView(value, home ? 'home' : 'modal', '')
}

export const appMethods: Record<string, Method> = {
  'api.test': {
    token: 'none',
    tier: 'tier4',
    run: (args) => {
      const error = args.text('error')
      if (error !== undefined) throw new SlackError(error, { args: args.all })
      return { args: args.all }
    },
  },
  'auth.test': {
    token: 'bot',
    tier: 'special',
    run: (_args, { workspace }) => {
      const bot = workspace.people.get(workspace.app.botUserId)
      return {
        url: `https://${workspace.team.domain}.slack.com/`,
        team: workspace.team.name,
        user: bot?.name,
        team_id: workspace.team.id,
        user_id: workspace.app.botUserId,
        bot_id: workspace.app.botId,
        is_enterprise_install: false,
      }
    },
  },
  'apps.connections.open': {
    token: 'app',
    tier: 'tier1',
    run: (_args, platform) => {
      const host = new URL(platform.origin()).host
      const query = `ticket=${platform.tickets.issue()}&app_id=${platform.workspace.app.appId}`
      return { url: `ws://${host}/link/?${query}` }
    },
  },
  'blocks.validate': {
    token: 'none',
    tier: 'tier3',
    run: (args) => {
      const { kind, value } = subject(args)
      const issues = issuesIn(kind, value)
      if (issues.length === 0) return {}
      throw new SlackError(`invalid_${kind}`, { errors: issues as unknown as Json[] })
    },
  },
}
