import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clamp, cleanText, lengthOf } from '../../src/core/access/reason.ts'
import { canonicalJson, type Json } from '../../src/core/json.ts'
import { nearest } from '../../src/core/people/nearest.ts'
import { anyText } from '../support/texts.ts'

describe('typed text', () => {
  it('loses what deceives a reader and keeps the rest', () => {
    expect(cleanText('pay \u202egnp.exe\u202c now')).toBe('pay gnp.exe now')
    expect(cleanText('zero\u200bwidth\ufeff and \u0000 nul')).toBe('zerowidth and  nul')
    expect(cleanText('a\r\nb\rc\n\n\n\nd')).toBe('a\nb\nc\n\nd')
    expect(cleanText('\ud800 lone')).toBe('\ufffd lone')
    expect(cleanText('Zoë 🙂 日本')).toBe('Zoë 🙂 日本')
  })

  it('is the same when it is cleaned twice', () => {
    fc.assert(
      fc.property(anyText(), (typed) => {
        expect(cleanText(cleanText(typed))).toBe(cleanText(typed))
      }),
    )
  })

  it('is counted and cut by characters, never through the middle of one', () => {
    expect(lengthOf('🙂🙂')).toBe(2)
    expect(clamp('🙂🙂🙂', 2)).toBe('🙂…')
    expect(clamp('abc', 3)).toBe('abc')
    fc.assert(
      fc.property(anyText(20), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const points = [...text]
        expect(clamp(text, max)).toBe(points.length > max ? `${points.slice(0, max - 1).join('')}…` : text)
      }),
    )
  })
})

describe('the nearest name', () => {
  const names = ['orders-db', 'billing-db', 'crm']
  it.each([
    ['order-db', 'orders-db'],
    ['ordres-db', 'orders-db'],
    ['bill', 'billing-db'],
    ['CRM', 'crm'],
  ])('of %s is %s', (typed, near) => {
    expect(nearest(typed, names)).toBe(near)
  })
  it('is not guessed when nothing is near', () => {
    expect(nearest('kubernetes', names)).toBeUndefined()
    expect(nearest('', [])).toBeUndefined()
  })
})

describe('canonical JSON', () => {
  it('has one spelling', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'é\n"'], '\u20ac': 0 })).toBe(
      '{"a":[true,null,"é\\n\\""],"b":1,"€":0}',
    )
  })
  it('says the same whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse()) as Json
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual({ ...value })
      }),
    )
  })
  it('refuses numbers that programs spell differently', () => {
    expect(() => canonicalJson(0.1)).toThrow(RangeError)
    expect(() => canonicalJson(2 ** 60)).toThrow(RangeError)
  })
})
