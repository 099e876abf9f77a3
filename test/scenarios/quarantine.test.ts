/**
 * A database that is older than what was signed: nothing happens before an operator has seen the difference and
 * confirmed it. The restores are real ones: copies of the database from before.
 */

import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { copyOf, execute, restoreOver } from '../support/postgres.ts'
import { ADA, BEN, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { elevatedLogins, everyRight } from './evidence.ts'
import { asked, given, SOON } from './given.ts'
import { type RestoreWorld, restoreWorld } from './restore-world.ts'
import * as sights from './sights.ts'

let world: RestoreWorld
let running: Elevate | undefined

beforeAll(async () => {
  world = await restoreWorld()
}, 60_000)
afterEach(async () => {
  await running?.stop()
  running = undefined
})
afterAll(() => world?.end())

const PORT = 18_417
const as = (person: string) => world.test.simulator.as(person)
const own = (by: string) => ({ by, target: 'orders-own', role: 'write' })
const read = { by: ADA, target: 'orders-db', role: 'read' }

async function start(more: Parameters<RestoreWorld['bot']>[0] = {}): Promise<Elevate> {
  running = await world.bot(more)
  return running
}

async function stop(): Promise<void> {
  await running?.stop()
  running = undefined
}

async function signed(): Promise<void> {
  const { code, output } = await world.elevate(['audit', 'checkpoint'])
  if (code !== 0) throw new Error(output)
}

async function took(grant: { id: string; number: number }, elevate: Elevate): Promise<void> {
  const ended = await bindVerbs(elevate.world).endGrant({ grant: grant.id, by: ADA, note: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
  await vi.waitFor(async () => {
    const row = await elevate.world.store.reads.grant(grant.id)
    if (row?.grant.state !== 'revoked') throw new Error('it is not gone yet')
  }, SOON)
}

/** As if its time had passed, in a database that may be any. */
const letExpire = (url: string) =>
  execute(
    url,
    `set session_replication_role = replica;
     update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp() where state = 'active'`,
  )

async function askHealth(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port: PORT, path }, (answer) => text(answer).then(resolve, reject))
      .on('error', reject)
      .end()
  })
}

const codeIn = (output: string) => /--confirm ([0-9a-f]{4}-[0-9a-f]{4})/.exec(output)?.[1] ?? ''

it('an older database at start: nothing is granted, revoked, decided or announced until an operator has confirmed the difference', {
  timeout: 120_000,
}, async () => {
  const { test } = world
  const before = await start()
  const kept = await given(before.world, read)
  const waiting = await asked(before.world, { by: BEN, target: 'orders-db', role: 'read' })
  await stop()
  const backup = await copyOf(test.databaseUrl)
  const after = await start()
  await took(kept, after)
  const since = await given(after.world, { by: ADA, target: 'orders-db', role: 'read' })
  await stop()
  await signed()
  // The access that the backup still knows is due to end; the one that was given since is unknown to it.
  await letExpire(backup.url)
  await restoreOver(test.databaseUrl, backup.url)

  const rights = await everyRight(test)
  const calls = await world.targetCalls()
  const cards = test.simulator.control.calls('chat.postMessage').length
  const elevate = await start({ http: { host: '127.0.0.1', port: PORT } })
  await sights.reads(as(SAM), SECURITY, /elevate is in quarantine/, /were signed/)
  expect(await sights.types(as(ADA), 'orders-db read 30m for INC-2')).toContain('elevate is in quarantine')
  await sights.pressesLabelled(as(BEN), ORDERS, /^Approve/)
  await sights.isTold(as(BEN), ORDERS, 'elevate is in quarantine')
  expect(await sights.types(as(ADA), 'status')).toMatch(/elevate is in quarantine.*What stands below may be/)
  await as(ADA).openHome()
  await as(ADA).see((view) => JSON.stringify(view.home).includes('elevate is in quarantine'), {
    what: 'a Home that says it first',
  })
  expect(JSON.parse(await askHealth('/readyz'))).toMatchObject({
    ready: true,
    quarantine: expect.stringMatching(/^since /),
  })
  expect(await askHealth('/metrics')).toContain('elevate_quarantine 1')
  elevate.world.store.claims.lookNow(kept.id)
  const [events] = await test.rows<{ count: string }>('select count(*) from audit.leaf')
  expect(await elevate.reload('ops')).toBe(false)
  const refused = await world.elevate(['revoke', `G-${kept.number}`, '--reason', 'no'])
  expect(refused.output).toContain('Run: elevate quarantine')
  expect(await test.rows('select count(*) from audit.leaf')).toEqual([events])
  expect(await everyRight(test)).toEqual(rights)
  expect(await world.targetCalls()).toBe(calls)
  // One message to security, and no card, reminder or receipt of long ago.
  expect(test.simulator.control.calls('chat.postMessage').length).toBe(cards + 1)

  const verified = await world.elevate(['audit', 'verify'])
  expect(verified.code).toBe(1)
  expect(verified.output).toContain('the end is missing')
  const shown = await world.elevate(['quarantine'])
  expect(shown.code).toBe(1)
  for (const words of [
    /signed {4}\d+ events/,
    /signed events are missing/,
    `G-${kept.number}`,
    `R-${waiting.number}`,
    /orders-db read: elv_\w+ has it, and the database knows no grant; elevate made it/,
    new RegExp(`the target no longer has G-${kept.number}`),
  ])
    expect(shown.output).toMatch(words)
  const wrong = await world.elevate(['quarantine', '--confirm', '0000-0000', '--reason', 'trying'])
  expect(wrong.output).toContain('is not the code')
  const bare = await world.elevate(['quarantine', '--confirm', codeIn(shown.output)])
  expect(bare.output).toContain('Give --reason')
  expect(await world.targetCalls()).toBeGreaterThan(calls)
  expect(await everyRight(test)).toEqual(rights)

  const done = await world.program([
    'quarantine',
    '--confirm',
    codeIn(shown.output),
    '--reason',
    'The disk died; <!here> this is last night’s backup.',
  ])
  expect(done).toMatchObject({ code: 0, output: expect.stringContaining('Confirmed') })
  await sights.reads(as(SAM), SECURITY, 'The quarantine is over', 'The disk died; <!here>')
  // It goes on by itself: what was due ends, and people are served.
  await vi.waitFor(async () => {
    const row = await elevate.world.store.reads.grant(kept.id)
    expect(row?.grant.state).toBe('revoked')
  }, SOON)
  expect(await elevatedLogins(test)).toContain(since.account)
  expect(await sights.types(as(ADA), 'orders-db read 30m for INC-3')).toMatch(/R-\d+/)
  expect(JSON.parse(await askHealth('/readyz'))).not.toHaveProperty('quarantine')
  const good = await world.elevate(['audit', 'verify'])
  expect(good.output).toMatch(/The log was restored: \d+ events of it were kept/)
  expect(good.code).toBe(0)
  const [ended] = await test.rows<{ bytes: string }>(
    "select bytes from audit.body where type = 'quarantine.ended'",
  )
  expect(JSON.parse(ended?.bytes ?? '')).toMatchObject({
    outcome: 'restored',
    detail: { abandoned: expect.any(Number) },
  })
  expect(ended?.bytes).not.toContain('disk')
  expect((await world.elevate(['quarantine'])).output).toContain('not in quarantine')
})

it('a restore under the running bot stops it immediately; a second replica on another host stops and continues with it', {
  timeout: 120_000,
}, async () => {
  const { test } = world
  await start()
  await stop()
  const backup = await copyOf(test.databaseUrl)
  const first = await start()
  const second = await world.bot(world.elsewhere('second'))
  try {
    const grant = await given(first.world, { by: BEN, target: 'orders-db', role: 'admin', approvers: [DAN] })
    await signed()
    await restoreOver(test.databaseUrl, backup.url)
    const calls = await world.targetCalls()
    await vi.waitFor(async () => {
      expect(await second.world.store.quarantine.current()).toMatchObject({ why: 'restored' })
    }, SOON)
    expect(await second.world.store.claims.due(new Map([['orders-db', 5]]))).toEqual([])
    await expect(asked(second.world, own(ADA))).rejects.toThrow('quarantine')
    expect(await world.targetCalls()).toBe(calls)
    expect(await elevatedLogins(test)).toContain(grant.account)

    // A replica that brings something nobody has seen yet shuts down once more, and the operator looks once more.
    await vi.waitFor(async () => {
      const code = codeIn((await world.elevate(['quarantine'])).output)
      if (code) await world.elevate(['quarantine', '--confirm', code, '--reason', 'back to before'])
      for (const { world } of [first, second]) {
        expect(await world.store.quarantine.current()).toBeUndefined()
        expect(await world.store.quarantine.intact()).toBe(true)
      }
    }, SOON)
    expect(await asked(first.world, own(ADA))).toMatchObject({ state: 'pending' })
    expect(await asked(second.world, own(BEN))).toMatchObject({ state: 'pending' })
    expect((await world.elevate(['audit', 'verify'])).code).toBe(0)
  } finally {
    await second.stop()
  }
})
