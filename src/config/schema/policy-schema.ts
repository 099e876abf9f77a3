/** The shape of one policy: who may ask for what, who decides, and what is approved without a click. */
import { z } from 'zod'
import { BREAK_GLASS_DEFAULT } from '../../core/access/break-glass.ts'
import { MOST_APPROVALS } from '../../core/access/stages.ts'
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
    'Who may approve as well and is never mentioned, written to or reminded: people (U… or W…) and user groups (S…).',
  )
const count = whole(1, MOST_APPROVALS).default(1).describe('How many different people must say yes.')

const approveSchema = z
  .strictObject({
    from: approvers.exactOptional(),
    quiet,
    count,
    stages: list(
      z
        .strictObject({
          name: text(40).exactOptional().describe('What the approvers are asked as, for example Data owner.'),
          from: approvers,
          quiet,
          count,
        })
        .transform(withQuiet),
    )
      .exactOptional()
      .describe(
        'In place of from and count: several groups of approvers, all of which must say yes, in any order. One person counts in one of them only.',
      ),
    tell: choice(['channel', 'direct', 'both'])
      .default('channel')
      .describe(
        "Where approvers get the card: in the target's channel, in the direct messages of each, or both. At most 25 people get it directly; when there are more, the channel gets it too.",
      ),
    allow_self_approval: z
      .boolean()
      .default(false)
      .describe(
        'Whether the person who asks may also be one of the approvers. Leave it out unless you mean it.',
      ),
  })
  .transform(({ stages, tell, allow_self_approval, from = [], ...only }) => ({
    stages: stages ?? [withQuiet({ ...only, from })],
    allowSelfApproval: allow_self_approval,
    ...(tell === 'channel' ? {} : { tell }),
  }))
  .describe('Who decides.')

/** Those who are never alerted may fill the stage like the others. */
function withQuiet(stage: ApprovalStage): ApprovalStage {
  return { ...stage, from: [...stage.from, ...(stage.quiet ?? [])] }
}

const ticketSchema = z.strictObject({
  required: z
    .boolean()
    .default(true)
    .describe(
      'Whether a request must name one. With false it may, and one that is named must have the form.',
    ),
  pattern: pattern('whole').describe(
    'A regular expression that the whole ticket matches. In one line the first word that does is the ticket. Single quotes keep backslashes as they are.',
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
      'Where a ticket can be read, with {ticket} in place of its name: https://tracker.example/browse/{ticket}.',
    ),
  hint: text(200).exactOptional().describe('What a ticket looks like; shown to the person who asks.'),
})

/** The placeholder stands behind the host, so that what people type never chooses where a link leads. */
function isLink(typed: string): boolean {
  const probe = 'elevate0ticket'
  if (!typed.includes('{ticket}') || !URL.canParse(typed.replaceAll('{ticket}', probe))) return false
  const url = new URL(typed.replaceAll('{ticket}', probe))
  const kind = url.protocol === 'https:' || url.protocol === 'http:'
  return kind && !/[\s|<>]/.test(typed) && !`${url.username}${url.password}${url.host}`.includes(probe)
}

const requestForSchema = z.strictObject({
  from: list(who).describe(
    'Who may ask for somebody else: everyone, people (U… or W…) and user groups (S…).',
  ),
  to: list(who)
    .prefault(['everyone'])
    .describe(
      'For whom: everyone (any member of the workspace), people (U… or W…) and user groups (S…). They need not be named under request.',
    ),
})

const breakGlassSchema = z
  .strictObject({
    from: list(who).describe(
      'Who may take the access without approval: everyone, people (U… or W…) and user groups (S…).',
    ),
    max: duration().describe('The longest: 15m or 30m; no longer than the policy allows otherwise.'),
    default: duration()
      .exactOptional()
      .describe('How long, when the person does not say. 15m, or max where that is shorter.'),
    while_review_open: choice(['refuse', 'allow'])
      .default('refuse')
      .describe(
        'Whether somebody whose earlier use still waits for its review may do it again: refuse or allow.',
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
      roles: list(z.string())
        .exactOptional()
        .describe("Which of the policy's roles; all of them when left out."),
      from: list(who)
        .exactOptional()
        .describe('Only when one of these asks: everyone, people (U… or W…) and user groups (S…).'),
      max_duration: duration()
        .exactOptional()
        .describe('Only when no more than this is asked for: 30m, 2h or 1d.'),
      hours: z
        .strictObject({
          days: list(choice(WEEKDAYS))
            .default([...WEEKDAYS])
            .describe(
              'On which days they begin: mon, tue, wed, thu, fri, sat, sun. Every day when left out.',
            ),
          from: timeOfDay('20:00').describe('When they begin, for example "08:00".'),
          to: timeOfDay('08:00', 'ends').describe(
            'When they end, for example "18:00"; earlier than from means the next morning.',
          ),
          timezone: timezone().describe('The time zone of these times, for example Europe/Berlin.'),
        })
        .exactOptional()
        .describe('Only at these times. The clock on the wall counts, in summer and in winter.'),
      reason_pattern: pattern('found')
        .exactOptional()
        .describe('Only when this regular expression is found in the reason.'),
      ticket_pattern: pattern('whole')
        .exactOptional()
        .describe(
          'Only when a ticket is named and this regular expression matches the whole of it; the policy needs a ticket for that.',
        ),
    })
    .transform(camel),
).describe(
  'Rules that approve a request at once, without anybody. Every condition that a rule names must hold; the first rule that holds is used. Extensions are always decided by people.',
)

const preApprovalSchema = z
  .strictObject({
    max: duration().describe('The longest that it holds: 12h, 7d; at most 30d.'),
  })
  .describe(
    'Lets approvers say yes beforehand, for a person and for some days: /elevate allow. Not possible when left out.',
  )

export const policySchema = z
  .strictObject({
    name: name().describe('The name that decisions and explanations refer to.'),
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
          .exactOptional()
          .describe(
            'A regular expression that must be found in the reason. Single quotes keep backslashes as they are.',
          ),
        hint: text(200)
          .exactOptional()
          .describe('What a good reason looks like; shown to the person who asks.'),
      })
      .transform(camel)
      .prefault({})
      .describe('What a reason must be like.'),
    ticket: ticketSchema
      .exactOptional()
      .describe('A ticket that a request names beside its reason. Not asked for when left out.'),
    request_for: requestForSchema
      .exactOptional()
      .describe(
        'Asking for somebody else, who accepts it before anybody decides. Not possible when left out.',
      ),
    lapse_after: duration()
      .prefault('8h')
      .describe('How long a request waits for a decision before it lapses.'),
    start_within: duration()
      .prefault('7d')
      .describe('How far ahead a start may be asked for: 12h or 7d; at most 30d.'),
    break_glass: breakGlassSchema
      .exactOptional()
      .describe(
        'Access that is taken at once, without approval, in front of everybody, and reviewed by somebody else afterwards. Not possible when left out.',
      ),
    remind_after: duration()
      .exactOptional()
      .describe(
        'How long until the approvers are reminded; then twice as long, and so on. Without it they are not.',
      ),
    fallback: list(who)
      .exactOptional()
      .describe('Who may decide as well, once nobody has for as long as fallback_after.'),
    fallback_after: duration()
      .exactOptional()
      .describe('How long a request waits before the fallback approvers are asked too.'),
    auto_approve: autoApproveSchema.exactOptional(),
    pre_approval: preApprovalSchema.exactOptional(),
    fallback_when_empty: z
      .boolean()
      .default(true)
      .describe(
        'Whether the fallback approvers are asked at once when too few of the others are there, as when an on-call group is empty.',
      ),
    quiet_hours: quietHoursSchema
      .exactOptional()
      .describe('Quiet hours for the approvers of this policy, in place of those for all.'),
    urgent: z
      .boolean()
      .default(false)
      .describe('Whether approvers of this policy are alerted in their quiet hours too.'),
  })
  .transform(({ fallback, fallback_after: after, fallback_when_empty: whenEmpty, ...policy }) => ({
    ...camel(policy),
    ...(fallback && after !== undefined ? { fallback: { from: fallback, after, whenEmpty } } : {}),
  }))
