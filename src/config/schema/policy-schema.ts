/** The shape of one policy: who may request what, who approves, and what is auto-approved. */
import { z } from 'zod'
import { BREAK_GLASS_DEFAULT } from '../../core/access/break-glass.ts'
import { MAX_APPROVALS } from '../../core/access/stages.ts'
import type { ApprovalStage } from '../../core/catalog.ts'
import { WEEKDAYS } from '../../core/people/hours.ts'
import {
  camel,
  choice,
  duration,
  list,
  name,
  named,
  pattern,
  quoted,
  text,
  timeOfDay,
  timezone,
  who,
  whole,
} from './shape-parts.ts'

const approvers = list(who).describe('Who may approve: everyone, people (U… or W…) and user groups (S…).')
const quiet = list(named)
  .exactOptional()
  .describe(
    'Who may also approve but is never mentioned, messaged or reminded: people (U… or W…) and user groups (S…).',
  )
const count = whole(1, MAX_APPROVALS).default(1).describe('How many different people must approve.')

const approveSchema = z
  .strictObject({
    from: approvers.exactOptional(),
    quiet,
    count,
    stages: list(
      z
        .strictObject({
          name: text(40)
            .exactOptional()
            .describe('The name of the stage that approvers see, for example Data owner.'),
          from: approvers,
          quiet,
          count,
        })
        .transform(withQuiet),
    )
      .exactOptional()
      .describe(
        'Instead of from and count: several groups of approvers, all of which must approve, in any order. One person counts for one stage only.',
      ),
    tell: choice(['channel', 'direct', 'both'])
      .default('channel')
      .describe(
        "Where approvers get the card: in the target's channel, in direct messages, or both. At most 25 people get a direct message; if there are more, the channel gets the card too.",
      ),
    allow_self_approval: z
      .boolean()
      .default(false)
      .describe('Whether requesters may approve their own requests. Default: no.'),
  })
  .transform(({ stages, tell, allow_self_approval, from = [], ...only }) => ({
    stages: stages ?? [withQuiet({ ...only, from })],
    allowSelfApproval: allow_self_approval,
    ...(tell === 'channel' ? {} : { tell }),
  }))
  .describe('Who approves.')

/** Those who are never alerted may fill the stage like the others. */
function withQuiet(stage: ApprovalStage): ApprovalStage {
  return { ...stage, from: [...stage.from, ...(stage.quiet ?? [])] }
}

const ticketSchema = z.strictObject({
  required: z
    .boolean()
    .default(true)
    .describe(
      'Whether a request must name a ticket. With false it is optional, but a ticket that is given must match the pattern.',
    ),
  pattern: pattern('whole').describe(
    'A regular expression that the whole ticket matches. In a one-line request, the first word that matches is the ticket. Single quotes keep backslashes as they are.',
  ),
  link: z
    .string()
    .max(500, { error: 'A link may have 500 characters.' })
    .refine(isLink, {
      error: (issue) =>
        `${quoted(issue)} is not a link to a ticket: begin with https:// and write {ticket} where its name belongs, after the host.`,
    })
    .exactOptional()
    .describe(
      'The address of a ticket, with {ticket} in place of its name: https://tracker.example/browse/{ticket}.',
    ),
  hint: text(200).exactOptional().describe('What a ticket looks like; shown to the requester.'),
})

/** The placeholder must come after the host, so that what people type never decides which host a link opens. */
function isLink(typed: string): boolean {
  const probe = 'elevate0ticket'
  if (!typed.includes('{ticket}') || !URL.canParse(typed.replaceAll('{ticket}', probe))) return false
  const url = new URL(typed.replaceAll('{ticket}', probe))
  const kind = url.protocol === 'https:' || url.protocol === 'http:'
  return kind && !/[\s|<>]/.test(typed) && !`${url.username}${url.password}${url.host}`.includes(probe)
}

const requestForSchema = z.strictObject({
  from: list(who).describe(
    'Who may make a request for somebody else: everyone, people (U… or W…) and user groups (S…).',
  ),
  to: list(who)
    .prefault(['everyone'])
    .describe(
      'For whom: everyone (any member of the workspace), people (U… or W…) and user groups (S…). They need not be listed under request.',
    ),
})

const breakGlassSchema = z
  .strictObject({
    from: list(who).describe(
      'Who may take the access without approval: everyone, people (U… or W…) and user groups (S…).',
    ),
    max: duration().describe("The longest duration: 15m or 30m; at most the policy's own maximum."),
    default: duration()
      .exactOptional()
      .describe('The duration if the person names none. Default: 15m, or max if that is shorter.'),
    while_review_open: choice(['refuse', 'allow'])
      .default('refuse')
      .describe(
        'Whether a person whose last use is not reviewed yet may use break-glass again: refuse or allow.',
      ),
  })
  .transform(({ from, max, default: usual = Math.min(BREAK_GLASS_DEFAULT, max), while_review_open }) => ({
    from,
    duration: { default: usual, max },
    whileReviewOpen: while_review_open,
  }))

export const quietHoursSchema = z.strictObject({
  from: timeOfDay('20:00').describe('When they begin, for example "20:00".'),
  to: timeOfDay('08:00', 'ends').describe(
    'When they end, for example "08:00"; earlier than from means the next morning.',
  ),
})

const autoApproveSchema = list(
  z
    .strictObject({
      name: name().describe('What cards, receipts and the audit log call the rule.'),
      roles: list(z.string()).exactOptional().describe("Which of the policy's roles. Default: all."),
      from: list(who)
        .exactOptional()
        .describe('Only for requests by these: everyone, people (U… or W…) and user groups (S…).'),
      max_duration: duration()
        .exactOptional()
        .describe('Only for requests up to this duration: 30m, 2h or 1d.'),
      hours: z
        .strictObject({
          days: list(choice(WEEKDAYS))
            .default([...WEEKDAYS])
            .describe('On which days they begin: mon, tue, wed, thu, fri, sat, sun. Default: every day.'),
          from: timeOfDay('20:00').describe('When they begin, for example "08:00".'),
          to: timeOfDay('08:00', 'ends').describe(
            'When they end, for example "18:00"; earlier than from means the next morning.',
          ),
          timezone: timezone().describe('The time zone of these times, for example Europe/Berlin.'),
        })
        .exactOptional()
        .describe(
          'Only at these times, as wall-clock time in the time zone, also across daylight saving changes.',
        ),
      reason_pattern: pattern('found')
        .exactOptional()
        .describe('Only if this regular expression is found in the reason.'),
      ticket_pattern: pattern('whole')
        .exactOptional()
        .describe('Only if this regular expression matches the whole ticket. The policy must have ticket.'),
    })
    .transform(camel),
).describe(
  'Auto-approval rules: they approve a request without an approver. All conditions of a rule must hold; the first rule that matches is used. Extensions are always decided by people.',
)

const preApprovalSchema = z
  .strictObject({
    max: duration().describe('The longest time that a pre-approval is valid: 12h, 7d; at most 30d.'),
  })
  .describe('Allows pre-approvals, for a person and a period: /elevate allow. Default: not allowed.')

export const policySchema = z
  .strictObject({
    name: name().describe('The name that decisions and explanations refer to.'),
    targets: list(z.string()).describe('The targets that this policy covers.'),
    roles: list(z.string()).describe('The roles on those targets.'),
    request: list(who).describe(
      'Who may request: everyone, people (U… or W…) and user groups (S…). The first matching policy is used.',
    ),
    approve: approveSchema,
    duration: z
      .strictObject({
        default: duration().describe('The duration if the person names none: 30m, 2h or 1d.'),
        max: duration().describe('The longest duration of a request: 30m, 2h or 1d; at most 30d.'),
      })
      .describe('How long the access lasts.'),
    reason: z
      .strictObject({
        min_length: whole(1, 500).default(1).describe('The shortest reason, in characters.'),
        pattern: pattern('found')
          .exactOptional()
          .describe(
            'A regular expression that must be found in the reason. Single quotes keep backslashes as they are.',
          ),
        hint: text(200).exactOptional().describe('What a good reason looks like; shown to the requester.'),
      })
      .transform(camel)
      .prefault({})
      .describe('Requirements for reasons.'),
    ticket: ticketSchema
      .exactOptional()
      .describe('A ticket that a request names in addition to its reason. Default: none.'),
    request_for: requestForSchema
      .exactOptional()
      .describe(
        'Requests for somebody else, who must accept before approvers are asked. Default: not allowed.',
      ),
    lapse_after: duration()
      .prefault('8h')
      .describe('How long a request waits for a decision before it expires.'),
    start_within: duration()
      .prefault('7d')
      .describe('How far in the future a start may be: 12h or 7d; at most 30d.'),
    break_glass: breakGlassSchema
      .exactOptional()
      .describe(
        'Break-glass: access without approval, announced to approvers and security, and reviewed by somebody else afterwards. Default: not allowed.',
      ),
    remind_after: duration()
      .exactOptional()
      .describe(
        'How long until the approvers are reminded; each next pause is twice as long. Default: no reminders.',
      ),
    fallback: list(who)
      .exactOptional()
      .describe('Fallback approvers: who may also decide if nobody has decided within fallback_after.'),
    fallback_after: duration()
      .exactOptional()
      .describe('How long a request waits before the fallback approvers are asked.'),
    auto_approve: autoApproveSchema.exactOptional(),
    pre_approval: preApprovalSchema.exactOptional(),
    fallback_when_empty: z
      .boolean()
      .default(true)
      .describe(
        'Whether the fallback approvers are asked immediately if too few other approvers exist, for example if an on-call group is empty.',
      ),
    quiet_hours: quietHoursSchema
      .exactOptional()
      .describe('Quiet hours for the approvers of this policy, instead of the general ones.'),
    urgent: z
      .boolean()
      .default(false)
      .describe('Whether approvers of this policy are alerted in their quiet hours too.'),
  })
  .transform(({ fallback, fallback_after: after, fallback_when_empty: whenEmpty, ...policy }) => ({
    ...camel(policy),
    ...(fallback && after !== undefined ? { fallback: { from: fallback, after, whenEmpty } } : {}),
  }))
