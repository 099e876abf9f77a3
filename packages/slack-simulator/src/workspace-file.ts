import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import type { WorkspaceSeed } from './workspace.ts'

type Fault = { readonly path: readonly PropertyKey[]; readonly text: string }

/** The message of a rule says what would be right; what was found is put before it. */
const text = (right: string) => z.string({ error: right }).min(1, { error: right })
const id = (right: string, pattern: RegExp) => text(right).regex(pattern, { error: right })
const flag = z.boolean({ error: 'true or false' }).exactOptional()
const fields = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => {
  const right = `a map with ${Object.keys(shape).join(', ')}`
  return z.strictObject(shape, { error: right })
}
const list = <Item extends z.ZodType>(item: Item, right: string) => z.array(item, { error: right })

const userId = id('a user id such as U0ADA: U or W, then capital letters and digits', /^[UW][A-Z0-9]+$/)
const userIds = list(userId, 'a list of user ids').exactOptional()
const handle = text('a name in small letters, without spaces').regex(/^[\p{Ll}\p{N}._-]+$/u, {
  error: 'a name in small letters, digits, ".", "_" and "-", without spaces',
})

const schema = fields({
  team: fields({
    id: id('a workspace id such as T0ACME: T, then capital letters and digits', /^T[A-Z0-9]+$/),
    name: text('the name of the workspace'),
    domain: text('the part before .slack.com'),
  }),
  users: list(
    fields({
      id: userId,
      name: handle,
      realName: text('the name as people read it').exactOptional(),
      email: text('an email address').includes('@', { error: 'an email address' }).exactOptional(),
      tz: text('a time zone such as Europe/Berlin')
        .refine(isTimeZone, { error: 'a time zone such as Europe/Berlin' })
        .exactOptional(),
      guest: flag,
      bot: flag,
      deleted: flag,
      away: flag,
      stranger: flag,
      admin: flag,
    }),
    'a list of the people',
  ),
  groups: list(
    fields({
      id: id('a user group id such as S0OPS: S, then capital letters and digits', /^S[A-Z0-9]+$/),
      handle,
      members: list(userId, 'a list of user ids'),
    }),
    'a list of user groups',
  ).exactOptional(),
  channels: list(
    fields({
      id: id('a channel id such as C0TOWN: C or G, then capital letters and digits', /^[CG][A-Z0-9]+$/),
      name: handle,
      private: flag,
      archived: flag,
      members: userIds,
      bot: flag,
    }),
    'a list of channels',
  ).exactOptional(),
  app: fields({
    appId: id('an app id such as A0BUTLER', /^A[A-Z0-9]+$/).exactOptional(),
    botId: id('a bot id such as B0BUTLER', /^B[A-Z0-9]+$/).exactOptional(),
    botUserId: userId.exactOptional(),
  }).exactOptional(),
}) satisfies z.ZodType<WorkspaceSeed>

/**
 * Reads a workspace file: YAML (or JSON) in the shape of `WorkspaceSeed`. Returns every fault, one a line, as
 * `LINE:COLUMN where is what; it must be what would be right`.
 */
export function readWorkspace(
  yaml: string,
): { readonly ok: true; readonly seed: WorkspaceSeed } | { readonly ok: false; readonly faults: string[] } {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${line}:${col}`
  }
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map((one) => `${at(one.pos[0])} is not YAML: ${one.message}`),
    }
  }
  const value: unknown = document.toJS()
  const read = schema.safeParse(value)
  const faults = read.success
    ? contradictions(read.data)
    : read.error.issues.flatMap((issue) => inWords(issue, value))
  if (read.success && faults.length === 0) return { ok: true, seed: read.data }
  return {
    ok: false,
    faults: faults.map((one) => `${at(offsetOf(document.contents, one.path))} ${one.text}`),
  }
}

function inWords(issue: z.core.$ZodIssue, file: unknown): Fault[] {
  const here = nameOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      text: `${nameOf([...issue.path, key])} is unknown; ${here} is ${issue.message}`,
    }))
  }
  const found = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    file,
  )
  const what = found === undefined ? 'is missing' : `is ${short(found)}`
  return [{ path: issue.path, text: `${here} ${what}; it must be ${issue.message}` }]
}

function short(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'a map' : JSON.stringify(value)
}

/** `users[2].id`, as a person would point at it. */
function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file'
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1)
}

/** Where the value begins; for a missing one, the map that lacks it. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let offset = root?.range?.[0] ?? 0
  let node: unknown = root
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key)
      offset = (pair?.key as Node | undefined)?.range?.[0] ?? offset
      node = pair?.value
    } else {
      node = (node as { items?: unknown[] } | undefined)?.items?.[Number(key)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    }
  }
  return offset
}

/** What no single field shows: two of one thing, and members that do not exist. */
function contradictions({ users, groups = [], channels = [], app }: WorkspaceSeed): Fault[] {
  const known = users.map((user) => user.id)
  const members = [
    ...groups.map((group, index) => ({ path: ['groups', index, 'members'], ids: group.members })),
    ...channels.map((channel, index) => ({
      path: ['channels', index, 'members'],
      ids: channel.members ?? [],
    })),
  ]
  const strangers = members.flatMap(({ path, ids }) =>
    ids.flatMap((one, index): Fault[] => {
      const here = [...path, index]
      const text = `${nameOf(here)} is ${one}, and no user has that id; users are ${known.join(', ')}`
      return known.includes(one) ? [] : [{ path: here, text }]
    }),
  )
  const taken = known.indexOf(app?.botUserId ?? '')
  return [
    ...doubles('users', 'id', known),
    ...doubles(
      'users',
      'name',
      users.map((user) => user.name),
    ),
    ...doubles(
      'groups',
      'id',
      groups.map((group) => group.id),
    ),
    ...doubles(
      'groups',
      'handle',
      groups.map((group) => group.handle),
    ),
    ...doubles(
      'channels',
      'id',
      channels.map((channel) => channel.id),
    ),
    ...doubles(
      'channels',
      'name',
      channels.map((channel) => channel.name),
    ),
    ...strangers,
    ...(taken < 0
      ? []
      : [
          {
            path: ['app', 'botUserId'],
            text: `app.botUserId is that of users[${taken}]; the bot must have an id of its own`,
          },
        ]),
    ...(users.some((user) => !user.bot && !user.deleted)
      ? []
      : [
          {
            path: ['users'],
            text: 'users has nobody to act as; at least one must be neither bot nor deleted',
          },
        ]),
  ]
}

function doubles(list: string, field: string, values: readonly string[]): Fault[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value)
    const path = [list, index, field]
    return first === index
      ? []
      : [
          {
            path,
            text: `${nameOf(path)} is ${value}, which ${list}[${first}] has already; each must have its own`,
          },
        ]
  })
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
