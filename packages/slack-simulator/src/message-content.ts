import { inspectBlocks } from './block-rules/inspect.ts'
import type { Issue } from './block-rules/rule.ts'
import { isObject } from './json.ts'
import { invalidFor, SlackError } from './slack-error.ts'
import type { Block } from './view.ts'

/** Undocumented and seen to vary; Slack refuses messages whose blocks are longer than about this as JSON. */
const LONGEST_BLOCKS = 13_200
export const LONGEST_TEXT = 40_000

/**
 * Blocks that Slack would accept in a message; throws Slack's error otherwise. `refused` are kinds that this
 * workspace does not know yet: Slack lets newer ones reach workspaces one after the other.
 */
export function acceptBlocks(given: unknown, refused: ReadonlySet<string> = new Set()): Block[] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const blocks = typeof given === 'string' ? parsed(given) : given
  // A string inside the JSON means that the blocks were encoded twice.
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format')
  const issues = [...unknownIn(blocks, refused), ...inspectBlocks(blocks, 'message')]
  if (issues.length > 0) throw invalidFor('invalid_blocks', issues)
  checkLength(blocks)
  return blocks as Block[]
}

export function checkLength(content: unknown): void {
  if (JSON.stringify(content).length > LONGEST_BLOCKS) throw new SlackError('msg_blocks_too_long')
}

function unknownIn(blocks: readonly unknown[], refused: ReadonlySet<string>): Issue[] {
  return blocks.flatMap((block, at) => {
    const type = isObject(block) ? String(block.type) : ''
    return refused.has(type)
      ? [{ pointer: `/blocks/${at}/type`, message: `unsupported type: ${type}`, code: 'failed_constraint' }]
      : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SlackError('invalid_blocks_format')
  }
}
