/**
 * The shape of `elevate.yaml`, and what core gets of it. The descriptions are shown twice: by `elevate check` when a key is
 * missing, and by editors through the JSON Schema. What a shape cannot say (names that must exist, rules between keys) is
 * in the rules beside this file.
 */
import { z } from 'zod'
import { DAY, MINUTE } from '../../core/access/duration.ts'
import { redactions } from '../../core/activity/activity.ts'
import { SEVERITIES } from '../../core/catalog.ts'
import { BROADCAST_FROM } from '../../core/feed.ts'
import { auditEventTypes } from '../../core/log/audit-event.ts'
import { OCSF_DEFAULT, OCSF_VERSIONS } from '../../core/log/ocsf-version.ts'
import { WEEKDAYS } from '../../core/people/hours.ts'
import { quote } from '../yaml/issue.ts'
import { policySchema, quietHoursSchema } from './policy-schema.ts'
import {
  camel,
  channel,
  choice,
  duration,
  list,
  name,
  named,
  quoted,
  reference,
  secretReference,
  text,
  timeOfDay,
  timezone,
} from './shape-parts.ts'

const activitySchema = z
  .strictObject({
    redact: choice(redactions).describe(
      'How much of the statements is kept: literals takes strings, numbers and comments out, none keeps everything but passwords, all keeps no text.',
    ),
  })
  .describe('What is kept of what people do with the access. Without it: everything but literals.')

const roleSchema = z
  .looseObject({
    activity: activitySchema.exactOptional(),
    description: text(200).describe('What the role allows, in plain words for the person who approves.'),
    risk: choice(['low', 'medium', 'high']).describe('How much harm the role could do: low, medium or high.'),
  })
  .transform(({ activity, description, risk }) => ({ description, risk, ...activity }))

const targetSchema = z
  .looseObject({
    activity: activitySchema.exactOptional(),
    connector: z
      .string()
      .describe('The kind of system; it decides which other keys this target and its roles have.'),
    description: text(200).describe('What the target is, in plain words.'),
    channel: channel().describe('Where approval cards and revocation notices go: the id of a channel.'),
    roles: z
      .record(z.string(), roleSchema)
      .describe('The kinds of access that can be asked for, each under its name.'),
  })
  .transform(({ activity, connector, description, channel, roles }) => ({
    connector,
    description,
    channel,
    ...activity,
    roles: Object.entries(roles).map(([id, role]) => ({ id, ...role })),
  }))

const standingSchema = z
  .strictObject({
    every: duration(5 * MINUTE)
      .exactOptional()
      .describe('How often, for example 24h.'),
    at: timeOfDay('06:00')
      .exactOptional()
      .describe('At which time of day, in the time zone of the digest, for example "06:00".'),
  })
  .refine(({ every, at }) => (every === undefined) !== (at === undefined), {
    error: 'Say either every (for example 24h) or at (for example "06:00").',
  })
  .describe(
    'When every target is asked who has access that elevate did not give. Never by itself when left out.',
  )

/** Access can live for 30 days, and what it was asked for has to be known that long. */
const SHORTEST_TEXTS = 31 * DAY
const LONGEST = 9999 * DAY

const retentionSchema = z
  .strictObject({
    private_texts: duration(SHORTEST_TEXTS, LONGEST)
      .exactOptional()
      .describe(
        'Reasons, notes and names of access that is over: erased this long afterwards, at least 31d.',
      ),
    activity: duration(DAY, LONGEST)
      .exactOptional()
      .describe('The statements of access that is over: their texts are emptied this long afterwards.'),
    messages: duration(DAY, LONGEST)
      .exactOptional()
      .describe('Where messages about access that is over stand in Slack, so that they can be redrawn.'),
  })
  .transform(camel)
  .describe('How long texts about people are kept, each kind for its period. For ever when left out.')

const activitySourceSchema = z
  .strictObject({
    secret: secretReference().describe(
      'Where the secret is kept that the source signs with (Standard Webhooks: whsec_…).',
    ),
    targets: list(z.string()).describe('The targets that the source may report about.'),
    known_accounts: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Accounts that work there without a grant, such as those of services: nobody is told of them.',
      ),
  })
  .transform(camel)

const ADDRESS = 'Write an https address, or where it is kept: { env: NAME } or { file: /path }.'

const deliverySchema = z
  .strictObject({
    name: name().describe('What alarms call it. How far it has the log is kept under this name.'),
    webhook: z
      .strictObject({
        url: z
          .union([z.string().regex(/^https?:\/\/[^\s]+$/, { error: ADDRESS }), ...reference], {
            error: ADDRESS,
          })
          .describe('Where events are sent by POST: an https address, or where it is kept.'),
        secret: secretReference().describe(
          'Where the secret is kept that signs each message (Standard Webhooks: whsec_…).',
        ),
      })
      .exactOptional()
      .describe('Events by signed HTTP POST. Either this or file.'),
    file: z
      .string()
      .regex(/^\//, { error: (issue) => `${quoted(issue)} is not a whole path: begin with /.` })
      .exactOptional()
      .describe('Events appended to this file, one a line. Either this or webhook.'),
    format: choice(['jsonl', 'ocsf'])
      .default('jsonl')
      .describe(
        'jsonl has each event with its leaf hash and texts; ocsf is for a SIEM that reads that schema.',
      ),
    ocsf_version: z
      .enum(OCSF_VERSIONS, {
        error: () => `Write one of ${OCSF_VERSIONS.map(quote).join(', ')}, in quotation marks.`,
      })
      .default(OCSF_DEFAULT)
      .describe('The version of OCSF, for example "1.8.0".'),
    types: list(choice(auditEventTypes))
      .exactOptional()
      .describe('Only events of these types. All when left out.'),
  })
  .transform(({ webhook, file = '', ...delivery }) => ({
    ...camel(delivery),
    to: webhook ? { kind: 'webhook' as const, ...webhook } : { kind: 'file' as const, path: file },
  }))

const securitySchema = z
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
  .describe('The people who watch over access.')

const digestSchema = z
  .strictObject({
    at: timeOfDay('09:00').default('09:00').describe('The time of day for the digest, for example "09:00".'),
    timezone: timezone().default('UTC').describe('The time zone of that time, for example Europe/Berlin.'),
    weekly: z
      .strictObject({
        day: choice(WEEKDAYS).default('mon').describe('The day of the week: mon, tue, wed … sun.'),
      })
      .exactOptional()
      .describe('Posts a digest of the week as well, at the same time of day. None when left out.'),
  })
  .transform(({ weekly, ...digest }) => ({ ...digest, ...(weekly ? { weekly: weekly.day } : {}) }))

export const catalogSchema = z
  .strictObject({
    security: securitySchema,
    digest: digestSchema.prefault({}).describe('When the summary is posted to the security channel.'),
    standing_access: standingSchema.exactOptional(),
    retention: retentionSchema.exactOptional(),
    quiet_hours: quietHoursSchema
      .exactOptional()
      .describe(
        'When approvers are not to be disturbed, by the clock of the place where each is. Alarms and break-glass alert them all the same.',
      ),
    targets: z
      .record(z.string(), targetSchema)
      .describe('The systems in which access can be had, each under its id.'),
    policies: z
      .array(policySchema)
      .describe(
        'Who may ask for what, and who decides. Their order matters: the first one that fits is used.',
      ),
    activity_sources: z
      .record(z.string(), activitySourceSchema)
      .exactOptional()
      .describe('Other systems that may report what accounts did, by signed HTTP POST to /activity/<name>.'),
    delivery: z
      .array(deliverySchema)
      .exactOptional()
      .describe('Who gets the audit log as it is written: a SIEM, or a file. Nobody when left out.'),
  })
  .transform((file) => {
    const { security, digest, retention, standing_access: standing, activity_sources: sources } = file
    return {
      securityChannel: security.channel,
      security: security.people,
      broadcastFrom: security.feed.broadcast_from,
      digest,
      ...(standing?.every === undefined ? {} : { standingAccess: { every: standing.every } }),
      ...(standing?.at === undefined
        ? {}
        : { standingAccess: { at: standing.at, timezone: digest.timezone } }),
      ...(retention ? { retention } : {}),
      targets: Object.entries(file.targets).map(([id, target]) => ({ id, ...target })),
      policies: file.policies.map(({ urgent, quietHours = file.quiet_hours, ...policy }) => ({
        ...policy,
        ...(quietHours && !urgent ? { quietHours } : {}),
      })),
      ...(sources
        ? { activitySources: Object.entries(sources).map(([name, source]) => ({ name, ...source })) }
        : {}),
      ...(file.delivery ? { deliveries: file.delivery } : {}),
    }
  })

/** The catalog, less what only its connectors can read: the settings of targets and roles. */
export type CatalogShape = z.output<typeof catalogSchema>
