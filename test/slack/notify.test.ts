import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Lane, Notice } from '../../src/core/notice.ts'
import { ADA, ORDERS, SECURITY } from '../support/workspace.ts'
import {
  cardOf,
  closeDesk,
  deliverAll,
  grants,
  manyEnded,
  notifier,
  openDesk,
  orders,
  posted,
  posts,
  requests,
  said,
  security,
  seen,
  simulator,
  stillWaiting,
  waits,
} from './notify-desk.ts'
import { approved, endedGrant, grant, NOON, request } from './rows.ts'

beforeEach(openDesk)
afterEach(closeDesk)

describe('a card', () => {
  it('is posted once, remembered, and redrawn in place afterwards', async () => {
    await deliverAll(orders, waits(orders, cardOf()))
    expect(posted).toEqual([
      { lane: orders, channel: ORDERS, ts: seen(ORDERS)[0]?.ts, request: 'request-1042' },
    ])
    requests.set('request-1042', request({ state: 'withdrawn', closedAt: NOON }))
    await deliverAll(orders, waits(orders, cardOf()))
    expect(seen(ORDERS)).toHaveLength(1)
    expect(seen(ORDERS)[0]?.text).toContain('R-1042 was withdrawn')
    expect(seen(ORDERS)[0]?.edited).toBe(false)
    expect(JSON.stringify(seen(ORDERS)[0]?.blocks)).not.toContain('approve_request')
  })

  it('in direct messages is redrawn in the conversation that Slack opened', async () => {
    const lane: Lane = 'person:U0BEN'
    await deliverAll(lane, waits(lane, cardOf()))
    expect(posted[0]?.channel).toMatch(/^D/)
    await deliverAll(lane, waits(lane, cardOf()))
    expect(posts()).toBe(1)
  })

  it('in direct messages is for approvers only', async () => {
    const lane: Lane = `person:${ADA}`
    await deliverAll(lane, waits(lane, cardOf()))
    expect(posts()).toBe(0)
  })

  it('that somebody deleted is not retried without end', async () => {
    posted.push({ lane: orders, channel: ORDERS, ts: '1700000000.000100', request: 'request-1042' })
    await deliverAll(orders, waits(orders, cardOf()))
    expect(said).toContain('nobody can get this message any more; it is dropped')
  })

  it('whose request is gone has nothing to say', async () => {
    requests.clear()
    await deliverAll(orders, waits(orders, cardOf(), { kind: 'receipt', grant: 'nothing' }))
    expect(posts()).toBe(0)
  })
})

describe('receipts', () => {
  it('go into the thread of the card, which is posted first', async () => {
    requests.set('request-1042', approved())
    grants.set('grant-2077', endedGrant())
    await deliverAll(orders, waits(orders, { kind: 'receipt', grant: 'grant-2077' }, cardOf()))
    const [card, ...others] = seen(ORDERS)
    expect(others).toEqual([])
    expect(card?.replies.map((one) => one.text)).toEqual([expect.stringContaining('Receipt for G-2077')])
  })

  it('wait for the card while that is still to be sent, and alarms do not', async () => {
    requests.set('request-1042', approved())
    grants.set('grant-2077', endedGrant())
    stillWaiting.add(`card:request-1042:${orders}`)
    const receipt = waits(orders, { kind: 'receipt', grant: 'grant-2077' })
    const held = await notifier.deliver(orders, receipt)
    expect(held.failed).toMatchObject([{ error: 'its first message is still to be sent' }])
    expect(posts()).toBe(0)
    stillWaiting.clear()
    await deliverAll(orders, receipt)
    expect(seen(ORDERS).map((one) => one.text)).toEqual([expect.stringContaining('Receipt for G-2077')])
    grants.set('grant-2077', grant({ state: 'revoking', dueAt: NOON, attempts: 5 }))
    stillWaiting.add(`card:request-1042:${security}`)
    await deliverAll(security, waits(security, { kind: 'alarm', grant: 'grant-2077', number: 1 }))
    expect(seen(SECURITY)).toHaveLength(1)
  })

  it('of a thousand grants that end at once are one message, and the redraws keep Slack’s pace', async () => {
    const waiting = manyEnded(1000)
    const calls = await deliverAll(orders, waiting)
    expect(calls).toBe(1)
    expect(seen(ORDERS)).toHaveLength(1)
    expect(seen(ORDERS)[0]?.text).toContain('1,000 grants ended')
  })

  it('about two grants are sent separately, after one notice', async () => {
    await deliverAll(orders, manyEnded(2))
    expect(seen(ORDERS).map((one) => one.text.slice(0, 14))).toEqual([
      '2 grants ended',
      'Receipt for G-',
      'Receipt for G-',
    ])
  })
})

it('redraws of many cards stay within what Slack allows', async () => {
  const cards = Array.from({ length: 60 }, (_, at) => {
    requests.set(`request-${at}`, request({ id: `request-${at}`, number: at }))
    return cardOf(`request-${at}`)
  })
  const client = new WebClient(simulator.botToken, { slackApiUrl: simulator.apiUrl })
  const { ts } = await client.chat.postMessage({ channel: ORDERS, text: 'a card' })
  for (const id of requests.keys())
    posted.push({ lane: orders, channel: ORDERS, ts: String(ts), request: id })
  let waiting = waits(orders, ...cards)
  for (let call = 0; call < 6; call++) {
    const { done, failed } = await notifier.deliver(orders, waiting)
    expect(failed).toEqual([])
    expect(done.length).toBeLessThanOrEqual(10)
    waiting = waiting.filter((one) => !done.includes(one.id))
  }
  expect(waiting).toHaveLength(20)
  const { pause } = await notifier.deliver(orders, waiting)
  expect(pause).toBeGreaterThan(1000)
  expect(said).not.toContain('Slack is busy or away; messages wait')
})

describe('the security feed', () => {
  it('is one message of twenty lines and counts, with what is urgent first', async () => {
    const asked = Array.from({ length: 30 }, (_, at): Notice => {
      requests.set(`request-${at}`, request({ id: `request-${at}`, number: at }))
      return { kind: 'feed', what: 'asked', request: `request-${at}` }
    })
    const attempt: Notice = {
      kind: 'refused',
      person: 'U0EVE',
      code: 'not-allowed',
      target: 'orders-db',
      role: 'read',
    }
    await deliverAll(security, waits(security, ...asked, attempt))
    expect(seen(SECURITY)).toHaveLength(1)
    expect(seen(SECURITY)[0]?.text).toMatch(/^Refused: EVE tried to ask for read on orders-db/)
    expect(seen(SECURITY)[0]?.text).toContain('And more: 11 requests.')
  })

  it('posts no head for each of a crowd that asks at once, and one for each of a few', async () => {
    const ask = (from: number, count: number): Notice[] =>
      Array.from({ length: count }, (_, at): Notice[] => {
        const id = `request-${from + at}`
        requests.set(id, request({ id, number: from + at }))
        return [cardOf(id), { kind: 'feed', what: 'asked', request: id }]
      }).flat()
    await deliverAll(security, waits(security, ...ask(0, 40)))
    expect(seen(SECURITY)).toHaveLength(1)
    expect(posted).toEqual([])
    await deliverAll(security, waits(security, ...ask(100, 3)))
    expect(seen(SECURITY)).toHaveLength(4)
    expect(posted.map((one) => one.request)).toEqual(['request-100', 'request-101', 'request-102'])
    expect(seen(SECURITY).flatMap((one) => one.replies)).toEqual([])
  })

  it('says a thing once when it was noted twice', async () => {
    requests.set('request-1042', approved())
    const decided: Notice = { kind: 'feed', what: 'decided', request: 'request-1042' }
    await deliverAll(security, waits(security, decided, decided))
    expect(seen(SECURITY)[0]?.text.match(/Approved/g)).toHaveLength(1)
  })
})

describe('an alarm', () => {
  it('comes before everything else and calls security', async () => {
    requests.set('request-1042', approved())
    grants.set('grant-2077', grant({ state: 'revoking', dueAt: NOON, attempts: 5 }))
    const waiting = waits(
      security,
      { kind: 'feed', what: 'asked', request: 'request-1042' },
      { kind: 'alarm', grant: 'grant-2077', number: 1 },
    )
    await deliverAll(security, waiting)
    expect(seen(SECURITY)[0]?.text).toContain('Access outlives its time.')
    expect(JSON.stringify(seen(SECURITY)[0]?.blocks)).toContain('<!subteam^S0SEC>')
  })

  it('is in the thread of its request, and in the channel', async () => {
    requests.set('request-1042', approved())
    grants.set('grant-2077', grant({ state: 'revoking', dueAt: NOON, attempts: 5 }))
    await deliverAll(security, waits(security, cardOf()))
    await deliverAll(security, waits(security, { kind: 'alarm', grant: 'grant-2077', number: 1 }))
    const [head, inChannel] = seen(SECURITY)
    expect(head?.replies.map((one) => one.text)).toEqual([expect.stringContaining('outlives its time')])
    expect(inChannel?.thread_ts).toBe(head?.ts)
  })

  it('is not raised any more when the access is gone meanwhile', async () => {
    requests.set('request-1042', approved())
    grants.set('grant-2077', endedGrant())
    await deliverAll(security, waits(security, { kind: 'alarm', grant: 'grant-2077', number: 1 }))
    expect(posts()).toBe(0)
  })
})

it('a step that a later one replaced is not sent', async () => {
  const lane: Lane = `person:${ADA}`
  requests.set('request-1042', approved())
  grants.set('grant-2077', grant())
  const told = (step: 'approved' | 'given'): Notice => ({ kind: 'told', step, request: 'request-1042' })
  await deliverAll(lane, waits(lane, told('approved'), told('given')))
  expect(posts()).toBe(1)
})

it('Home is published for its person', async () => {
  const lane: Lane = `home:${ADA}`
  const result = await notifier.deliver(lane, waits(lane, { kind: 'home' }))
  expect(result.done).toHaveLength(1)
  expect(JSON.stringify(simulator.view(ADA).home)).toContain('R-1042')
})
