import { inspectBlocks } from './block-rules/inspect.ts'
import { type Issue, list, object, optional, string } from './block-rules/rule.ts'
import type { Ids } from './clock.ts'
import { identified } from './input-values.ts'
import { isObject, type Json } from './json.ts'
import { acceptBlocks, checkLength } from './message-content.ts'
import { invalidFor, SlackError } from './slack-error.ts'
import type { Block } from './view.ts'

/**
 * Secondary attachments, of which only those that hold blocks beside a coloured bar are taken here. All of this is from
 * Slack's pages (they call it legacy, and keep it); nothing was measured: the hundred, the three names and what colours
 * they stand for, ids that count from 1, a colour that comes back without its `#`.
 */
export type Attachment = {
  readonly id: number
  /** Six digits, as Slack gives it back. */
  readonly color: string
  readonly fallback: string
  readonly blocks: readonly Block[]
}

const MOST = 100
const NAMED: Readonly<Record<string, string>> = { good: '2eb886', warning: 'daa038', danger: 'a30200' }
const NO_COLOUR = 'e8e8e8'
const NO_FALLBACK = '[no preview available]'

/** The fields that Slack has for text, titles and pictures are left out on purpose: blocks say it all. */
const shape = list(
  object({
    blocks: (value, pointer, inspection) => {
      inspection.issues.push(...inspectBlocks(value, 'message', pointer))
      return true
    },
    color: optional(string({ pattern: /^(#[0-9a-fA-F]{6}|good|warning|danger)$/ })),
    fallback: optional(string({ max: 3000 })),
  }),
  0,
  Number.POSITIVE_INFINITY,
)

/** Attachments that Slack would accept beside these blocks; throws Slack's error otherwise. */
export function acceptAttachments(
  given: unknown,
  beside: readonly Block[],
  refused: ReadonlySet<string>,
): Omit<Attachment, 'id'>[] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const attachments = typeof given === 'string' ? parsed(given) : given
  const issues: Issue[] = []
  shape(attachments, '/attachments', { surface: 'message', issues })
  if (issues.length > 0 || !Array.isArray(attachments)) throw invalidFor('invalid_attachments', issues)
  if (attachments.length > MOST) throw new SlackError('too_many_attachments')
  const inside = (attachments as { blocks: Block[] }[]).flatMap((one) => one.blocks)
  // Where Slack's pages do not say whether it counts them together, the narrower reading.
  acceptBlocks([...beside, ...inside], refused)
  checkLength([beside, attachments])
  return attachments.filter(isObject).map(kept)
}

/** With the ids that Slack gives to attachments, blocks and elements. */
export function numbered(attachments: readonly Omit<Attachment, 'id'>[], ids: Ids): Attachment[] {
  return attachments.map((one, at) => ({ ...one, id: at + 1, blocks: identified(one.blocks, ids) }))
}

/** Everything that is drawn of a message, from top to bottom. */
export function blocksOf(message: {
  readonly blocks: readonly Block[]
  readonly attachments?: readonly Pick<Attachment, 'blocks'>[]
}): readonly Block[] {
  return [...message.blocks, ...(message.attachments ?? []).flatMap((one) => one.blocks)]
}

function kept({ blocks, color, fallback }: Json): Omit<Attachment, 'id'> {
  const named = typeof color === 'string' ? (NAMED[color] ?? color.slice(1).toLowerCase()) : NO_COLOUR
  return {
    color: named,
    fallback: typeof fallback === 'string' ? fallback : NO_FALLBACK,
    blocks: blocks as Block[],
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SlackError('invalid_attachments')
  }
}
