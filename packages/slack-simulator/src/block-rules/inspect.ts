import { isObject } from '../json.ts'
import type { Block } from '../view.ts'
import { anyBlock } from './block-rules.ts'
import { cellText } from './data-rules.ts'
import { blocksIn, elementsIn } from './elements-in.ts'
import { menuOption, plainText } from './object-rules.ts'
import {
  boolean,
  byType,
  type Fields,
  fail,
  type Inspection,
  type Issue,
  list,
  object,
  oneOf,
  optional,
  type Surface,
  string,
} from './rule.ts'

/** What a whole message or view must keep, beyond what each of its blocks must keep. */

const MOST_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 }
const MARKDOWN_TOTAL = 12_000
const CELLS_TOTAL = 10_000

export function inspectBlocks(blocks: unknown, surface: Surface, pointer = '/blocks'): Issue[] {
  const inspection: Inspection = { surface, issues: [] }
  list(anyBlock, 0, MOST_BLOCKS[surface])(blocks, pointer, inspection)
  if (Array.isArray(blocks)) {
    const known = blocks.filter(isObject) as Block[]
    distinctIds(known, pointer, inspection)
    if (surface === 'message') messageTotals(known, pointer, inspection)
  }
  return inspection.issues
}

function distinctIds(blocks: readonly Block[], pointer: string, inspection: Inspection): void {
  const seen = new Set<string>()
  for (const { block, pointer: here } of blocksIn(blocks, pointer)) {
    if (typeof block.block_id !== 'string') continue
    if (seen.has(block.block_id)) {
      fail(inspection, `${here}/block_id`, `block_id already exists: ${block.block_id}`)
    }
    seen.add(block.block_id)
  }
  const used = new Map<Block, Set<unknown>>()
  let focused = 0
  for (const { block, element, pointer: here } of elementsIn(blocks, pointer)) {
    const ids = used.get(block) ?? new Set()
    used.set(block, ids)
    if (element.action_id !== undefined && ids.has(element.action_id)) {
      fail(
        inspection,
        `${here}/action_id`,
        `action_id already exists in this block: ${String(element.action_id)}`,
      )
    }
    ids.add(element.action_id)
    if (element.focus_on_load === true) {
      focused += 1
      if (focused > 1) fail(inspection, `${here}/focus_on_load`, 'only one element can have focus_on_load')
    }
  }
}

function messageTotals(blocks: readonly Block[], pointer: string, inspection: Inspection): void {
  const all = blocksIn(blocks).map(({ block }) => block)
  const ofType = (type: string) => all.filter((block) => block.type === type)
  const markdown = ofType('markdown').reduce((sum, block) => sum + String(block.text ?? '').length, 0)
  if (markdown > MARKDOWN_TOTAL)
    fail(inspection, pointer, `must have no more than ${MARKDOWN_TOTAL} markdown characters`)
  if (ofType('table').length > 1) fail(inspection, pointer, 'only one table is allowed in a message')
  if (ofType('table').reduce((sum, block) => sum + cellText(block.rows), 0) > CELLS_TOTAL) {
    fail(inspection, pointer, `tables must have no more than ${CELLS_TOTAL} characters in total`)
  }
  if (ofType('data_visualization').length > 2) {
    fail(inspection, pointer, 'no more than 2 data_visualization blocks are allowed in a message')
  }
  const standalone = blocks.some((block) => block.type === 'task_card')
  if (standalone && ofType('plan').length > 0) {
    fail(inspection, pointer, 'a plan and a task_card cannot be in one message')
  }
}

const viewFields: Fields = {
  blocks: () => true,
  private_metadata: optional(string({ max: 3000 })),
  callback_id: optional(string({ max: 255 })),
  external_id: optional(string({ max: 255 })),
}

const modal = object({
  type: oneOf('modal'),
  ...viewFields,
  title: plainText(24),
  close: optional(plainText(24)),
  submit: optional(plainText(24)),
  clear_on_close: optional(boolean),
  notify_on_close: optional(boolean),
  submit_disabled: optional(boolean),
})

const home = object({ type: oneOf('home'), ...viewFields })

export function inspectView(view: unknown, wanted: 'modal' | 'home', pointer = '/view'): Issue[] {
  const inspection: Inspection = { surface: wanted, issues: [] }
  byType(wanted === 'modal' ? { modal } : { home })(view, pointer, inspection)
  if (!isObject(view)) return inspection.issues
  if (view.blocks !== undefined) {
    inspection.issues.push(...inspectBlocks(view.blocks, wanted, `${pointer}/blocks`))
  }
  const blocks = Array.isArray(view.blocks) ? (view.blocks as Block[]) : []
  if (
    wanted === 'modal' &&
    view.submit === undefined &&
    blocksIn(blocks).some(({ block }) => block.type === 'input')
  ) {
    fail(inspection, pointer, 'must define `submit` to use an `input` block in modals')
  }
  return inspection.issues
}

/** As Slack writes it into `response_metadata.messages`. */
export function asMessage(issue: Issue): string {
  return `[ERROR] ${issue.message} [json-pointer:${issue.pointer}]`
}

const suggestions = object({
  options: optional(list(menuOption, 0, 100)),
  option_groups: optional(list(object({ label: plainText(75), options: list(menuOption, 0, 100) }), 0, 100)),
})

/** The answer to a `block_suggestion`. */
export function inspectOptions(answer: unknown): Issue[] {
  const inspection: Inspection = { surface: 'modal', issues: [] }
  suggestions(answer, '', inspection)
  return inspection.issues
}
