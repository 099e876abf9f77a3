import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BLOCK_TYPES } from '../src/block-rules/block-rules.ts'
import { complaints, GOOD } from './example-blocks.ts'

describe('one block', () => {
  test('there is a correct example of every kind that can be sent', () => {
    expect(Object.keys(GOOD).sort()).toEqual([...BLOCK_TYPES].sort())
  })

  test('the kinds are those of the types package, and charts, without files', () => {
    const declared = readFileSync(
      new URL('../../../node_modules/@slack/types/dist/block-kit/blocks.d.ts', import.meta.url),
      'utf8',
    )
    const known = [...declared.matchAll(/^ {4}type: '(\w+)';/gm)].map((match) => String(match[1]))
    const expected = [...new Set(known), 'data_visualization'].filter((type) => type !== 'file')
    expect([...BLOCK_TYPES].sort()).toEqual(expected.sort())
  })

  test.each(Object.entries(GOOD))('a correct %s is accepted', (type, [surface, block]) => {
    expect(complaints([{ type, ...block }], surface)).toEqual([])
  })

  test.each(Object.entries(GOOD))(
    'a %s with a field that does not exist is refused',
    (type, [surface, block]) => {
      expect(complaints([{ type, ...block, colour: 'red' }], surface)).toContain(
        '[ERROR] invalid additional property: colour [json-pointer:/blocks/0]',
      )
    },
  )

  test('a block is accepted only where Slack allows it', () => {
    const refusedOn = (type: string) =>
      (['message', 'modal', 'home'] as const).filter(
        (surface) => complaints([{ type, ...GOOD[type]?.[1] }], surface).length > 0,
      )
    expect(refusedOn('alert')).toEqual(['message', 'home'])
    expect(refusedOn('card')).toEqual(['modal'])
    expect(refusedOn('data_visualization')).toEqual(['modal', 'home'])
    expect(refusedOn('markdown')).toEqual(['modal', 'home'])
    expect(refusedOn('section')).toEqual([])
  })
})
