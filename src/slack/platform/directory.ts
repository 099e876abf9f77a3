/** Who somebody is and who is in a group, by Slack's own answer; and the names to draw with. */

import { setTimeout as sleep } from 'node:timers/promises'
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api'
import { clamp, cleanText } from '../../core/access/reason.ts'
import type { GroupId, Person, PersonId, PersonKind, Presence } from '../../core/people/person.ts'
import { type Directory, DirectoryDown } from '../../core/ports.ts'
import type { Names } from '../blocks/message.ts'
import { PASSING } from './slack-errors.ts'

/** How old an answer for drawing may be. Milliseconds. */
const LATELY = 60_000
const MAX_REMEMBERED = 5_000

export type SlackDirectory = Directory & {
  /** Slack said that something about this person changed. */
  forgetPerson(id: PersonId): void
  forgetGroup(id: GroupId): void
}

export function makeDirectory(parts: {
  readonly client: WebClient
  /** The workspace we serve; without it Slack is asked once. */
  readonly teamId?: string
  /** Milliseconds; only differences count. */
  readonly now?: () => number
}): SlackDirectory {
  const { client, now = () => performance.now() } = parts
  let home = parts.teamId
  const team = async () => {
    home ??= await readTeam(client)
    return home
  }
  const people = makeMemory(async (id) => readPerson(client, id, await team()), now)
  const groups = makeMemory((id) => readGroup(client, id), now)
  return {
    person: people.fresh,
    personLately: people.lately,
    groups: (ids) => readable(ids, groups.fresh),
    presence: (ids) => presenceOf(client, ids),
    groupsLately: (ids) => readable(ids, groups.lately),
    forgetPerson: people.forget,
    forgetGroup: groups.forget,
  }
}

type SlackUser = NonNullable<Awaited<ReturnType<WebClient['users']['info']>>['user']>

async function readTeam(client: WebClient): Promise<string> {
  try {
    const { team_id: team } = await client.auth.test()
    if (team) return team
  } catch (error) {
    throw down('auth.test', 'users:read', error)
  }
  throw new DirectoryDown('Slack did not say which workspace this is.')
}

async function readPerson(client: WebClient, id: PersonId, teamId: string): Promise<Person> {
  try {
    const { user } = await patiently(() => client.users.info({ user: id }))
    return user ? personFrom(id, user, teamId) : stranger(id)
  } catch (error) {
    const code = platformCode(error)
    if (code && UNKNOWN_USER.has(code)) return stranger(id)
    throw down('users.info', 'users:read', error)
  }
}

const UNKNOWN_USER: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible', 'users_not_found'])

/** `users.getPresence` takes about one call a second, and each asks about one person; a burst of a few is fine. */
const PRESENCE_AT_ONCE = 20

async function presenceOf(
  client: WebClient,
  ids: readonly PersonId[],
): Promise<ReadonlyMap<PersonId, Presence>> {
  const known = new Map<PersonId, Presence>()
  const ask = async (id: PersonId) => {
    try {
      const { presence } = await client.users.getPresence({ user: id })
      if (presence === 'active' || presence === 'away') known.set(id, presence)
    } catch {
      // Not knowing it is no reason to answer nothing.
    }
  }
  await Promise.all([...new Set(ids)].slice(0, PRESENCE_AT_ONCE).map(ask))
  return known
}

function stranger(id: PersonId): Person {
  return { id, kind: 'stranger', name: id }
}

export function personFrom(id: PersonId, user: SlackUser, teamId: string): Person {
  // The full name first: a display name is whatever they chose this morning.
  const name = cleanText(user.profile?.real_name || user.real_name || user.profile?.display_name || '')
  const email = user.profile?.email
  const handle = cleanText(user.profile?.display_name || user.name || '').replace(/^@+/, '')
  return {
    id,
    kind: kindOf(id, user, teamId),
    name: clamp(name.replaceAll('\n', ' '), 80) || id,
    ...(handle ? { handle: clamp(handle.replaceAll('\n', ' '), 80) } : {}),
    ...(email ? { email } : {}),
    ...(user.tz ? { timezone: user.tz } : {}),
  }
}

/** `is_stranger` alone is not enough: it is false for people of other workspaces who share a channel with us. */
function kindOf(id: PersonId, user: SlackUser, teamId: string): PersonKind {
  if (user.deleted) return 'deactivated'
  if (user.is_bot || id === 'USLACKBOT') return 'bot'
  const ours = user.team_id === teamId || user.enterprise_user?.teams?.includes(teamId) === true
  if (!ours || ('is_stranger' in user && user.is_stranger === true)) return 'stranger'
  if (user.is_restricted || user.is_ultra_restricted) return 'guest'
  return 'member'
}

/** Undefined when Slack answers that there is no such group, or that it may not be read. */
async function readGroup(client: WebClient, id: GroupId): Promise<readonly PersonId[] | undefined> {
  try {
    const { users } = await patiently(() => client.usergroups.users.list({ usergroup: id }))
    return users ?? []
  } catch (error) {
    const code = platformCode(error)
    if (code && !OUR_TROUBLE.has(code)) return undefined
    throw down('usergroups.users.list', 'usergroups:read', error)
  }
}

async function readable(
  ids: readonly GroupId[],
  read: (id: GroupId) => Promise<readonly PersonId[] | undefined>,
): Promise<ReadonlyMap<GroupId, readonly PersonId[]>> {
  const found = await Promise.all([...new Set(ids)].map(async (id) => [id, await read(id)] as const))
  return new Map(found.flatMap(([id, members]) => (members ? [[id, members] as const] : [])))
}

/** Twenty questions a minute about groups are soon asked in a busy hour. A visit waits so long for its turn. Milliseconds. */
const WORTH_WAITING = 5_000

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  let left = WORTH_WAITING
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const pause = error instanceof WebAPIRateLimitedError ? Math.max(1, error.retryAfter) * 1000 : Infinity
      if (pause > left) throw error
      left -= pause
      await sleep(pause)
    }
  }
}

function platformCode(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined
}

function down(method: string, scope: string, error: unknown): DirectoryDown {
  const code = platformCode(error)
  const what = code ?? (error instanceof Error ? error.message : String(error))
  const advice =
    code === 'missing_scope'
      ? ` Add the scope ${scope} to the app and install it again.`
      : code && BAD_TOKEN.has(code)
        ? ' The bot token is not valid any more: install the app again and set SLACK_BOT_TOKEN.'
        : ''
  return new DirectoryDown(`Slack did not answer ${method}: ${what}.${advice}`, { cause: error })
}

const BAD_TOKEN: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
])

/** Answers that say nothing about the group itself. */
const OUR_TROUBLE: ReadonlySet<string> = new Set([...BAD_TOKEN, ...PASSING, 'missing_scope'])

/** Fresh answers, asked once for callers who ask at the same moment; and late ones, at most a minute old. */
function makeMemory<T>(read: (id: string) => Promise<T>, now: () => number) {
  const known = new Map<string, { readonly value: T; readonly at: number }>()
  const asking = new Map<string, Promise<T>>()

  function fresh(id: string): Promise<T> {
    const under = asking.get(id)
    if (under) return under
    const at = now()
    const answer = read(id)
      .then((value) => {
        // Forgotten meanwhile: those who asked get the answer, and nobody after.
        if (asking.get(id) === answer) remember(id, value, at)
        return value
      })
      .finally(() => {
        if (asking.get(id) === answer) asking.delete(id)
      })
    asking.set(id, answer)
    return answer
  }

  function remember(id: string, value: T, at: number): void {
    known.delete(id)
    known.set(id, { value, at })
    const [oldest] = known.keys()
    if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest)
  }

  async function lately(id: string): Promise<T> {
    const last = known.get(id)
    return last && now() - last.at < LATELY ? last.value : fresh(id)
  }

  function forget(id: string): void {
    known.delete(id)
    asking.delete(id)
  }

  return { fresh, lately, forget }
}

/** Display names for drawing, asked once each. Somebody whom Slack cannot name now is shown by id. */
async function readNames(
  directory: Pick<Directory, 'personLately'>,
  ids: Iterable<PersonId | undefined>,
): Promise<Names> {
  const known = new Map<PersonId, string>()
  const wanted = new Set([...ids].filter((id): id is PersonId => id !== undefined && id !== ''))
  const name = (id: PersonId) =>
    directory.personLately(id).then(
      (person) => person.name,
      () => '',
    )
  await Promise.all([...wanted].map(async (id) => known.set(id, (await name(id)) || id)))
  return (id) => known.get(id) ?? id
}

/**
 * Draws with people's names: once to learn whose names it needs, and again with those. So a message about a
 * thousand people that shows fifteen asks for fifteen.
 */
export async function withNames<T>(
  directory: Pick<Directory, 'personLately'>,
  draw: (names: Names) => T,
): Promise<T> {
  const wanted = new Set<PersonId>()
  draw((id) => {
    wanted.add(id)
    return id
  })
  return draw(await readNames(directory, wanted))
}
