import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreDown } from '../../src/core/ports.ts'
import { ORDERS } from '../support/workspace.ts'

import {
  cardOf,
  closeDesk,
  deliverAll,
  notifier,
  openDesk,
  orders,
  requests,
  said,
  seen,
  simulator,
  takeStoreAway,
  waits,
} from './notify-desk.ts'
import { used } from './rows.ts'

beforeEach(openDesk)
afterEach(closeDesk)

describe('when Slack says no', () => {
  it('a busy Slack is waited for, and no message is lost', async () => {
    simulator.control.failNext('chat.postMessage', { rateLimited: 7 })
    const waiting = waits(orders, cardOf())
    const result = await notifier.deliver(orders, waiting)
    expect(result).toMatchObject({ done: [], failed: [] })
    expect(result.pause).toBe(7000)
    await deliverAll(orders, waiting)
    expect(seen(ORDERS)).toHaveLength(1)
  })

  it('a channel without the bot is tried again later, and the log says what to do', async () => {
    simulator.control.removeBot(ORDERS)
    const waiting = waits(orders, cardOf(), {
      kind: 'woke',
      downSeconds: 1,
      expired: 0,
      unfinished: 0,
      lapsed: 0,
    })
    const result = await notifier.deliver(orders, waiting)
    expect(result.failed.map((one) => one.error)).toEqual(['not_in_channel', 'not_in_channel'])
    expect(said.join()).toContain('/invite')
    simulator.control.inviteBot(ORDERS)
    await deliverAll(orders, waiting)
    expect(seen(ORDERS)).toHaveLength(2)
  })

  it('refused blocks become words alone, and the log says so', async () => {
    simulator.control.failNext('chat.postMessage', { error: 'invalid_blocks' })
    await deliverAll(orders, waits(orders, cardOf()))
    expect(seen(ORDERS)[0]?.blocks).toEqual([])
    expect(seen(ORDERS)[0]?.text).toContain('asks for read on orders-db')
    expect(said.join()).toContain('Slack refused the blocks')
  })

  it('a refused colour is left away, and everything else stays', async () => {
    requests.set('request-1042', used())
    simulator.control.failNext('chat.postMessage', { error: 'invalid_attachments' })
    await deliverAll(orders, waits(orders, cardOf()))
    expect(seen(ORDERS)[0]?.attachments).toBeUndefined()
    expect(JSON.stringify(seen(ORDERS)[0]?.blocks)).toContain('review_break_glass')
    expect(said.join()).toContain('in a plainer one')
  })

  it('a Slack that is away is waited for', async () => {
    simulator.control.down('refused')
    const waiting = waits(orders, cardOf())
    expect(await notifier.deliver(orders, waiting)).toMatchObject({ done: [], failed: [], pause: 5000 })
    simulator.control.up()
    await deliverAll(orders, waiting)
    expect(seen(ORDERS)).toHaveLength(1)
  })

  it('a database that is away is left to the sender, who leaves everything waiting', async () => {
    takeStoreAway()
    await expect(notifier.deliver(orders, waits(orders, cardOf()))).rejects.toThrow(StoreDown)
  })
})
