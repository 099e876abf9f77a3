/** The main job over signed HTTP: the same bot, and nobody but Slack is heard. */
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RawRequest } from 'slack-simulator/http-delivery'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { wireCutter } from '../store/wire-cutter.ts'
import { approve, told } from '../support/asking.ts'
import { faults, logins } from '../support/judge.ts'
import { ADA, configuration } from '../support/workspace.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const KEY = randomBytes(32)
const SOURCES = `
activity_sources:
  bastion: { secret: { env: BASTION_SECRET }, targets: [orders-db] }
`
const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'

let world: TestWorld
let database: Awaited<ReturnType<typeof wireCutter>>
let elevate: Elevate
let port: number

beforeAll(async () => {
  const scout = createServer().listen(0, '127.0.0.1')
  await once(scout, 'listening')
  port = (scout.address() as AddressInfo).port
  scout.close()
  await once(scout, 'close')
  const delivery = {
    kind: 'http',
    url: `http://127.0.0.1:${port}/slack/events`,
    signingSecret: SIGNING_SECRET,
  } as const
  world = await testWorld({ simulator: { delivery }, configuration: configuration + SOURCES })
  database = await wireCutter(world.databaseUrl)
  const { slack } = world.environment
  const transport = { kind: 'http', signingSecret: SIGNING_SECRET, port } as const
  elevate = await wireUnpaced(
    { ...world.environment, databaseUrl: database.url, slack: { ...slack, transport } },
    { ORDERS_DB_URL: world.target.orders.botUrl, BASTION_SECRET: `whsec_${KEY.toString('base64')}` },
  )
  await elevate.start()
})
afterAll(async () => {
  await elevate?.stop()
  await database?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const until = (check: () => Promise<unknown>) => vi.waitFor(check, { timeout: 15_000, interval: 50 })
const states = async () =>
  (await world.rows<{ state: string }>('select state from elevate.access_grant order by number')).map(
    (row) => row.state,
  )
const get = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: answer.status, body: await answer.text() }
}

it('accepts the address that an operator enters in Slack', async () => {
  expect(await world.simulator.control.verifyUrl()).toBe(true)
})

it('access is requested, approved, granted and ended over HTTP', async () => {
  expect(await world.simulator.as(ADA).command('orders-db read 30m over HTTP')).toEqual({ ok: true })
  expect(await approve(world.simulator, 'over HTTP')).toEqual({ ok: true })
  await until(async () => expect(await states()).toEqual(['active']))
  expect(await logins(world)).toMatchObject([{ open: true, roles: ['orders_read'] }])
  await told(world.simulator, /You have read on orders-db/)
  await world.simulator.as(ADA).pressButton('Show password', { channel: 'dm' })
  await world.simulator.as(ADA).see((view) => view.modals.at(-1), { what: 'the password' })
  await world.simulator.as(ADA).closeModal()
  await world.simulator.as(ADA).pressButton('I’m done', { channel: 'dm' })
  await until(async () => expect(await states()).toEqual(['revoked']))
  expect(await logins(world)).toEqual([])
  expect(await faults(world)).toEqual([])
})

it('forged, old, future, replayed and altered requests change nothing', async () => {
  const count = async () =>
    await world.rows('select number, state, version from elevate.request order by number')
  expect(await world.simulator.as(ADA).command('orders-db read 30m the real one')).toEqual({ ok: true })
  const real = world.simulator.control.lastDelivery() as RawRequest
  // The acknowledgement comes before the work.
  await until(async () => expect((await count()).at(-1)).toMatchObject({ state: 'pending' }))
  expect(await world.simulator.as(ADA).command('withdraw')).toEqual({ ok: true })
  await until(async () => expect((await count()).at(-1)).toMatchObject({ state: 'withdrawn' }))
  const before = await count()
  const size = (await world.events()).length

  const now = Math.floor(Date.now() / 1000)
  const { body, contentType = '' } = real
  const another = body.replace('the+real+one', 'another+one')
  expect(another).not.toBe(body)
  const { signature: _, timestamp: __, ...fresh } = { ...real, body: another, contentType }
  const attempts: Record<string, RawRequest> = {
    'without a signature': { ...fresh, signature: null },
    'with an empty signature': { ...fresh, signature: '' },
    'signed with another secret': { ...fresh, secret: 'somebody-elses-signing-secret' },
    'signed long ago': { ...fresh, timestamp: now - 301 },
    'signed in the future': { ...fresh, timestamp: now + 400 },
    altered: { ...real, body: another },
    'with another time': { ...real, timestamp: now + 1 },
  }
  for (const [how, attempt] of Object.entries(attempts))
    expect((await world.simulator.control.deliverRaw(attempt)).status, how).toBe(401)
  // Slack itself may repeat what it did not hear an answer to: that is answered, and done once.
  expect((await world.simulator.control.deliverRaw(real)).status).toBe(200)

  // What comes after them is served after them.
  expect(await world.simulator.as(ADA).command('list')).toEqual({ ok: true })
  expect(await count()).toEqual(before)
  expect((await world.events()).length).toBe(size)
})

it('other systems report what accounts did on the same port, by their own signature and not by Slack’s', async () => {
  const body = JSON.stringify([
    { account: 'mallory', target: 'orders-db', at: new Date().toISOString(), text: 'select 1' },
  ])
  const at = String(Math.floor(Date.now() / 1000))
  const post = async (key: Buffer | string, path = '/activity/bastion') => {
    const mac = createHmac('sha256', key).update(`msg_1.${at}.${body}`).digest('base64')
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
    return { status: answer.status, body: await answer.text() }
  }
  expect((await post(SIGNING_SECRET)).status).toBe(401)
  expect((await post(KEY, '/slack/events')).status).toBe(401)
  expect(await world.rows('select from elevate.activity_unmatched')).toEqual([])
  expect(await post(KEY)).toEqual({ status: 200, body: '{"matched":0,"unmatched":1,"known":0}\n' })
  expect(await world.rows('select source, account, text from elevate.activity_unmatched')).toEqual([
    { source: 'bastion', account: 'mallory', text: 'select ?' },
  ])
})

it('health, readiness and metrics are on the same port, and readiness follows the database', async () => {
  expect((await get('/healthz')).status).toBe(200)
  expect(await get('/readyz')).toMatchObject({ status: 200, body: expect.stringContaining('"ready":true') })
  expect(await get('/metrics')).toMatchObject({ status: 200, body: expect.stringContaining('elevate_') })
  expect((await get('/elsewhere')).status).toBe(404)
  database.set('down')
  await until(async () => expect((await get('/readyz')).status).toBe(503))
  expect(JSON.parse((await get('/readyz')).body)).toMatchObject({
    ready: false,
    database: expect.not.stringMatching('^ok$'),
  })
  expect((await get('/healthz')).status).toBe(200)
  database.set('up')
  await until(async () => expect((await get('/readyz')).status).toBe(200))
})
