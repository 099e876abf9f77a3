import type { Json } from '../json.ts'
import type { Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { Group, Person } from '../workspace.ts'
import { type Method, paged } from './method.ts'

/** users.* and usergroups.* */

export function personOnWire(person: Person, platform: Platform): Json {
  const email = platform.manifest.scopes.has('users:read.email') ? person.email : undefined
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    deleted: person.deleted,
    real_name: person.realName,
    tz: person.tz,
    tz_label: person.tz,
    tz_offset: offsetOf(person.tz, platform.workspace.clock.now()),
    profile: {
      real_name: person.realName,
      display_name: person.name,
      real_name_normalized: person.realName,
      display_name_normalized: person.name,
      ...(email === undefined ? {} : { email }),
      team: person.teamId,
    },
    is_admin: person.admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.guest,
    is_ultra_restricted: false,
    is_bot: person.bot,
    is_app_user: false,
    ...(person.stranger ? { is_stranger: true } : {}),
    updated: person.updated,
  }
}

const offsetOf = (tz: string, now: number): number =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(tz).offsetNanoseconds / 1e9

export function groupOnWire(group: Group, platform: Platform, withUsers: boolean): Json {
  return {
    id: group.id,
    team_id: platform.workspace.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.handle,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 0,
    date_update: group.updated,
    date_delete: group.disabled,
    user_count: group.members.length,
    ...(withUsers ? { users: [...group.members] } : {}),
  }
}

export const peopleMethods: Record<string, Method> = {
  'users.info': {
    token: 'bot',
    scope: 'users:read',
    tier: 'tier4',
    run: (args, platform) => {
      const person = platform.workspace.people.get(args.required('user'))
      if (!person) throw new SlackError('user_not_found')
      return { user: personOnWire(person, platform) }
    },
  },
  'users.list': {
    token: 'bot',
    scope: 'users:read',
    tier: 'tier2',
    run: (args, platform) => {
      const known = [...platform.workspace.people.values()].filter((person) => !person.stranger)
      const { page, response_metadata } = paged(known, args, 1000)
      return { members: page.map((person) => personOnWire(person, platform)), response_metadata }
    },
  },
  'users.getPresence': {
    token: 'bot',
    scope: 'users:read',
    tier: 'tier3',
    run: (args, platform) => {
      const person = platform.workspace.people.get(args.required('user'))
      if (!person || person.stranger) throw new SlackError('user_not_found')
      // Slack says no more than this about anybody but oneself.
      return { presence: person.deleted || person.away ? 'away' : 'active' }
    },
  },
  'users.lookupByEmail': {
    token: 'bot',
    scope: 'users:read.email',
    tier: 'tier3',
    run: (args, platform) => {
      const email = args.required('email').toLowerCase()
      const person = [...platform.workspace.people.values()].find((one) => one.email?.toLowerCase() === email)
      if (!person || person.deleted) throw new SlackError('users_not_found')
      return { user: personOnWire(person, platform) }
    },
  },
  'usergroups.list': {
    token: 'bot',
    scope: 'usergroups:read',
    tier: 'tier2',
    run: (args, platform) => ({
      usergroups: [...platform.workspace.groups.values()]
        .filter((group) => group.disabled === 0 || args.flag('include_disabled'))
        .map((group) => groupOnWire(group, platform, args.flag('include_users'))),
    }),
  },
  'usergroups.users.list': {
    token: 'bot',
    scope: 'usergroups:read',
    tier: 'tier2',
    run: (args, platform) => {
      const group = platform.workspace.groups.get(args.required('usergroup'))
      if (!group || (group.disabled > 0 && !args.flag('include_disabled')))
        throw new SlackError('no_such_subteam')
      return { users: [...group.members] }
    },
  },
}
