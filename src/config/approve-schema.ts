/** Who decides: in one stage, said shortly, or in several that must all be filled. */
import { z } from 'zod'
import { MOST_APPROVALS } from '../core/stages.ts'
import { list, text, who, whole } from './shape-parts.ts'

const from = list(who).describe('Who may approve: everyone, people (U… or W…) and user groups (S…).')
const count = whole(1, MOST_APPROVALS).default(1).describe('How many different people must say yes.')

export const approveSchema = z
  .strictObject({
    from: from.optional(),
    count,
    stages: list(
      z.strictObject({
        name: text(40).optional().describe('What the approvers are asked as, for example Data owner.'),
        from,
        count,
      }),
    )
      .optional()
      .describe(
        'In place of from and count: several groups of approvers, all of which must say yes, in any order. One person counts in one of them only.',
      ),
    allow_self_approval: z
      .boolean()
      .default(false)
      .describe(
        'Whether the person who asks may also be one of the approvers. Leave it out unless you mean it.',
      ),
  })
  .describe('Who decides.')
