import type { Attachment } from './attachments.ts'
import type { Clock, Ids } from './clock.ts'
import type { Block } from './view.ts'

/** What a simulated workspace starts with. */
export type WorkspaceSeed = {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly users: readonly UserSeed[]
  readonly groups?: readonly GroupSeed[]
  readonly channels?: readonly ChannelSeed[]
  /** Ids of the app in this workspace, when a test wants to name them. */
  readonly app?: { readonly appId?: string; readonly botId?: string; readonly botUserId?: string }
}

export type UserSeed = {
  readonly id: string
  readonly name: string
  readonly realName?: string
  readonly email?: string
  readonly tz?: string
  readonly guest?: boolean
  readonly bot?: boolean
  readonly deleted?: boolean
  /** Not at the keyboard; everybody is unless it says so. */
  readonly away?: boolean
  /** Somebody of another organisation, met through Slack Connect. */
  readonly stranger?: boolean
  readonly admin?: boolean
}

export type GroupSeed = { readonly id: string; readonly handle: string; readonly members: readonly string[] }

export type ChannelSeed = {
  readonly id: string
  readonly name: string
  readonly private?: boolean
  readonly archived?: boolean
  /** Default: everybody who is not deleted. */
  readonly members?: readonly string[]
  /** Does the app's bot sit in it? Default: no, as in life. */
  readonly bot?: boolean
}

export type Person = Required<Omit<UserSeed, 'email' | 'deleted' | 'away'>> & {
  readonly email: string | undefined
  readonly teamId: string
  deleted: boolean
  away: boolean
  updated: number
}

export type Group = {
  readonly id: string
  readonly handle: string
  members: string[]
  updated: number
  /** Seconds; 0 while it is in use. A disabled group keeps its members and can be enabled again. */
  disabled: number
}

export type Values = Record<string, Record<string, unknown>>

export type Message = {
  readonly ts: string
  readonly thread_ts?: string
  readonly user: string
  readonly fromBot: boolean
  readonly ephemeralTo?: string
  readonly broadcast?: boolean
  text: string
  blocks: Block[]
  attachments?: readonly Attachment[]
  metadata?: unknown
  subtype?: string
  files?: readonly FileOnWire[]
  edited?: { readonly user: string; readonly ts: string }
  /** What each person has put into the message's own inputs. */
  readonly values: Map<string, Values>
}

/** As Slack names an uploaded file in a message. */
export type FileOnWire = {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly size: number
}

export type Channel = {
  readonly id: string
  readonly name: string
  readonly kind: 'channel' | 'private' | 'im'
  readonly with?: string
  readonly created: number
  archived: boolean
  readonly members: Set<string>
  readonly messages: Message[]
  readonly lastRead: Map<string, string>
}

const STRANGER_TEAM = 'T0STRANGER'

/** The people, groups, channels and messages of one workspace, and a version that grows with every change. */
export class Workspace {
  readonly team: WorkspaceSeed['team']
  readonly app: { readonly appId: string; readonly botId: string; readonly botUserId: string }
  readonly people = new Map<string, Person>()
  readonly groups = new Map<string, Group>()
  readonly channels = new Map<string, Channel>()
  readonly clock: Clock
  readonly ids: Ids
  version = 1
  readonly #waiters = new Set<() => void>()

  constructor(seed: WorkspaceSeed, botName: string, clock: Clock, ids: Ids) {
    this.team = seed.team
    this.clock = clock
    this.ids = ids
    this.app = { appId: 'A0SIM', botId: 'B0SIM', botUserId: 'U0BOT', ...seed.app }
    for (const user of seed.users) this.people.set(user.id, this.#person(user))
    const bot = { id: this.app.botUserId, name: botName.toLowerCase(), realName: botName, bot: true }
    this.people.set(bot.id, this.#person(bot))
    for (const group of seed.groups ?? []) {
      this.groups.set(group.id, {
        ...group,
        members: [...group.members],
        updated: this.seconds(),
        disabled: 0,
      })
    }
    for (const channel of seed.channels ?? []) this.channels.set(channel.id, this.#channel(channel))
  }

  #person(seed: UserSeed): Person {
    return {
      id: seed.id,
      name: seed.name,
      realName: seed.realName ?? seed.name,
      email: seed.email,
      tz: seed.tz ?? 'Europe/London',
      guest: seed.guest ?? false,
      bot: seed.bot ?? false,
      deleted: seed.deleted ?? false,
      away: seed.away ?? false,
      stranger: seed.stranger ?? false,
      admin: seed.admin ?? false,
      teamId: seed.stranger ? STRANGER_TEAM : this.team.id,
      updated: this.seconds(),
    }
  }

  #channel(seed: ChannelSeed): Channel {
    const everybody = [...this.people.values()].filter((person) => !person.deleted && !person.bot)
    const members = new Set(seed.members ?? everybody.map((person) => person.id))
    if (seed.bot) members.add(this.app.botUserId)
    return {
      id: seed.id,
      name: seed.name,
      kind: seed.private ? 'private' : 'channel',
      created: this.seconds(),
      archived: seed.archived ?? false,
      members,
      messages: [],
      lastRead: new Map(),
    }
  }

  seconds(): number {
    return Math.floor(this.clock.now() / 1000)
  }

  /** Says that something visible is different, and wakes everybody who waits for that. */
  touch(): void {
    this.version += 1
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const wake of waiters) wake()
  }

  /** Resolves with the version as soon as it is greater than `after`; with the present one on abort. */
  changed(after: number, signal?: AbortSignal): Promise<number> {
    if (this.version > after || signal?.aborted) return Promise.resolve(this.version)
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve(this.version)
      }
      this.#waiters.add(done)
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  /** By id, or by name with or without its `#`. */
  channel(idOrName: string): Channel | undefined {
    const found = this.channels.get(idOrName)
    if (found) return found
    const name = idOrName.replace(/^#/, '')
    return [...this.channels.values()].find((channel) => channel.kind !== 'im' && channel.name === name)
  }

  directMessage(userId: string): Channel | undefined {
    return [...this.channels.values()].find((channel) => channel.kind === 'im' && channel.with === userId)
  }

  openDirectMessage(userId: string): Channel {
    const open = this.directMessage(userId)
    if (open) return open
    const channel: Channel = {
      id: this.ids.next('D'),
      name: 'directmessage',
      kind: 'im',
      with: userId,
      created: this.seconds(),
      archived: false,
      members: new Set([userId, this.app.botUserId]),
      messages: [],
      lastRead: new Map(),
    }
    this.channels.set(channel.id, channel)
    this.touch()
    return channel
  }

  post(channel: Channel, message: Omit<Message, 'ts' | 'values'>): Message {
    const stored: Message = { ...message, ts: this.clock.ts(), values: new Map() }
    channel.messages.push(stored)
    this.touch()
    return stored
  }

  message(channel: Channel, ts: string): Message | undefined {
    return channel.messages.find((message) => message.ts === ts)
  }

  remove(channel: Channel, message: Message): void {
    const at = channel.messages.indexOf(message)
    if (at >= 0) channel.messages.splice(at, 1)
    this.touch()
  }

  replies(channel: Channel, ts: string): Message[] {
    return channel.messages.filter((message) => message.thread_ts === ts && message.ts !== ts)
  }
}
