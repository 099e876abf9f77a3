// What every connector must keep to, whatever system it speaks to. A connector's own test calls this with a world.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access, Connector } from '../../src/core/connector.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Subject } from '../../src/core/people/person.ts'
import { endInTarget } from '../../src/operations/access/grant/call-target.ts'

export type World = {
  readonly connector: Connector
  /** A person who can have an account in the target. */
  readonly subject: Subject
  readonly role: string
  readonly entitlement: JsonObject
  /** People whose names try to break out of a statement, a filter or a path, and who have an account, too. */
  readonly hostile: readonly Subject[]
  /** The same connector before a server that does not answer. */
  readonly unreachable: Connector
  /** Asked of the target without elevate: does the account have the entitlement now? */
  holds(account: string): Promise<boolean>
  /** A call of this elevate that has given the access, and whose commit is still on its way. */
  underWay(access: Access): Promise<{ commit(): Promise<unknown> }>
  /** An administrator gives the account another name. */
  rename(account: string, name: string): Promise<void>
  /** What an administrator does by hand; absent where accounts exist for one grant only. */
  readonly byHand?: { give(account: string): Promise<void>; take(account: string): Promise<void> }
  close(): Promise<void>
}

let lastNumber = 7000

/** A grant as `core` would hand it over. */
export async function accessFor(world: World, subject: Subject = world.subject): Promise<Access> {
  const grantNumber = ++lastNumber
  const grantId = `00000000-0000-7000-8000-${String(grantNumber).padStart(12, '0')}`
  const { role, entitlement } = world
  const account = await world.connector.resolve({ subject, role, entitlement, grantId, grantNumber })
  return {
    grantId,
    grantNumber,
    target: 'target',
    role,
    account,
    entitlement,
    subject,
    notAfter: new Date(Date.now() + 3_600_000),
    preexisting: false,
  }
}

export const patient = () => AbortSignal.timeout(20_000)

type Revoked = {
  readonly was: 'taken' | 'already-gone' | 'kept-standing' | 'held'
  readonly sessionsEnded: number
  readonly leftBehind: readonly string[]
  /** What was in the way, in the words of the alarm. */
  readonly failures: readonly string[]
}

/** One try to end the access, step by step, as elevate does it. */
export async function revokeBy(connector: Connector, access: Access, signal = patient()): Promise<Revoked> {
  let taken = false
  let sessionsEnded = 0
  const { seen, failures } = await endInTarget(connector, access, signal, async (done) => {
    taken ||= done.taken
    sessionsEnded += done.sessionsEnded
    return true
  })
  if (!seen || seen.state === 'held') return { was: 'held', sessionsEnded, leftBehind: [], failures }
  const leftBehind = await connector.cleanUp(access, signal)
  const gone = taken || sessionsEnded > 0 ? 'taken' : 'already-gone'
  return { was: seen.state === 'standing' ? 'kept-standing' : gone, sessionsEnded, leftBehind, failures }
}

export function keepsTheContract(name: string, make: () => Promise<World>): void {
  describe(`${name} keeps the contract of connectors`, () => {
    let world: World
    beforeAll(async () => {
      world = await make()
    })
    afterAll(() => world?.close())

    const grant = (access: Access) => world.connector.grant(access, patient())
    const revoke = (access: Access) => revokeBy(world.connector, access)
    const holder = async (account: string) => {
      const holders = await world.connector.inspect(world.role, world.entitlement, patient())
      return holders.filter((one) => one.account === account)
    }

    it('finds nothing wrong with a target that is set up as documented', async () => {
      const findings = await world.connector.check(patient())
      expect(findings.filter(({ level }) => level === 'fault')).toEqual([])
    })

    it('grants access that the target confirms, and revokes it', async () => {
      const access = await accessFor(world)
      expect(await world.holds(access.account)).toBe(false)
      expect(await grant(access)).toMatchObject({ was: 'given', preexisting: false })
      expect(await world.holds(access.account)).toBe(true)
      expect(await revoke(access)).toMatchObject({ was: 'taken' })
      expect(await world.holds(access.account)).toBe(false)
    })

    it('takes a second grant for the same one', async () => {
      const access = await accessFor(world)
      await grant(access)
      expect(await grant(access)).toMatchObject({ was: 'already-there', preexisting: false })
      expect(await world.holds(access.account)).toBe(true)
      await revoke(access)
      expect(await world.holds(access.account)).toBe(false)
    })

    it('makes one access of grants that come at the same moment', async () => {
      const access = await accessFor(world)
      const results = await Promise.allSettled([grant(access), grant(access), grant(access)])
      expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'retryable' })
      }
      await grant(access)
      expect(await holder(access.account)).toHaveLength(1)
      await revoke(access)
      expect(await world.holds(access.account)).toBe(false)
    })

    it('is revoked by the next try wherever a process ended between two steps', async () => {
      const steps = world.connector.endingSteps(await accessFor(world))
      for (let done = 0; done <= steps.length; done++) {
        const access = await accessFor(world)
        await grant(access)
        for (const step of steps.slice(0, done)) await world.connector.end(access, step, patient())
        expect(await revoke(access), `after ${done} steps`).toMatchObject({ failures: [] })
        expect(await world.holds(access.account), `after ${done} steps`).toBe(false)
      }
    })

    it('is not granted any more by a call that was under way when it was revoked', async () => {
      const access = await accessFor(world)
      const late = await world.underWay(access)
      await revoke(access)
      await late.commit().catch(() => {})
      expect(await world.holds(access.account)).toBe(false)
      expect(await holder(access.account)).toEqual([])
    })

    it('is revoked also by another name, which somebody gave the account meanwhile', async () => {
      const access = await accessFor(world)
      const { ids } = await grant(access)
      const other = `${access.account}_renamed`
      await world.rename(access.account, other)
      expect(await revoke({ ...access, ids })).toMatchObject({ was: 'taken', failures: [] })
      expect(await world.holds(other)).toBe(false)
      // An account that was there before is there still, and keeps its name for the next test.
      await world.rename(other, access.account).catch(() => {})
    })

    it('takes a second revoke for done', async () => {
      const access = await accessFor(world)
      await grant(access)
      await revoke(access)
      expect(await revoke(access)).toMatchObject({ was: 'already-gone', sessionsEnded: 0 })
    })

    it('revokes what was never granted without complaint', async () => {
      expect(await revoke(await accessFor(world))).toMatchObject({ was: 'already-gone' })
    })

    it('names the account that a grant uses the same way each time', async () => {
      const one = await accessFor(world)
      const { subject, role, entitlement, grantId, grantNumber } = one
      expect(await world.connector.resolve({ subject, role, entitlement, grantId, grantNumber })).toBe(
        one.account,
      )
    })

    it('lists a holder once while the access lasts, and not afterwards', async () => {
      const access = await accessFor(world)
      await grant(access)
      expect(await holder(access.account)).toEqual([expect.objectContaining({ via: 'direct' })])
      await revoke(access)
      expect(await holder(access.account)).toEqual([])
    })

    it('treats names as names', async () => {
      for (const subject of world.hostile) {
        const access = await accessFor(world, subject)
        await grant(access)
        expect(await world.holds(access.account)).toBe(true)
        await revoke(access)
        expect(await world.holds(access.account)).toBe(false)
      }
    })

    it('says "try again" when the server does not answer, and leaves its address and secret unsaid', async () => {
      const access = await accessFor(world)
      for (const call of [
        world.unreachable.grant(access, patient()),
        world.unreachable.end(access, 'take', patient()),
        world.unreachable.look(access, patient()),
        world.unreachable.inspect(world.role, world.entitlement, patient()),
      ]) {
        await expect(call).rejects.toMatchObject({ name: 'ConnectorError', kind: 'retryable' })
        await expect(call).rejects.not.toThrow(/hunter2/)
      }
      // Comes after access is over, so it lists what could not be done, and keeps nothing open.
      await world.unreachable.cleanUp(access, patient())
      expect(await world.unreachable.check(patient())).toEqual([expect.objectContaining({ level: 'fault' })])
    })

    it('does nothing once the caller has aborted', async () => {
      const access = await accessFor(world)
      await expect(world.connector.grant(access, AbortSignal.abort())).rejects.toMatchObject({
        kind: 'retryable',
      })
      expect(await world.holds(access.account)).toBe(false)
    })

    it('shows secrets only where it said so, and never when telling how to connect', async () => {
      const { capabilities, credential } = world.connector
      expect(credential !== undefined).toBe(capabilities.credential === 'password')
      const access = await accessFor(world)
      if (!credential) return
      await expect(credential(access, patient())).rejects.toMatchObject({ name: 'ConnectorError' })
      const { howTo } = await grant(access)
      const { fields } = await credential(access, patient())
      const secret = fields.find(({ label }) => label === 'Password')?.value ?? ''
      expect(secret.length).toBeGreaterThan(20)
      expect(JSON.stringify([howTo, fields.filter(({ label }) => label !== 'Password')])).not.toContain(
        secret,
      )
      await revoke(access)
      await expect(credential(access, patient())).rejects.toMatchObject({ name: 'ConnectorError' })
    })

    it('leaves access alone that stood before, and says so', async ({ skip }) => {
      const { byHand } = world
      if (!byHand) return skip('accounts of this target exist for one grant only')
      const access = await accessFor(world)
      await byHand.give(access.account)
      try {
        const granted = await grant(access)
        expect(granted.preexisting).toBe(true)
        expect(await revoke({ ...access, preexisting: true })).toMatchObject({ was: 'kept-standing' })
        expect(await world.holds(access.account)).toBe(true)
      } finally {
        await byHand.take(access.account)
      }
      expect(await world.holds(access.account)).toBe(false)
    })

    it('leaves access alone that somebody gave by hand in the meantime', async ({ skip }) => {
      const { byHand } = world
      if (!byHand) return skip('accounts of this target exist for one grant only')
      const access = await accessFor(world)
      await grant(access)
      await byHand.give(access.account)
      try {
        expect(await revoke(access)).toMatchObject({ was: 'kept-standing' })
        expect(await world.holds(access.account)).toBe(true)
      } finally {
        await byHand.take(access.account)
      }
    })
  })
}
