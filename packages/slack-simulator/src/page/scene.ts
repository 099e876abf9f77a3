import type { PersonView, Place, View } from '../view.ts'

/** What one browser tab is looking at. It is the page's own business; Slack knows nothing of it. */
export type Looking = {
  /** A channel's id, or `home` for the app's Home tab. */
  readonly open: string
  /** The first message of the thread in the right pane. */
  readonly thread: string | null
  /** Values put into inputs of messages, by place, in `state.values` shape. */
  readonly values: Readonly<Record<string, View['state']['values']>>
  /** Errors that Slack itself found on submitting, by view and block_id. */
  readonly errors: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** How data tables are turned: page and sorting, by table. */
  readonly tables: Readonly<Record<string, TableTurn>>
}

export type TableTurn = { readonly page: number; readonly column: number | null; readonly down: boolean }

/** The parts of the page as HTML. All text in them is escaped, whatever the app sent. */
export type Rendering = {
  readonly sidebar: string
  readonly head: string
  readonly body: string
  readonly thread: string
  readonly modal: string
}

/** Everything a part of the page may look at while it is drawn. */
export type Scene = {
  readonly view: PersonView
  readonly looking: Looking
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A message or view whose blocks are drawn. */
export type Spot = {
  readonly scene: Scene
  readonly place: Place
  /** Tells the two drawings of one message apart (channel and thread pane). */
  readonly pane: string
  readonly values: View['state']['values']
  readonly errors: Readonly<Record<string, string>>
}

export const nothingYet: Looking = { open: '', thread: null, values: {}, errors: {}, tables: {} }

/** The place as one word, the value of `data-place`. */
export function placeKey(place: Place): string {
  return place.kind === 'view' ? `view:${place.view_id}` : `message:${place.channel}:${place.ts}`
}

/** An id for an element of the page that stays the same as long as the thing does. */
export function idOf(spot: Spot, ...rest: readonly string[]): string {
  return [spot.pane, placeKey(spot.place), ...rest].join('-').replaceAll(/[^A-Za-z0-9_-]/g, '_')
}

export function nameOf(scene: Scene, id: string): string {
  if (id === scene.view.bot.userId) return scene.view.bot.name
  const person = scene.view.people.find((one) => one.id === id)
  return person ? person.realName || person.name : id
}

export function channelTitle(scene: Scene, id: string): string {
  const channel = scene.view.channels.find((one) => one.id === id)
  if (!channel) return id
  return channel.kind === 'im' ? nameOf(scene, channel.with ?? '') : channel.name
}

/** The app's side of the direct message with this person, if there is one. */
export function appChannel(scene: Scene) {
  return scene.view.channels.find((one) => one.kind === 'im' && one.with === scene.view.bot.userId)
}
