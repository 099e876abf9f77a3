/** What is kept of what people do, and who else may report it. */
import { z } from 'zod'
import { redactions } from '../../core/activity/activity.ts'
import { choice, list } from './shape-parts.ts'

export const activitySchema = z
  .strictObject({
    redact: choice(redactions).describe(
      'How much of the statements is kept: literals takes strings, numbers and comments out, none keeps everything but passwords, all keeps no text.',
    ),
  })
  .describe('What is kept of what people do with the access. Without it: everything but literals.')

const reference = 'Name where the secret is kept: { env: NAME } or { file: /path }.'

export const activitySourceSchema = z.strictObject({
  secret: z
    .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
      error: reference,
    })
    .describe('Where the secret is kept that the source signs with (Standard Webhooks: whsec_…).'),
  targets: list(z.string()).describe('The targets that the source may report about.'),
  known_accounts: z
    .array(z.string().min(1))
    .default([])
    .describe('Accounts that work there without a grant, such as those of services: nobody is told of them.'),
})

export type ActivitySourceFile = z.output<typeof activitySourceSchema>
