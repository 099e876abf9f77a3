// The database goes away in every way it can: no verb hangs, none claims what it does not know, all work again after.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OutcomeUnknown, StoreDown } from '../../src/core/ports.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { holdLog } from './hold-log.ts'
import { anEvent, openRequest, someone } from './samples.ts'
import { wireCutter } from './wire-cutter.ts'

const patience = { connect: 300, statement: 300 }
let database: FreshDatabase
let direct: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  direct = await openStore({ url: database.url })
})
afterAll(async () => {
  await direct.close()
  await database.drop()
})

const everything = (store: StoreHandle): Promise<unknown>[] => [
  store.transaction(async (tx) => tx.append(anEvent)),
  store.transaction((tx) => tx.requests.pendingOf('U1')),
  store.reads.now(),
  store.claims.due(new Map([['orders-db', 1]])),
  store.outbox.claim(1),
  store.audit.size(),
  store.ping(),
]

const works = (store: StoreHandle) =>
  Promise.all(everything(store)).then(
    () => true,
    () => false,
  )

async function expectDown(store: StoreHandle) {
  const started = performance.now()
  for (const result of await Promise.allSettled(everything(store))) {
    expect(result.status).toBe('rejected')
    const { reason } = result as PromiseRejectedResult
    expect(reason).toBeInstanceOf(StoreDown)
    expect(reason.cause).toBeUndefined()
  }
  expect(performance.now() - started).toBeLessThan(3_000)
}

for (const line of ['down', 'dead'] as const) {
  test(`when the line is ${line}, everything says so in time, and works again when it is back`, async () => {
    await using wire = await wireCutter(database.url)
    const store = await openStore({ url: wire.url, patience })
    await Promise.all(everything(store))
    wire.set(line)
    await expectDown(store)
    wire.set('up')
    await expect.poll(() => works(store)).toBe(true)
    await store.close()
  })
}

test('connections that the server ends, idle or at work, are replaced', async () => {
  const lost: object[] = []
  const note = (facts: object) => {
    lost.push(facts)
  }
  const log = { debug: note, info: note, warn: note, error: note }
  const store = await openStore({ url: database.url, log })
  await Promise.all(everything(store))
  const kick = () =>
    execute(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'elevate' and datname = current_database()`,
    )
  await kick()
  await expect.poll(() => works(store)).toBe(true)
  expect(lost.length).toBeGreaterThan(0)

  const inTheMiddle = store.transaction(async (tx) => {
    await tx.requests.pendingOf('U1')
    await kick()
    await tx.requests.pendingOf('U1')
  })
  await expect(inTheMiddle).rejects.toBeInstanceOf(StoreDown)
  await expect.poll(() => works(store)).toBe(true)
  await store.close()
})

test('a commit whose answer is lost has an unknown outcome, whatever became of it', async () => {
  for (const [line, happened] of [
    ['cut before commit', false],
    ['cut after commit', true],
  ] as const) {
    await using wire = await wireCutter(database.url)
    const store = await openStore({ url: wire.url, patience })
    const requester = someone()
    wire.set(line)
    await expect(openRequest(store, { requester })).rejects.toBeInstanceOf(OutcomeUnknown)
    const size = await direct.audit.size()
    const onRecord = store.transaction(async (tx) => {
      await tx.requests.pendingOf(requester)
      tx.append(anEvent)
    })
    await expect(onRecord).rejects.toBeInstanceOf(OutcomeUnknown)
    wire.set('up')
    await expect.poll(() => direct.audit.size()).toBe(size + (happened ? 1 : 0))
    const there = async () => (await store.reads.requestsOf(requester, 9)).length === 1
    await expect.poll(there).toBe(happened)
    await store.close()
  }
})

test('a statement that waits too long for a lock changes nothing and says so', async () => {
  const store = await openStore({ url: database.url, patience })
  await using log = await holdLog(database.url)
  const requester = someone()
  const waiting = store.transaction(async (tx) => {
    const { number: _number, ...request } = await openRequest(direct)
    await tx.requests.open({ ...request, requester, lapseAfter: 60 }, [])
    tx.append(anEvent)
  })
  await expect(waiting).rejects.toBeInstanceOf(StoreDown)
  await log.release()
  expect(await store.reads.requestsOf(requester, 9)).toEqual([])
  await Promise.all(everything(store))
  await store.close()
})

test('an exhausted pool makes callers wait, but not without end', async () => {
  const store = await openStore({ url: database.url, poolSize: 1, patience })
  let finish = () => {}
  const busy = store.transaction(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }),
  )
  await expect(store.ping()).rejects.toBeInstanceOf(StoreDown)
  finish()
  await busy
  await store.ping()
  await store.close()
})

test('an error of our own rolls back and comes through as it is', async () => {
  const requester = someone()
  const mine = new Error('mine')
  const work = direct.transaction(async (tx) => {
    const { number: _number, ...request } = await openRequest(direct)
    must(await tx.requests.open({ ...request, requester, lapseAfter: 60 }, []))
    throw mine
  })
  await expect(work).rejects.toBe(mine)
  expect(await direct.reads.requestsOf(requester, 9)).toEqual([])
})

test('a transaction whose statement failed is not taken for committed, even when the error was swallowed', async () => {
  const request = await openRequest(direct)
  const swallowed = direct.transaction(async (tx) => {
    await tx.requests.decide(request.id, { approver: 'U1', verdict: 'approve', self: false, note: '' })
    await tx.requests
      .decide(request.id, { approver: 'U1', verdict: 'approve', self: false, note: '' })
      .catch(() => {})
  })
  await expect(swallowed).rejects.toThrow('swallowed')
  expect(must(await direct.reads.request(request.id)).decisions).toEqual([])
})

test('nothing can be queued or recorded after the transaction', async () => {
  let late = () => {}
  await direct.transaction(async (tx) => {
    late = () => tx.append(anEvent)
  })
  expect(late).toThrow('the transaction is over')
})

test('no error names the address or the password', async () => {
  const secret = 'sw0rdf1sh'
  const wrongPassword = new URL(database.url)
  wrongPassword.password = secret
  const urls = [
    wrongPassword.href,
    `postgres://elevate:${secret}@127.0.0.1:1/elevate`,
    `postgres://elevate:${secret}@no-such-host.invalid/elevate`,
    `postgres://elevate:${secret}@[bad/elevate`,
    `postgres://elevate:${secret}@127.0.0.1:99999/elevate`,
  ]
  for (const url of urls) {
    const error: unknown = await openStore({ url, patience }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(Error)
    const { inspect } = await import('node:util')
    const shown = inspect(error, { depth: 9, showHidden: true })
    expect(shown).not.toContain(secret)
    expect(shown).not.toMatch(/127\.0\.0\.1|no-such-host/)
  }
})
