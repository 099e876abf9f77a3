import { isObject, type Json } from '../json.ts'
import type { Block } from '../view.ts'

/** One thing in a block that a person can use, and the block it counts for. */
export type Found = {
  readonly block: Block
  readonly element: Json
  readonly role: 'input' | 'accessory' | 'action'
  readonly pointer: string
}

type Spot = { readonly value: unknown; readonly role: Found['role']; readonly pointer: string }

/** Every element with an action_id, in reading order, also inside containers, cards and carousels. */
export function elementsIn(blocks: readonly Block[], pointer = ''): Found[] {
  return blocks.flatMap((block, at) => {
    if (!isObject(block)) return []
    const here = `${pointer}/${at}`
    if (block.type === 'container') return elementsIn(asBlocks(block.child_blocks), `${here}/child_blocks`)
    if (block.type === 'carousel') return elementsIn(asBlocks(block.elements), `${here}/elements`)
    return spotsOf(block, here).flatMap(({ value, role, pointer: spot }) =>
      isObject(value) && isUsable(value) ? [{ block, element: value, role, pointer: spot }] : [],
    )
  })
}

/** Blocks with a block_id of their own, those inside containers and carousels included. */
export function blocksIn(blocks: readonly Block[], pointer = ''): { block: Block; pointer: string }[] {
  return blocks.flatMap((block, at) => {
    if (!isObject(block)) return []
    const here = `${pointer}/${at}`
    return [
      { block, pointer: here },
      ...(block.type === 'container' ? blocksIn(asBlocks(block.child_blocks), `${here}/child_blocks`) : []),
      ...(block.type === 'carousel' ? blocksIn(asBlocks(block.elements), `${here}/elements`) : []),
      ...(block.type === 'plan' ? blocksIn(asBlocks(block.tasks), `${here}/tasks`) : []),
    ]
  })
}

function spotsOf(block: Block, pointer: string): Spot[] {
  if (block.type === 'input') return [{ value: block.element, role: 'input', pointer: `${pointer}/element` }]
  if (block.type === 'section') {
    return [{ value: block.accessory, role: 'accessory', pointer: `${pointer}/accessory` }]
  }
  const key = { actions: 'elements', context_actions: 'elements', card: 'actions' }[block.type]
  const values = key ? block[key] : undefined
  if (!key || !Array.isArray(values)) return []
  return values.map((value, at) => ({ value, role: 'action', pointer: `${pointer}/${key}/${at}` }))
}

/** Only elements act; an image or a text beside them does not. */
function isUsable(value: Json): boolean {
  return value.type !== 'image' && typeof value.type === 'string'
}

function asBlocks(value: unknown): Block[] {
  return Array.isArray(value) ? (value as Block[]) : []
}
