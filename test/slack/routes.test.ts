/** What Slack is told about (the manifest), what crosses the wire (the ids) and what is handled are the same. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { AppsManifestCreateArguments } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PRESSES } from '../../src/slack/buttons.ts'
import { SUGGESTIONS } from '../../src/slack/forms/ask.ts'
import { ACTION, COMMAND, EVENT, SHORTCUT, VIEW } from '../../src/slack/platform/ids.ts'
import { COMMANDS, SHORTCUTS } from '../../src/slack/platform/routes.ts'
import { SUBMITS } from '../../src/slack/submits.ts'

const root = path.join(import.meta.dirname, '../..')
const manifest = parse(readFileSync(path.join(root, 'manifest.yml'), 'utf8'))
const sources = readdirSync(path.join(root, 'src/slack'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, 'src/slack', file), 'utf8') }))

const sorted = (ids: Iterable<string>) => [...ids].sort()

describe('the routes', () => {
  it('handle every id and no other', () => {
    expect(sorted(PRESSES.keys())).toEqual(sorted(Object.values(ACTION)))
    expect(sorted(SHORTCUTS.keys())).toEqual(sorted(Object.values(SHORTCUT)))
    expect([...COMMANDS.keys()]).toEqual([COMMAND])
    expect(sorted([...SUBMITS.keys(), VIEW.credential])).toEqual(sorted(Object.values(VIEW)))
    expect(sorted(SUGGESTIONS.keys())).toEqual(
      sorted([ACTION.pick_target, ACTION.pick_role, ACTION.pick_access]),
    )
  })

  it('are the only place that gives handlers to Bolt', () => {
    const givers = sources.filter(({ text }) =>
      /\bapp\.(command|action|view|options|event|shortcut|message|use)\b/.test(text),
    )
    expect(givers.map(({ file }) => file)).toEqual(['platform/routes.ts'])
  })

  it('listen to every event by its id', () => {
    const text = sources.find(({ file }) => file === 'platform/routes.ts')?.text ?? ''
    expect(sorted([...text.matchAll(/app\.event\(EVENT\.(\w+)/g)].map((match) => match[1] ?? ''))).toEqual(
      sorted(Object.keys(EVENT)),
    )
  })

  it('use ids from one place', () => {
    const ids = [...Object.values(ACTION), ...Object.values(VIEW), ...Object.values(SHORTCUT)].filter((id) =>
      id.includes('_'),
    )
    const spelled = sources.filter(
      ({ file, text }) => file !== 'platform/ids.ts' && ids.some((id) => text.includes(`'${id}'`)),
    )
    expect(spelled.map(({ file }) => file)).toEqual([])
  })
})

describe('the manifest', () => {
  it('offers what is handled', () => {
    expect(manifest.features.slash_commands.map((one: { command: string }) => one.command)).toEqual([COMMAND])
    expect(manifest.features.shortcuts.map((one: { callback_id: string }) => one.callback_id)).toEqual(
      Object.values(SHORTCUT),
    )
    expect(sorted(manifest.settings.event_subscriptions.bot_events)).toEqual(sorted(Object.values(EVENT)))
    expect(manifest.features.slash_commands[0].should_escape).toBe(true)
    expect(manifest.features.app_home.home_tab_enabled).toBe(true)
    expect(manifest.settings.interactivity.is_enabled).toBe(true)
  })

  it('asks for exactly the rights that are used', () => {
    const wanted: Record<string, RegExp> = {
      commands: /app\.command\(/,
      'chat:write': /\.chat\.(postMessage|update|postEphemeral)\(/,
      'users:read': /\.users\.info\(/,
      'users:read.email': /profile\?\.email/,
      'usergroups:read': /\.usergroups\.users\.list\(/,
      'files:write': /\.filesUploadV2\(/,
    }
    expect(sorted(manifest.oauth_config.scopes.bot)).toEqual(sorted(Object.keys(wanted)))
    const all = sources.map(({ text }) => text).join('\n')
    for (const [scope, use] of Object.entries(wanted)) expect(use.test(all), scope).toBe(true)
    const called = new Set(
      [...all.matchAll(/client\.([a-z]+(?:\.[a-zA-Z]+)+)\(/g)].map((match) => match[1] ?? ''),
    )
    const known = [
      'auth.test',
      'chat.postMessage',
      'chat.getPermalink',
      'chat.update',
      'users.info',
      'users.getPresence',
      'usergroups.users.list',
      'views.open',
      'views.update',
      'views.publish',
    ]
    expect([...called].filter((method) => !known.includes(method))).toEqual([])
  })

  it('has only scopes that exist, and stays within the lengths that Slack allows', () => {
    type Scope = NonNullable<
      NonNullable<NonNullable<AppsManifestCreateArguments['manifest']['oauth_config']>['scopes']>['bot']
    >[number]
    const exist = [
      'commands',
      'chat:write',
      'users:read',
      'users:read.email',
      'usergroups:read',
      'files:write',
    ] satisfies Scope[]
    expect(sorted(manifest.oauth_config.scopes.bot)).toEqual(sorted(exist))
    const { display_information: shown, features } = manifest
    expect(shown.name.length).toBeLessThanOrEqual(35)
    expect(shown.description.length).toBeLessThanOrEqual(140)
    expect(shown.long_description.length).toBeGreaterThanOrEqual(175)
    expect(features.shortcuts[0].name.length).toBeLessThanOrEqual(24)
    expect(features.slash_commands[0].usage_hint.length).toBeLessThanOrEqual(1000)
  })

  it('names no address: over a socket Slack needs none', () => {
    expect(manifest.settings.socket_mode_enabled).toBe(true)
    expect(JSON.stringify(manifest)).not.toContain('http')
  })
})
