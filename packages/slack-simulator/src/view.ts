/**
 * What one person sees of the simulated workspace, and what that person can do in it.
 *
 * The page and the tests use the same two shapes: a {@link PersonView} to look at and an {@link Act} to
 * perform. Blocks and views are exactly what the app sent, so nothing here knows what the app is for.
 */

/** A Block Kit block as it came over the wire. */
export type Block = { readonly type: string; readonly block_id?: string; readonly [key: string]: unknown }

/** A modal or Home view as Slack would return it from `views.open`. */
export type View = {
  readonly id: string
  readonly type: 'modal' | 'home'
  readonly callback_id: string
  readonly title?: { readonly text: string }
  readonly submit?: { readonly text: string } | null
  readonly close?: { readonly text: string } | null
  readonly blocks: readonly Block[]
  readonly hash: string
  readonly private_metadata: string
  /** What the person has put in so far, by block_id and action_id, in Slack's own `state.values` shape. */
  readonly state: { readonly values: Record<string, Record<string, unknown>> }
  /** Errors of the last submission, by block_id (Slack shows them under the input). */
  readonly errors: Record<string, string>
  /** True while a submission waits for its acknowledgement. */
  readonly busy: boolean
}

/** What was uploaded into a message; `GET /sim/file?as=U1&id=F1` has its bytes. */
export type SeenFile = {
  readonly id: string
  readonly name: string
  readonly title: string
  /** Bytes. */
  readonly size: number
}

/** Blocks with a coloured bar beside them, below the message's own. */
export type SeenAttachment = {
  /** Six hexadecimal digits. */
  readonly color: string
  readonly blocks: readonly Block[]
}

export type SeenMessage = {
  readonly ts: string
  readonly thread_ts?: string
  /** Who speaks: a person's id, or the bot's user id. */
  readonly user: string
  readonly isBot: boolean
  /** The notification text, as Slack would show it without blocks. */
  readonly text: string
  readonly blocks: readonly Block[]
  readonly attachments?: readonly SeenAttachment[]
  /** Seen by this person alone. */
  readonly ephemeral: boolean
  readonly edited: boolean
  readonly files: readonly SeenFile[]
  readonly replies: readonly SeenMessage[]
}

export type SeenChannel = {
  readonly id: string
  readonly name: string
  readonly kind: 'channel' | 'private' | 'im'
  /** For a direct message: the other side. */
  readonly with?: string
  /** Messages that came since this person last looked (see the act `read`). */
  readonly unread: number
  /** Oldest first; replies are inside their parent. */
  readonly messages: readonly SeenMessage[]
}

export type SeenPerson = {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly deleted: boolean
  readonly isBot: boolean
  readonly isGuest: boolean
  readonly timezone: string
}

export type PersonView = {
  /** Grows by one with every change anywhere; use it with `GET /sim/state?as=U1&after=41` to wait for the next. */
  readonly version: number
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly me: SeenPerson
  readonly people: readonly SeenPerson[]
  readonly groups: readonly {
    readonly id: string
    readonly handle: string
    readonly members: readonly string[]
  }[]
  readonly bot: {
    readonly userId: string
    readonly appId: string
    readonly name: string
    readonly connected: boolean
  }
  readonly commands: readonly {
    readonly command: string
    readonly description: string
    readonly usage_hint: string
  }[]
  readonly shortcuts: readonly {
    readonly callback_id: string
    readonly name: string
    readonly description: string
  }[]
  readonly channels: readonly SeenChannel[]
  /** The app's Home tab for this person, null until the app published one. */
  readonly home: View | null
  /** Open modals, the last is on top. */
  readonly modals: readonly View[]
  /** What Slack itself tells this person, newest last ("/hello failed because the app did not respond"). */
  readonly notices: readonly { readonly at: number; readonly text: string }[]
}

/** One thing a person does. Ids are Slack's; where a `where` is asked, it names the message or view acted on. */
export type Act =
  | { readonly kind: 'command'; readonly channel: string; readonly text: string }
  | { readonly kind: 'say'; readonly channel: string; readonly text: string; readonly thread_ts?: string }
  | {
      readonly kind: 'press'
      readonly where: Place
      readonly block_id: string
      readonly action_id: string
      /** For selects, overflow menus, pickers, radio buttons and checkboxes: what was chosen, in Slack's shape
       * (`{selected_option}`, `{selected_user}`, `{selected_date}` …). Absent for a button. */
      readonly chosen?: Record<string, unknown>
    }
  | {
      /** Puts a value into an input of a view or message without pressing anything. */
      readonly kind: 'fill'
      readonly where: Place
      readonly block_id: string
      readonly action_id: string
      /** In Slack's `state.values` shape without `type`: `{value}`, `{selected_option}`, `{selected_users}` … */
      readonly value: Record<string, unknown>
    }
  | { readonly kind: 'submit'; readonly view_id: string }
  | { readonly kind: 'close'; readonly view_id: string }
  | { readonly kind: 'open-home' }
  | { readonly kind: 'shortcut'; readonly callback_id: string }
  | { readonly kind: 'read'; readonly channel: string }

export type Place =
  | { readonly kind: 'message'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'view'; readonly view_id: string }

/** The answer to an act: what Slack itself would show at once. */
export type ActResult =
  | { readonly ok: true; readonly ts?: string }
  | { readonly ok: false; readonly error: string; readonly errors?: Record<string, string> }

/** The answer of an external select while the person types. */
export type Suggestions = {
  readonly options: readonly { readonly text: { readonly text: string }; readonly value: string }[]
}
