/** What a policy can say about asking beyond who, how long and why. */
import { z } from 'zod'
import { list, pattern, text, told, who } from './shape-parts.ts'

export const ticketSchema = z.strictObject({
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
        `${told(issue)} is not a link to a ticket: begin with https:// and write {ticket} where its name belongs, after the host.`,
    })
    .optional()
    .describe(
      'Where a ticket can be read, with {ticket} in place of its name: https://tracker.example/browse/{ticket}.',
    ),
  hint: text(200).optional().describe('What a ticket looks like; shown to the person who asks.'),
})

export const requestForSchema = z.strictObject({
  from: list(who).describe(
    'Who may ask for somebody else: everyone, people (U… or W…) and user groups (S…).',
  ),
  to: list(who)
    .default(['everyone'])
    .describe(
      'For whom: everyone (any member of the workspace), people (U… or W…) and user groups (S…). They need not be named under request.',
    ),
})

/** The placeholder stands behind the host, so that what people type never chooses where a link leads. */
function isLink(typed: string): boolean {
  const probe = 'elevate0ticket'
  if (!typed.includes('{ticket}') || !URL.canParse(typed.replaceAll('{ticket}', probe))) return false
  const url = new URL(typed.replaceAll('{ticket}', probe))
  const kind = url.protocol === 'https:' || url.protocol === 'http:'
  return kind && !/[\s|<>]/.test(typed) && !`${url.username}${url.password}${url.host}`.includes(probe)
}
