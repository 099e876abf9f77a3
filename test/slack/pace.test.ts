import { expect, it } from 'vitest'
import { makePace } from '../../src/slack/platform/posting.ts'

it('lets a burst through, then says how long to wait, and recovers with time', () => {
  let time = 0
  const pace = makePace({ perMinute: 60, burst: 3, now: () => new Date(time) })
  expect([pace.take(), pace.take(), pace.take()]).toEqual([0, 0, 0])
  expect(pace.take()).toBe(1000)
  time += 1000
  expect(pace.take()).toBe(0)
  expect(pace.take()).toBe(1000)
})

it('a clock that is set back neither gives nor takes', () => {
  let time = 10_000
  const pace = makePace({ perMinute: 60, burst: 1, now: () => new Date(time) })
  expect(pace.take()).toBe(0)
  time = 0
  expect(pace.take()).toBe(1000)
  time = 1000
  expect(pace.take()).toBe(0)
})
