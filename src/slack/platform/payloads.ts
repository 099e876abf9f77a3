/** What Slack sends, read once and strictly; handlers see only these shapes. */
import { z } from 'zod'
import type { WhoAsk } from '../../audit/report/who.ts'
import { type AuditAsk, auditEventTypes } from '../../core/log/audit-event.ts'
import { MAX } from '../blocks/message.ts'

const personId = z.string().regex(/^[UW][A-Z0-9]{1,20}$/)
const id = z.string().min(1).max(255)
/** Ids of ours in buttons: opaque, and never longer than this. */
const opaque = z.guid()

/** Who is there, from Slack's envelope alone. */
export type Visitor = {
  readonly person: string
  readonly team: string | undefined
  /** The workspace the person belongs to, when Slack says so and it means something: in an organisation of many
   * workspaces people have another home than where they are, and the directory tells who is one of ours. */
  readonly home: string | undefined
  /** An installation for a whole organisation, which this one is not. */
  readonly org: boolean
}

const org = z.union([z.boolean(), z.string()]).optional()
const isOrg = (value: boolean | string | undefined) => value === true || value === 'true'

const interaction = z.object({
  team: z.object({ id }).nullish(),
  user: z.object({ id: personId, team_id: z.string().nullish() }),
  enterprise: z.object({ id }).nullish(),
  is_enterprise_install: org,
})

function visitor(body: z.infer<typeof interaction>): Visitor {
  return {
    person: body.user.id,
    team: body.team?.id,
    home: (!body.enterprise && body.user.team_id) || undefined,
    org: isOrg(body.is_enterprise_install),
  }
}

export const commandBody = z
  .object({
    team_id: id,
    user_id: personId,
    command: z.string(),
    text: z.string().max(20_000).default(''),
    /** Without one no dialog can be opened. */
    trigger_id: z.string().max(255).default(''),
    channel_id: id,
    is_enterprise_install: org,
  })
  .transform((body) => ({
    visitor: {
      person: body.user_id,
      team: body.team_id,
      home: undefined,
      org: isOrg(body.is_enterprise_install),
    } satisfies Visitor,
    command: body.command,
    text: body.text,
    trigger: body.trigger_id,
  }))

export type Typed = z.infer<typeof commandBody>

const values = z.record(id, z.record(id, z.looseObject({ type: z.string().optional() })))

const view = z
  .object({
    id,
    type: z.string(),
    hash: z.string().optional(),
    callback_id: z.string().optional(),
    private_metadata: z.string().max(3000).default(''),
    state: z.object({ values }).nullish(),
  })
  .transform((one) => ({
    id: one.id,
    home: one.type === 'home',
    hash: one.hash,
    callback: one.callback_id ?? '',
    metadata: one.private_metadata,
    fields: readFields(one.state?.values ?? {}),
  }))

export type ViewSeen = z.infer<typeof view>

export const clickBody = interaction
  .extend({
    trigger_id: id,
    view: view.nullish(),
    actions: z
      .array(
        z.looseObject({
          action_id: id,
          value: z.string().max(2000).optional(),
          action_ts: z.string().optional(),
        }),
      )
      .min(1),
  })
  .transform((body) => ({
    visitor: visitor(body),
    trigger: body.trigger_id,
    action: body.actions[0]?.action_id ?? '',
    value: body.actions[0]?.value ?? '',
    /** Slack's clock, seconds: which of two clicks came later. */
    at: Number(body.actions[0]?.action_ts ?? 0),
    view: body.view ?? undefined,
  }))

export type Click = z.infer<typeof clickBody>

export const submissionBody = interaction
  .extend({ view })
  .transform((body) => ({ visitor: visitor(body), view: body.view }))

export type Submission = z.infer<typeof submissionBody>

export const shortcutBody = interaction
  .extend({ trigger_id: id, callback_id: z.string() })
  .transform((body) => ({ visitor: visitor(body), trigger: body.trigger_id, shortcut: body.callback_id }))

export const suggestionBody = interaction
  .extend({ action_id: id, value: z.string().max(2000).default(''), view: view.nullish() })
  .transform((body) => ({
    visitor: visitor(body),
    action: body.action_id,
    typed: body.value,
    view: body.view ?? undefined,
  }))

export const homeBody = z
  .object({ team_id: id, event: z.object({ user: personId, tab: z.string().optional() }) })
  .transform((body) => ({
    visitor: { person: body.event.user, team: body.team_id, home: undefined, org: false } satisfies Visitor,
    tab: body.event.tab ?? 'home',
  }))

export const personChangedBody = z.object({
  event: z.object({ user: z.object({ id, deleted: z.boolean().optional() }) }),
})
export const groupMembersChangedBody = z.object({ event: z.object({ subteam_id: id }) })
/** `date_delete` is 0 while the group is in use. */
export const groupUpdatedBody = z.object({
  event: z.object({ subteam: z.object({ id, date_delete: z.number().default(0) }) }),
})

/** The id of a request or grant that a button or a view carries; undefined when it is not one of ours. */
export function readId(value: string): string | undefined {
  const read = opaque.safeParse(value)
  return read.success ? read.data : undefined
}

/** A person's id that a button or a view carries. */
export function readPersonId(value: string): string | undefined {
  const read = personId.safeParse(value)
  return read.success ? read.data : undefined
}

/** What a form was opened for. It comes back from Slack as it was sent, and is only a hint: verbs ask the rows. */
const chosen = z.object({
  target: z.string().max(200).optional(),
  role: z.string().max(200).optional(),
  receiver: personId.optional(),
})
export type Chosen = z.infer<typeof chosen>

export function writeChosen(one: Chosen): string {
  return JSON.stringify(one)
}

export function readChosen(metadata: string): Chosen {
  const read = chosen.safeParse(parseJson(metadata))
  return read.success ? read.data : {}
}

const activityAsk = z.object({ grant: z.int().positive(), after: z.int().nonnegative() })
type ActivityAsk = z.infer<typeof activityAsk>

export const writeActivityAsk = (ask: ActivityAsk): string => JSON.stringify(ask)

export function readActivityAsk(value: string): ActivityAsk | undefined {
  const read = activityAsk.safeParse(parseJson(value))
  return read.success ? read.data : undefined
}

const auditAsk = z.object({
  person: personId.optional(),
  target: z.string().max(200).optional(),
  role: z.string().max(200).optional(),
  types: z.array(z.enum(auditEventTypes)).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  before: z.int().nonnegative().optional(),
})

/** A question to the log, for the button that asks for its next page. */
export function writeAuditAsk(ask: AuditAsk): string {
  return JSON.stringify(ask)
}

export function readAuditAsk(value: string): AuditAsk | undefined {
  const read = auditAsk.safeParse(parseJson(value))
  if (!read.success) return undefined
  const { person, target, role, types, from, to, before } = read.data
  return {
    ...(person ? { person } : {}),
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    ...(types ? { types } : {}),
    ...(from ? { from: new Date(from) } : {}),
    ...(to ? { to: new Date(to) } : {}),
    ...(before === undefined ? {} : { before }),
  }
}

const whoAsk = z.object({
  person: personId.optional(),
  target: z.string().max(200).optional(),
  role: z.string().max(200).optional(),
  at: z.string().max(60).optional(),
  around: z.string().max(60).optional(),
  for: z.string().max(20).optional(),
  from: z.string().max(60).optional(),
  to: z.string().max(60).optional(),
  ever: z.boolean().optional(),
})

/** A question about who had what, for the button that draws it; undefined when it is too long for a button. */
export function writeWhoAsk(ask: WhoAsk): string | undefined {
  const written = JSON.stringify(ask)
  return written.length <= MAX.value ? written : undefined
}

export function readWhoAsk(value: string): WhoAsk | undefined {
  const read = whoAsk.safeParse(parseJson(value))
  if (!read.success) return undefined
  return Object.fromEntries(Object.entries(read.data).filter(([, one]) => one !== undefined))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Field = {
  readonly block: string
  readonly value: string
  /** All that was picked, where several can be. */
  readonly values: readonly string[]
}

const option = z.object({ value: z.string() })

/** Every input's value by its action id; block ids change with what was picked, action ids do not. */
function readFields(state: z.infer<typeof values>): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>()
  for (const [block, actions] of Object.entries(state))
    for (const [action, input] of Object.entries(actions)) {
      const values = valuesIn(input)
      fields.set(action, { block, value: values[0] ?? '', values })
    }
  return fields
}

/** What was typed, picked or chosen, whatever kind of input it is. */
function valuesIn(input: Record<string, unknown>): string[] {
  const { value, selected_user: user, selected_date: day, selected_date_time: moment } = input
  const options = [
    input.selected_option,
    ...(Array.isArray(input.selected_options) ? input.selected_options : []),
  ]
  const picked = options.flatMap((one) => option.safeParse(one).data?.value ?? [])
  const others = [value, user, day].filter((one): one is string => typeof one === 'string' && one !== '')
  return [...picked, ...others, ...(typeof moment === 'number' ? [String(moment)] : [])]
}

export type Suggestion = z.infer<typeof suggestionBody>
