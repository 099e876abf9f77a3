/** The shape of one receiver of the audit log. */
import { z } from 'zod'
import { auditEventTypes } from '../../core/log/audit-event.ts'
import { OCSF_DEFAULT, OCSF_VERSIONS } from '../../core/log/ocsf-version.ts'
import { quote } from '../yaml/issue.ts'
import { choice, ID, ID_HELP, list, told } from './shape-parts.ts'

const ADDRESS = 'Write an https address, or where it is kept: { env: NAME } or { file: /path }.'

const reference = (error: string) =>
  z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
    error,
  })

export const deliverySchema = z.strictObject({
  name: z
    .string()
    .regex(ID, { error: (issue) => `${told(issue)} is not a name: ${ID_HELP}.` })
    .describe('What alarms call it. How far it has the log is kept under this name.'),
  webhook: z
    .strictObject({
      url: z
        .union(
          [
            z.string().regex(/^https?:\/\/[^\s]+$/, { error: ADDRESS }),
            z.strictObject({ env: z.string().min(1) }),
            z.strictObject({ file: z.string().min(1) }),
          ],
          { error: ADDRESS },
        )
        .describe('Where events are sent by POST: an https address, or where it is kept.'),
      secret: reference('Name where the secret is kept: { env: NAME } or { file: /path }.').describe(
        'Where the secret is kept that signs each message (Standard Webhooks: whsec_…).',
      ),
    })
    .optional()
    .describe('Events by signed HTTP POST. Either this or file.'),
  file: z
    .string()
    .regex(/^\//, { error: (issue) => `${told(issue)} is not a whole path: begin with /.` })
    .optional()
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
  types: list(choice(auditEventTypes)).optional().describe('Only events of these types. All when left out.'),
})

export type DeliveryFile = z.output<typeof deliverySchema>
