import { expect, it } from 'vitest'
import { lastOfEachExtensionChain, secondsPlanned } from '../../src/core/access/grant.ts'

const row = (id: string, prolongs?: string) => ({ grant: { id, prolongs } })

it.each([
  ['nothing', [], []],
  ['one alone', [row('a')], ['a']],
  ['the end of a chain', [row('a'), row('b', 'a'), row('c', 'b')], ['c']],
  ['the end of each chain', [row('a'), row('b', 'a'), row('x')], ['b', 'x']],
  ['what goes on from something that is over', [row('b', 'gone')], ['b']],
] as const)('of several grants is meant %s', (_, rows, ends) => {
  expect(lastOfEachExtensionChain([...rows]).map(({ grant }) => grant.id)).toEqual(ends)
})

it('is planned from activation to expiry, or as asked while it is not there', () => {
  const at = (minutes: number) => new Date(minutes * 60_000)
  expect(secondsPlanned({ duration: 1800, activatedAt: undefined, expiresAt: undefined })).toBe(1800)
  expect(secondsPlanned({ duration: 1800, activatedAt: at(0), expiresAt: at(30) })).toBe(1800)
  expect(secondsPlanned({ duration: 1800, activatedAt: at(20), expiresAt: at(60) })).toBe(2400)
})
