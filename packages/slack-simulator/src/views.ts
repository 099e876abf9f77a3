import { blocksIn } from './block-rules/elements-in.ts'
import { identified, initialValues, keptValues } from './input-values.ts'
import type { Json } from './json.ts'
import type { Block, View } from './view.ts'
import type { Values, Workspace } from './workspace.ts'

/** Slack shows at most three modals on top of one another. */
export const DEEPEST_STACK = 3

export type OpenView = {
  readonly id: string
  readonly userId: string
  readonly type: 'modal' | 'home'
  readonly previousId: string | null
  readonly rootId: string
  body: Json
  blocks: Block[]
  hash: string
  values: Values
  errors: Record<string, string>
  busy: boolean
}

/** The modals and Home tabs that are open, and what people have put into them. */
export class Views {
  readonly homes = new Map<string, OpenView>()
  readonly #stacks = new Map<string, OpenView[]>()
  readonly #workspace: Workspace

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  stack(userId: string): readonly OpenView[] {
    return this.#stacks.get(userId) ?? []
  }

  find(viewId: string): OpenView | undefined {
    const open = [...this.#stacks.values()].flat()
    return [...open, ...this.homes.values()].find((view) => view.id === viewId)
  }

  findExternal(externalId: string): OpenView | undefined {
    const open = [...this.#stacks.values()].flat()
    return [...open, ...this.homes.values()].find((view) => view.body.external_id === externalId)
  }

  /** On top of what the person has open; `fresh` begins a new stack, as a command does. */
  open(userId: string, body: Json, fresh: boolean): OpenView {
    const below = fresh ? [] : this.stack(userId)
    const view = this.#create(userId, 'modal', body, below)
    this.#stacks.set(userId, [...below, view])
    this.#workspace.touch()
    return view
  }

  publish(userId: string, body: Json): OpenView {
    const present = this.homes.get(userId)
    if (present) {
      this.replace(present, body)
      return present
    }
    const view = this.#create(userId, 'home', body, [])
    this.homes.set(userId, view)
    this.#workspace.touch()
    return view
  }

  #create(userId: string, type: OpenView['type'], body: Json, below: readonly OpenView[]): OpenView {
    const id = this.#workspace.ids.next('V')
    const blocks = identified(body.blocks as Block[], this.#workspace.ids)
    return {
      id,
      userId,
      type,
      previousId: below.at(-1)?.id ?? null,
      rootId: below[0]?.id ?? id,
      body,
      blocks,
      hash: this.#hash(),
      values: initialValues(blocks),
      errors: {},
      busy: false,
    }
  }

  /** What a person has typed stays where block_id, action_id and type are still the same. */
  replace(view: OpenView, body: Json): void {
    view.body = body
    view.blocks = identified(body.blocks as Block[], this.#workspace.ids)
    view.values = keptValues(view.blocks, view.values)
    view.hash = this.#hash()
    view.errors = {}
    this.#workspace.touch()
  }

  /** Takes the view and everything on top of it away; answers what was taken. */
  close(view: OpenView): OpenView[] {
    const stack = this.stack(view.userId)
    const at = stack.indexOf(view)
    if (at < 0) return []
    this.#stacks.set(view.userId, stack.slice(0, at))
    this.#workspace.touch()
    return stack.slice(at)
  }

  clear(userId: string): OpenView[] {
    const closed = [...this.stack(userId)]
    this.#stacks.delete(userId)
    this.#workspace.touch()
    return closed
  }

  #hash(): string {
    const count = this.#workspace.ids.count('hash')
    return `${this.#workspace.seconds()}.${String(count).padStart(8, '0')}`
  }
}

/** As `views.open` answers it and as interactions carry it. */
export function viewOnWire(view: OpenView, workspace: Workspace): Json {
  const { body } = view
  const modal = view.type === 'modal'
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: body.private_metadata ?? '',
    callback_id: body.callback_id ?? '',
    state: { values: view.values },
    hash: view.hash,
    title: body.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: body.clear_on_close ?? false,
    notify_on_close: body.notify_on_close ?? false,
    close: modal ? (body.close ?? null) : null,
    submit: modal ? (body.submit ?? null) : null,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: workspace.app.appId,
    external_id: body.external_id ?? '',
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
  }
}

export function viewForPerson(view: OpenView): View {
  const { body } = view
  const words = (value: unknown) => value as { text: string } | undefined
  const title = words(body.title)
  return {
    id: view.id,
    type: view.type,
    callback_id: String(body.callback_id ?? ''),
    ...(title ? { title } : {}),
    submit: words(body.submit) ?? null,
    close: words(body.close) ?? null,
    blocks: view.blocks,
    hash: view.hash,
    private_metadata: String(body.private_metadata ?? ''),
    state: { values: structuredClone(view.values) },
    errors: { ...view.errors },
    busy: view.busy,
  }
}

/** The block_ids under which a submission may report errors. */
export function inputBlockIds(blocks: readonly Block[]): Set<string> {
  return new Set(
    blocksIn(blocks).flatMap(({ block }) =>
      block.type === 'input' && block.block_id !== undefined ? [block.block_id] : [],
    ),
  )
}
