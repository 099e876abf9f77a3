/**
 * The shape of `elevate.yaml`. The descriptions are shown twice: by `elevate check` when a key is missing, and by
 * editors through the JSON Schema. What a shape cannot say (names that must exist, rules between keys) is in the
 * rules beside this file.
 */
import { z } from 'zod'
import { BROADCAST_FROM, SEVERITIES } from '../../core/feed.ts'
import { WEEKDAYS } from '../../core/people/hours.ts'
import { activitySchema, activitySourceSchema } from './activity-schema.ts'
import { approveSchema } from './approve-schema.ts'
import { requestForSchema, ticketSchema } from './asking-schema.ts'
import { autoApproveSchema, preApprovalSchema, quietHoursSchema } from './at-once-schema.ts'
import { deliverySchema } from './delivery-schema.ts'
import {
  channel,
  choice,
  duration,
  ID,
  ID_HELP,
  list,
  named,
  pattern,
  text,
  told,
  who,
  whole,
} from './shape-parts.ts'
import { retentionSchema, standingSchema } from './upkeep-schema.ts'

export const roleSchema = z.looseObject({
  activity: activitySchema.optional(),
  description: text(200).describe('What the role allows, in plain words for the person who approves.'),
  risk: choice(['low', 'medium', 'high']).describe('How much harm the role could do: low, medium or high.'),
})

export const targetSchema = z.looseObject({
  activity: activitySchema.optional(),
  connector: z
    .string()
    .describe('The kind of system; it decides which other keys this target and its roles have.'),
  description: text(200).describe('What the target is, in plain words.'),
  channel: channel().describe('Where approval cards and revocation notices go: the id of a channel.'),
  roles: z
    .record(z.string(), roleSchema)
    .describe('The kinds of access that can be asked for, each under its name.'),
})

export const policySchema = z.strictObject({
  name: z
    .string()
    .regex(ID, { error: (issue) => `${told(issue)} is not a name: ${ID_HELP}.` })
    .describe('The name that decisions and explanations refer to.'),
  targets: list(z.string()).describe('The targets that this policy speaks of.'),
  roles: list(z.string()).describe('The roles on those targets.'),
  request: list(who).describe(
    'Who may ask: everyone, people (U… or W…) and user groups (S…). The first policy that fits decides.',
  ),
  approve: approveSchema,
  duration: z
    .strictObject({
      default: duration().describe('How long, when the person does not say: 30m, 2h or 1d.'),
      max: duration().describe('The longest that can be asked for: 30m, 2h or 1d; at most 30d.'),
    })
    .describe('How long the access lasts.'),
  reason: z
    .strictObject({
      min_length: whole(1, 500).default(1).describe('The shortest reason, in characters.'),
      pattern: pattern('found')
        .optional()
        .describe(
          'A regular expression that must be found in the reason. Single quotes keep backslashes as they are.',
        ),
      hint: text(200).optional().describe('What a good reason looks like; shown to the person who asks.'),
    })
    .prefault({})
    .describe('What a reason must be like.'),
  ticket: ticketSchema
    .optional()
    .describe('A ticket that a request names beside its reason. Not asked for when left out.'),
  request_for: requestForSchema
    .optional()
    .describe('Asking for somebody else, who accepts it before anybody decides. Not possible when left out.'),
  lapse_after: duration().default('8h').describe('How long a request waits for a decision before it lapses.'),
  start_within: duration()
    .default('7d')
    .describe('How far ahead a start may be asked for: 12h or 7d; at most 30d.'),
  break_glass: z
    .strictObject({
      from: list(who).describe(
        'Who may take the access without approval: everyone, people (U… or W…) and user groups (S…).',
      ),
      max: duration().describe('The longest: 15m or 30m; no longer than the policy allows otherwise.'),
      default: duration()
        .optional()
        .describe('How long, when the person does not say. 15m, or max where that is shorter.'),
      while_review_open: choice(['refuse', 'allow'])
        .default('refuse')
        .describe(
          'Whether somebody whose earlier use still waits for its review may do it again: refuse or allow.',
        ),
    })
    .optional()
    .describe(
      'Access that is taken at once, without approval, in front of everybody, and reviewed by somebody else afterwards. Not possible when left out.',
    ),
  remind_after: duration()
    .optional()
    .describe(
      'How long until the approvers are reminded; then twice as long, and so on. Without it they are not.',
    ),
  fallback: list(who)
    .optional()
    .describe('Who may decide as well, once nobody has for as long as fallback_after.'),
  fallback_after: duration()
    .optional()
    .describe('How long a request waits before the fallback approvers are asked too.'),
  auto_approve: autoApproveSchema.optional(),
  pre_approval: preApprovalSchema.optional(),
  fallback_when_empty: z
    .boolean()
    .default(true)
    .describe(
      'Whether the fallback approvers are asked at once when too few of the others are there, as when an on-call group is empty.',
    ),
  quiet_hours: quietHoursSchema
    .optional()
    .describe('Quiet hours for the approvers of this policy, in place of those for all.'),
  urgent: z
    .boolean()
    .default(false)
    .describe('Whether approvers of this policy are alerted in their quiet hours too.'),
})

export const catalogSchema = z.strictObject({
  security: z
    .strictObject({
      channel: channel().describe('Where alarms and the digest go: the id of a channel.'),
      people: list(named).describe("Who may end anybody's access: people (U… or W…) and user groups (S…)."),
      feed: z
        .strictObject({
          broadcast_from: choice(SEVERITIES)
            .default(BROADCAST_FROM)
            .describe(
              'How grave a step must be to stand in the channel too, and not only in the thread of its request: info, notice, warning or alarm.',
            ),
        })
        .prefault({})
        .describe('The messages about every request, each with a thread of its own.'),
    })
    .describe('The people who watch over access.'),
  digest: z
    .strictObject({
      at: z
        .string()
        .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, {
          error: (issue) =>
            `${told(issue)} is not a time of day: write hours and minutes, for example "09:00".`,
        })
        .default('09:00')
        .describe('The time of day for the digest, for example "09:00".'),
      timezone: z.string().default('UTC').describe('The time zone of that time, for example Europe/Berlin.'),
      weekly: z
        .strictObject({
          day: choice(WEEKDAYS).default('mon').describe('The day of the week: mon, tue, wed … sun.'),
        })
        .optional()
        .describe('Posts a digest of the week as well, at the same time of day. None when left out.'),
    })
    .prefault({})
    .describe('When the summary is posted to the security channel.'),
  standing_access: standingSchema.optional(),
  retention: retentionSchema.optional(),
  quiet_hours: quietHoursSchema
    .optional()
    .describe(
      'When approvers are not to be disturbed, by the clock of the place where each is. Alarms and break-glass alert them all the same.',
    ),
  targets: z
    .record(z.string(), targetSchema)
    .describe('The systems in which access can be had, each under its id.'),
  policies: z
    .array(policySchema)
    .describe('Who may ask for what, and who decides. Their order matters: the first one that fits is used.'),
  activity_sources: z
    .record(z.string(), activitySourceSchema)
    .optional()
    .describe('Other systems that may report what accounts did, by signed HTTP POST to /activity/<name>.'),
  delivery: z
    .array(deliverySchema)
    .optional()
    .describe('Who gets the audit log as it is written: a SIEM, or a file. Nobody when left out.'),
})

export type CatalogFile = z.output<typeof catalogSchema>

/** The schema of whatever stands at this path; undefined outside of what the shape knows. */
export function schemaAt(path: readonly (string | number)[]): z.ZodType | undefined {
  let schema: z.ZodType | undefined = catalogSchema
  for (const step of path) {
    const inner: z.ZodType | undefined = schema && unwrap(schema)
    if (inner instanceof z.ZodObject)
      schema = Object.hasOwn(inner.shape, step) ? inner.shape[step] : undefined
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as z.ZodType
    else if (inner instanceof z.ZodArray) schema = inner.element as z.ZodType
    else return undefined
  }
  return schema
}

export function keysAt(path: readonly (string | number)[]): string[] {
  const schema = schemaAt(path)
  const inner = schema && unwrap(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional)
    inner = inner.unwrap() as z.ZodType
  return inner
}
