/** A worker calls a target only while the claim is surely its own. */
import { expect, it, vi } from 'vitest'
import type { Claim } from '../../src/core/access/grant.ts'
import { LEASE_IN_DOUBT_SECONDS, LEASE_SECONDS } from '../../src/core/access/retry.ts'
import { holdLease } from '../../src/operations/access/grant/call-target.ts'
import type { World } from '../../src/operations/world.ts'

function holding(renew: () => Promise<boolean>, heldUp = 0) {
  const store = { claims: { renew } } as unknown as World['store']
  const claim = { takenAt: performance.now() - heldUp * 1000 } as Claim
  return <T>(call: (signal: AbortSignal) => Promise<T>) => holdLease({ store }, claim, call)
}

/** A target that never answers. */
const hang = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')))
  })

it('does not call when it was held up and somebody else has taken over', async () => {
  const call = vi.fn(async () => 'called')
  await expect(holding(async () => false, LEASE_SECONDS)(call)).rejects.toThrow('another worker')
  expect(call).not.toHaveBeenCalled()
  expect(await holding(async () => true, LEASE_SECONDS)(call)).toBe('called')
})

it('does not ask before a call that comes at once', async () => {
  const renew = vi.fn(async () => false)
  expect(await holding(renew)(async () => 'called')).toBe('called')
  expect(renew).not.toHaveBeenCalled()
})

it('renews while the target is slow, for as long as it takes', async () => {
  vi.useFakeTimers()
  try {
    const renew = vi.fn(async () => true)
    const slow = new Promise<string>((resolve) => setTimeout(() => resolve('done'), 3 * LEASE_SECONDS * 1000))
    const held = holding(renew)(() => slow)
    await vi.advanceTimersByTimeAsync(3 * LEASE_SECONDS * 1000)
    expect(await held).toBe('done')
    expect(renew.mock.calls.length).toBeGreaterThanOrEqual(6)
    await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

it.each([
  { how: 'was lost', renew: async () => false },
  {
    how: 'cannot be renewed',
    renew: async () => {
      throw new Error('no database')
    },
  },
])('stops the call before the lease is over when it $how', async ({ renew }) => {
  vi.useFakeTimers()
  try {
    const began = performance.now()
    const held = holding(renew)(hang).catch(
      (error: Error) => `${error.message} after ${performance.now() - began}`,
    )
    await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000)
    const [, after] = (await held).split(' after ')
    expect(Number(after)).toBeLessThan(LEASE_SECONDS * 1000)
    expect(Number(after)).toBeLessThanOrEqual((LEASE_IN_DOUBT_SECONDS + 2) * 1000)
  } finally {
    vi.useRealTimers()
  }
})
