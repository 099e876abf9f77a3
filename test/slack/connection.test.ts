/** How Slack reaches us, and what is said when it cannot. */
import { createServer } from 'node:net'
import { startSimulator } from 'slack-simulator'
import { afterEach, describe, expect, it } from 'vitest'
import { createSlackApp, SlackUnreachable } from '../../src/slack/platform/app.ts'
import { makeClient } from '../../src/slack/platform/client.ts'
import { ACTION } from '../../src/slack/platform/ids.ts'
import { ADA, ORDERS, workspace } from '../support/workspace.ts'
import { type Doors, largeCatalog, manifest, openDoors } from './doors-world.ts'

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop()
})
async function doorsWith(options: Parameters<typeof openDoors>[0] = {}): Promise<Doors> {
  const doors = await openDoors(options)
  open.push(doors)
  return doors
}
const log = { debug() {}, info() {}, warn() {}, error() {} }

async function answerTo(doors: Doors, text: string): Promise<string> {
  await doors.simulator.as(ADA).command(text, { channel: ORDERS })
  const answer = await doors.simulator
    .as(ADA)
    .see((view) => view.channels.find((one) => one.id === ORDERS)?.messages.findLast((one) => one.ephemeral))
  return answer.text
}

describe('over a socket', () => {
  it.each(['refresh_requested', 'warning'] as const)(
    'a goodbye of Slack (%s) leaves a gap of a moment',
    async (reason) => {
      const doors = await doorsWith()
      const began = performance.now()
      doors.simulator.control.disconnectSockets(reason)
      await doors.simulator.control.until(
        (entry) =>
          entry.kind === 'call' &&
          entry.method === 'apps.connections.open' &&
          doors.simulator.control.calls('apps.connections.open').length > 1,
      )
      await expect.poll(() => doors.app.alive(), { timeout: 3_000, interval: 10 }).toBe(true)
      expect(performance.now() - began).toBeLessThan(2_000)
      expect(await answerTo(doors, 'help')).not.toBe('')
    },
  )

  it('comes back after a cut and an outage, and the process lives on', async () => {
    const doors = await doorsWith()
    doors.simulator.control.down()
    doors.simulator.control.cutSockets()
    await expect.poll(() => doors.app.alive(), { timeout: 3_000, interval: 10 }).toBe(false)
    await expect.poll(() => JSON.stringify(doors.logged), { timeout: 10_000 }).toContain('cannot be reached')
    doors.simulator.control.up()
    await expect.poll(() => doors.app.alive(), { timeout: 15_000 }).toBe(true)
    expect(await answerTo(doors, 'help')).not.toBe('')
  }, 30_000)

  it.each([
    ['SLACK_BOT_TOKEN', { botToken: 'xoxb-wrong' }],
    ['SLACK_APP_TOKEN', { appToken: 'xapp-wrong' }],
  ])('names %s when Slack does not take it', async (variable, wrong) => {
    const simulator = await startSimulator({ manifest, workspace })
    open.push(simulator)
    const { botToken, appToken } = { botToken: simulator.botToken, appToken: simulator.appToken, ...wrong }
    const started = createSlackApp({
      inside: {} as never,
      botToken,
      transport: { kind: 'socket', appToken },
      log,
      apiUrl: simulator.apiUrl,
    }).then((app) => app.start())
    await expect(started).rejects.toThrow(new RegExp(`${variable}.*invalid_auth.*token`, 's'))
  })

  it('distinguishes an outage from a wrong token', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const apiUrl = `http://127.0.0.1:${port}/api/`
    const client = makeClient({ token: 'xoxb-x', log, apiUrl })
    const made = createSlackApp({
      inside: {} as never,
      client,
      botToken: 'xoxb-x',
      transport: { kind: 'socket', appToken: 'xapp-x' },
      log,
      apiUrl,
    })
    await expect(made).rejects.toThrow(SlackUnreachable)
  })
})

describe('over HTTP', () => {
  it('serves commands, dialogs and Home, and does nothing twice', async () => {
    const port = await freePort()
    const doors = await doorsWith({
      transport: {
        kind: 'http',
        signingSecret: 'shh',
        port,
        host: '127.0.0.1',
        extraRoutes: { '/healthz': (_, res) => void res.end('ok') },
      },
      simulator: {
        delivery: { kind: 'http', url: `http://127.0.0.1:${port}/slack/events`, signingSecret: 'shh' },
      },
    })
    expect(doors.app.port()).toBe(port)
    expect(await doors.simulator.control.verifyUrl()).toBe(true)
    expect(await answerTo(doors, 'orders-db read 30m look into INC-7')).not.toBe('')
    const last = doors.simulator.control.lastDelivery()
    if (!last) throw new Error('nothing was delivered')
    const again = await doors.simulator.control.deliverRaw(last)
    expect(again.status).toBe(200)
    expect(doors.requests).toHaveLength(1)
    expect(await doors.simulator.as(ADA).openHome()).not.toBeNull()
    doors.requests.length = 0
    await doors.simulator.as(ADA).command('', { channel: ORDERS })
    await doors.simulator.as(ADA).fill('Role', 'read')
    await doors.simulator.as(ADA).fill(ACTION.type_reason, 'x')
    expect((await doors.simulator.as(ADA).submit()).errors).toBeDefined()
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok')
  })
})

describe('more targets than a menu holds', () => {
  it('are found by typing', async () => {
    const doors = await doorsWith({ catalog: largeCatalog })
    const ada = doors.simulator.as(ADA)
    await ada.command('', { channel: ORDERS })
    await ada.fill('Target', 'shard-117')
    await ada.fill(ACTION.type_reason, 'look into INC-7')
    await ada.see((view) => JSON.stringify(view.modals.at(-1)?.blocks ?? '').includes('role:shard-117'))
    expect(await ada.submit()).toMatchObject({ ok: true })
    expect(doors.requests).toMatchObject([{ target: 'shard-117', role: 'read' }])
    expect(doors.simulator.control.violations()).toEqual([])
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
