import type { Ack } from './deliver.ts'
import type { Fault } from './faults.ts'
import type { Violation } from './hazards.ts'
import type { HttpDelivery, RawAnswer, RawRequest } from './http-delivery.ts'
import type { Json } from './json.ts'
import { eventEnvelope } from './payloads.ts'
import type { Platform } from './platform.ts'
import type { CallRecord, DeliveryRecord, WireRecord } from './record.ts'
import type { DisconnectReason, SocketMode } from './socket-mode.ts'
import { groupOnWire, personOnWire } from './web-api/people.ts'
import type { Channel, Group, Person } from './workspace.ts'

/** What a test can do to the workspace and to the wire, in addition to what people do. */
export type Control = {
  /** Changes who is in a user group; the app gets the subteam events it subscribed to. */
  setGroupMembers(groupId: string, members: readonly string[]): Promise<void>
  /** Disables a user group, as the admin's page does, or enables it again; the app gets `subteam_updated`. */
  disableGroup(groupId: string): Promise<void>
  enableGroup(groupId: string): Promise<void>
  /** Ends a person's membership; the app gets `user_change`. */
  deactivate(userId: string): Promise<void>
  reactivate(userId: string): Promise<void>
  /** Whether this person is at the keyboard. At first everybody is `active`. */
  setPresence(userId: string, presence: 'active' | 'away'): void
  /** Puts the bot into a channel, as `/invite` does, or takes it out. */
  inviteBot(channel: string): void
  removeBot(channel: string): void
  archive(channel: string): void
  /** Removes the app from the workspace: tokens die, and it gets `tokens_revoked` and `app_uninstalled`. */
  uninstall(): Promise<void>
  /** Any other event, wrapped in an envelope. Resolves after the first attempt; undefined when not subscribed. */
  deliverEvent(event: Json & { readonly type: string }): Promise<Ack | undefined>
  /** Makes the next calls of a method (or of any, with `*`) go wrong. */
  failNext(method: string, fault: Fault, times?: number): void
  /** From now on messages with blocks of these kinds are refused with `invalid_blocks`; no kinds ends that. */
  refuseBlocks(...types: readonly string[]): void
  /** The Web API answers 503, or refuses every connection, until `up`. */
  down(how?: 'unavailable' | 'refused'): void
  up(): void
  /** Says goodbye to every socket. */
  disconnectSockets(reason: DisconnectReason): void
  /** Cuts every socket without a word. */
  cutSockets(): void
  violations(): readonly Violation[]
  calls(method?: string): readonly CallRecord[]
  deliveries(type?: DeliveryRecord['type']): readonly DeliveryRecord[]
  /** Resolves with the first entry like this, past or future; throws after `within` milliseconds (default 10,000). */
  until(wanted: (entry: WireRecord) => boolean, within?: number): Promise<WireRecord>
  now(): number
  /** Moves Slack's clock on: triggers and response_urls grow old, rate limits recover. */
  advance(milliseconds: number): void
  /** Sends a request to the app's URL as a forger would. HTTP delivery only, like the two below. */
  deliverRaw(raw: RawRequest): Promise<RawAnswer>
  lastDelivery(): RawRequest | undefined
  /** Does what Slack does when an operator saves the request URL; answers whether it was accepted. */
  verifyUrl(): Promise<boolean>
}

export function controlOf(platform: Platform, transport: SocketMode | HttpDelivery): Control {
  return {
    setGroupMembers: (groupId, members) => setGroupMembers(platform, groupId, members),
    disableGroup: (groupId) => setDisabled(platform, groupId, true),
    enableGroup: (groupId) => setDisabled(platform, groupId, false),
    deactivate: (userId) => setDeleted(platform, userId, true),
    reactivate: (userId) => setDeleted(platform, userId, false),
    setPresence: (userId, presence) =>
      personIn(platform, userId, (person) => {
        person.away = presence === 'away'
      }),
    inviteBot: (channel) =>
      changeChannel(platform, channel, ({ members }) => members.add(platform.workspace.app.botUserId)),
    removeBot: (channel) =>
      changeChannel(platform, channel, ({ members }) => members.delete(platform.workspace.app.botUserId)),
    archive: (channel) =>
      changeChannel(platform, channel, (found) => {
        found.archived = true
      }),
    uninstall: () => uninstall(platform),
    deliverEvent: (event) => deliverEvent(platform, event),
    failNext: (method, fault, times = 1) => platform.faults.plan(method, fault, times),
    refuseBlocks: (...types) => {
      platform.faults.refusedBlocks.clear()
      for (const type of types) platform.faults.refusedBlocks.add(type)
    },
    down: (how = 'unavailable') => {
      platform.faults.down = how
    },
    up: () => {
      platform.faults.down = undefined
    },
    disconnectSockets: (reason) => sockets(transport).disconnect(reason),
    cutSockets: () => sockets(transport).cut(),
    violations: () => [...platform.violations],
    calls: (method) =>
      platform.wire.entries
        .filter((entry) => entry.kind === 'call')
        .filter((entry) => method === undefined || entry.method === method),
    deliveries: (type) =>
      platform.wire.entries
        .filter((entry) => entry.kind === 'delivery')
        .filter((entry) => type === undefined || entry.type === type),
    until: (wanted, within = 10_000) => platform.wire.until(wanted, within),
    now: () => platform.workspace.clock.now(),
    advance: (milliseconds) => platform.workspace.clock.advance(milliseconds),
    deliverRaw: (raw) => overHttp(transport).deliver(raw),
    lastDelivery: () => overHttp(transport).last(),
    verifyUrl: () => verifyUrl(platform, overHttp(transport)),
  }
}

function sockets(transport: SocketMode | HttpDelivery): SocketMode {
  if (transport.kind !== 'socket') throw new Error('this simulator delivers over HTTP: there are no sockets')
  return transport
}

function overHttp(transport: SocketMode | HttpDelivery): HttpDelivery {
  if (transport.kind !== 'http')
    throw new Error('this simulator delivers over sockets: there are no requests')
  return transport
}

function deliverEvent(platform: Platform, event: Json & { readonly type: string }): Promise<Ack | undefined> {
  return platform.delivery.event(event.type, () =>
    eventEnvelope(platform, { ...event, event_ts: platform.workspace.clock.ts() }),
  )
}

async function setGroupMembers(
  platform: Platform,
  groupId: string,
  members: readonly string[],
): Promise<void> {
  const group = groupIn(platform, groupId)
  const before = group.members
  const previous = group.updated
  group.members = [...members]
  group.updated = platform.workspace.seconds()
  platform.workspace.touch()
  await Promise.all([
    deliverEvent(platform, membersChanged(platform, group, before, previous)),
    deliverEvent(platform, groupUpdated(platform, group)),
  ])
}

/** Slack leaves `subteam_members_changed` out here: nobody left the group. */
async function setDisabled(platform: Platform, groupId: string, disabled: boolean): Promise<void> {
  const group = groupIn(platform, groupId)
  group.updated = platform.workspace.seconds()
  group.disabled = disabled ? group.updated : 0
  platform.workspace.touch()
  await deliverEvent(platform, groupUpdated(platform, group))
}

/** Slack sends at most 500 of its members; `user_count` is the true number. */
function groupUpdated(platform: Platform, group: Group) {
  const subteam = groupOnWire({ ...group, members: group.members.slice(0, 500) }, platform, true)
  return { type: 'subteam_updated', subteam: { ...subteam, user_count: group.members.length } }
}

function groupIn(platform: Platform, groupId: string): Group {
  const group = platform.workspace.groups.get(groupId)
  if (!group) throw new Error(`there is no user group ${groupId}`)
  return group
}

function membersChanged(platform: Platform, group: Group, before: readonly string[], previous: number) {
  const added = group.members.filter((member) => !before.includes(member))
  const removed = before.filter((member) => !group.members.includes(member))
  return {
    type: 'subteam_members_changed',
    subteam_id: group.id,
    team_id: platform.workspace.team.id,
    date_previous_update: previous,
    date_update: group.updated,
    added_users: added,
    added_users_count: added.length,
    removed_users: removed,
    removed_users_count: removed.length,
  }
}

function personIn(platform: Platform, userId: string, change: (person: Person) => void): void {
  const person = platform.workspace.people.get(userId)
  if (!person) throw new Error(`nobody has the id ${userId}`)
  change(person)
  platform.workspace.touch()
}

async function setDeleted(platform: Platform, userId: string, deleted: boolean): Promise<void> {
  const person: Person | undefined = platform.workspace.people.get(userId)
  if (!person) throw new Error(`nobody has the id ${userId}`)
  person.deleted = deleted
  person.updated = platform.workspace.seconds()
  platform.workspace.touch()
  await deliverEvent(platform, {
    type: 'user_change',
    user: personOnWire(person, platform),
    cache_ts: person.updated,
  })
}

function changeChannel(platform: Platform, idOrName: string, change: (channel: Channel) => void): void {
  const channel = platform.workspace.channel(idOrName)
  if (!channel) throw new Error(`there is no channel ${idOrName}`)
  change(channel)
  platform.workspace.touch()
}

async function uninstall(platform: Platform): Promise<void> {
  platform.uninstalled = true
  platform.workspace.touch()
  await Promise.all([
    deliverEvent(platform, {
      type: 'tokens_revoked',
      tokens: { oauth: [], bot: [platform.workspace.app.botUserId] },
    }),
    deliverEvent(platform, { type: 'app_uninstalled' }),
  ])
}

async function verifyUrl(platform: Platform, http: HttpDelivery): Promise<boolean> {
  const challenge = `challenge-${platform.workspace.ids.count('challenge')}`
  const token = platform.tokens.verification
  const answer = await http.deliver({ body: JSON.stringify({ type: 'url_verification', token, challenge }) })
  if (answer.status !== 200) return false
  return answer.body === challenge || answer.body === JSON.stringify({ challenge })
}
