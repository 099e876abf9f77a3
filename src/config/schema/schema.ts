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
      'How much of the statements is removed: literals removes strings, numbers and comments, none removes only what may hold passwords, all removes the whole text.',
    ),
  })
  .describe("What is stored of people's activity. Default: statements without literals.")

const roleSchema = z
  .looseObject({
    activity: activitySchema.exactOptional(),
    description: text(200).describe('What the role allows, in plain words for approvers.'),
    risk: choice(['low', 'medium', 'high']).describe('The risk of the role: low, medium or high.'),
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
    roles: z.record(z.string(), roleSchema).describe('The roles that can be requested, each under its name.'),
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
  .describe('When elevate checks every target for standing access. Default: only on demand.')

/** Access can last 30 days, and its reason must be kept that long. */
const SHORTEST_TEXTS = 31 * DAY
const LONGEST = 9999 * DAY

const retentionSchema = z
  .strictObject({
    private_texts: duration(SHORTEST_TEXTS, LONGEST)
      .exactOptional()
      .describe('When to erase reasons, notes and names: this long after the access is over, at least 31d.'),
    activity: duration(DAY, LONGEST)
      .exactOptional()
      .describe('When to erase the texts of statements: this long after the access is over.'),
    messages: duration(DAY, LONGEST)
      .exactOptional()
      .describe(
        'When to erase where messages are in Slack (needed to update them): this long after the access is over.',
      ),
  })
  .transform(camel)
  .describe('How long texts about people are kept. Default: without limit.')

const activitySourceSchema = z
  .strictObject({
    secret: secretReference().describe(
      "Where the source's signing secret is kept (Standard Webhooks: whsec_…).",
    ),
    targets: list(z.string()).describe('The targets that the source may report about.'),
    known_accounts: z
      .array(z.string().min(1))
      .default([])
      .describe('Accounts that work there without a grant, such as services; they are not reported.'),
  })
  .transform(camel)

const ADDRESS = 'Write an https address, or where it is kept: { env: NAME } or { file: /path }.'

const deliverySchema = z
  .strictObject({
    name: name().describe('The name that alarms use. The position in the log is stored under it.'),
    webhook: z
      .strictObject({
        url: z
          .union([z.string().regex(/^https?:\/\/[^\s]+$/, { error: ADDRESS }), ...reference], {
            error: ADDRESS,
          })
          .describe('Where to POST events: an https address, or where the address is kept.'),
        secret: secretReference().describe(
          'Where the secret that signs each message is kept (Standard Webhooks: whsec_…).',
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
      .describe('Only events of these types. Default: all.'),
  })
  .transform(({ webhook, file = '', ...delivery }) => ({
    ...camel(delivery),
    to: webhook ? { kind: 'webhook' as const, ...webhook } : { kind: 'file' as const, path: file },
  }))

const securitySchema = z
  .strictObject({
    channel: channel().describe('Where alarms and the digest go: the id of a channel.'),
    people: list(named).describe("Who may end anyone's access: people (U… or W…) and user groups (S…)."),
    feed: z
      .strictObject({
        broadcast_from: choice(SEVERITIES)
          .default(BROADCAST_FROM)
          .describe(
            'From which severity a step is shown in the channel too, not only in the thread of its request: info, notice, warning or alarm.',
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
      .describe('Also posts a weekly digest, at the same time of day. Default: none.'),
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
        "When approvers are not alerted, in each approver's own time zone. Alarms and break-glass alert them anyway.",
      ),
    targets: z
      .record(z.string(), targetSchema)
      .describe('The systems in which access can be granted, each under its id.'),
    policies: z
      .array(policySchema)
      .describe(
        'Who may request what, and who approves. The order matters: the first matching policy is used.',
      ),
    activity_sources: z
      .record(z.string(), activitySourceSchema)
      .exactOptional()
      .describe('Other systems that may report what accounts did, by signed HTTP POST to /activity/<name>.'),
    delivery: z
      .array(deliverySchema)
      .exactOptional()
      .describe('Where the audit log is sent as it is written: a SIEM or a file. Default: nowhere.'),
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
