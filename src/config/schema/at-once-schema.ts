/** What is approved without a click, and when nobody is disturbed. */
import { z } from 'zod'
import { WEEKDAYS } from '../../core/people/hours.ts'
import { choice, duration, ID, ID_HELP, list, pattern, told, who } from './shape-parts.ts'

const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/
const END = /^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/

const timeOfDay = (shape: RegExp, example: string) =>
  z.string().regex(shape, {
    error: (issue) =>
      `${told(issue)} is not a time of day: write hours and minutes, for example "${example}".`,
  })

const from = timeOfDay(TIME, '20:00')
const to = timeOfDay(END, '08:00')

export const quietHoursSchema = z.strictObject({
  from: from.describe('When they begin, for example "20:00".'),
  to: to.describe('When they end, for example "08:00"; earlier than from means the next morning.'),
})

export const autoApproveSchema = list(
  z.strictObject({
    name: z
      .string()
      .regex(ID, { error: (issue) => `${told(issue)} is not a name: ${ID_HELP}.` })
      .describe('What cards, receipts and the audit log call the rule.'),
    roles: list(z.string()).optional().describe("Which of the policy's roles; all of them when left out."),
    from: list(who)
      .optional()
      .describe('Only when one of these asks: everyone, people (U… or W…) and user groups (S…).'),
    max_duration: duration().optional().describe('Only when no more than this is asked for: 30m, 2h or 1d.'),
    hours: z
      .strictObject({
        days: list(choice(WEEKDAYS))
          .default([...WEEKDAYS])
          .describe('On which days they begin: mon, tue, wed, thu, fri, sat, sun. Every day when left out.'),
        from: from.describe('When they begin, for example "08:00".'),
        to: to.describe('When they end, for example "18:00"; earlier than from means the next morning.'),
        timezone: z.string().describe('The time zone of these times, for example Europe/Berlin.'),
      })
      .optional()
      .describe('Only at these times. The clock on the wall counts, in summer and in winter.'),
    reason_pattern: pattern('found')
      .optional()
      .describe('Only when this regular expression is found in the reason.'),
    ticket_pattern: pattern('whole')
      .optional()
      .describe(
        'Only when a ticket is named and this regular expression matches the whole of it; the policy needs a ticket for that.',
      ),
  }),
).describe(
  'Rules that approve a request at once, without anybody. Every condition that a rule names must hold; the first rule that holds is used. Extensions are always decided by people.',
)

export const preApprovalSchema = z
  .strictObject({
    max: duration().describe('The longest that it holds: 12h, 7d; at most 30d.'),
  })
  .describe(
    'Lets approvers say yes beforehand, for a person and for some days: /elevate allow. Not possible when left out.',
  )
