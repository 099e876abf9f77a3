/** Who decides: in one stage, said shortly, or in several that must all be filled. */
import { z } from 'zod'
import { MOST_APPROVALS } from '../../core/access/stages.ts'
import { choice, list, named, text, who, whole } from './shape-parts.ts'

const from = list(who).describe('Who may approve: everyone, people (U… or W…) and user groups (S…).')
const quiet = list(named)
  .optional()
  .describe(
    'Who may approve as well and is never mentioned, written to or reminded: people (U… or W…) and user groups (S…).',
  )
const count = whole(1, MOST_APPROVALS).default(1).describe('How many different people must say yes.')

export const approveSchema = z
  .strictObject({
    from: from.optional(),
    quiet,
    count,
    stages: list(
      z.strictObject({
        name: text(40).optional().describe('What the approvers are asked as, for example Data owner.'),
        from,
        quiet,
        count,
      }),
    )
      .optional()
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
  .describe('Who decides.')
