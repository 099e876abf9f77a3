import type { PersonView } from 'slack-simulator/view'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DirectoryDown, OutcomeUnknown, StoreDown } from '../../src/core/ports.ts'
import { ACTION, BLOCK } from '../../src/slack/platform/ids.ts'
import { ADA, BEN, ORDERS } from '../support/workspace.ts'
import { type Doors, openDoors, postCard, REQUEST } from './doors-world.ts'
import * as rows from './rows.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.stop())
afterEach(() => {
  doors.requests.length = 0
  doors.trouble.write = undefined
})
const card = (action: string, value: string) => postCard(doors, action, value)
const as = (person: string) => doors.simulator.as(person)
const shown = (view: PersonView) => JSON.stringify(view.modals.at(-1)?.blocks ?? '')

describe('when something is down', () => {
  const fail = (error: Error) => async () => {
    throw error
  }

  it.each([
    ['the database', new StoreDown('no connection')],
    ['a commit', new OutcomeUnknown('cut off')],
    ['Slack', new DirectoryDown('ratelimited')],
    ['anything else', new Error('secret: hunter2')],
  ])('%s: a click is answered, and so is a form', async (_, error) => {
    doors.requests.push(rows.request({ id: REQUEST }))
    doors.trouble.write = fail(error)
    const answer = await (await card(ACTION.approve, REQUEST)).press(BEN)
    expect(answer).not.toBe('')
    expect(answer).not.toContain(error.message)
    doors.requests.length = 0
    await as(ADA).command('', { channel: ORDERS })
    await as(ADA).fill('Role', 'read')
    await as(ADA).fill(ACTION.type_reason, 'look into INC-7')
    const wrong = await as(ADA).submit()
    expect(Object.keys(wrong.errors ?? {})).toEqual([BLOCK.reason])
    await as(ADA).closeModal()
  })

  it('slow: says that it looks, and then what came of it', async () => {
    doors.requests.push(rows.request({ id: REQUEST }))
    const gate = Promise.withResolvers<void>()
    doors.trouble.write = () => gate.promise
    const place = await card(ACTION.approve, REQUEST)
    expect(await place.press(BEN)).toMatch(/longer than usual/)
    const before = as(BEN).messages(ORDERS).length
    gate.resolve()
    await as(BEN).see(
      (view) => (view.channels.find((one) => one.id === ORDERS)?.messages.length ?? 0) > before || undefined,
    )
    expect(doors.requests).toMatchObject([{ state: 'approved' }])
  })

  it('slow: a form says so too, within Slack’s three seconds', async () => {
    const gate = Promise.withResolvers<void>()
    await as(ADA).command('', { channel: ORDERS })
    await as(ADA).fill('Role', 'read')
    await as(ADA).fill(ACTION.type_reason, 'look into INC-7')
    doors.trouble.write = () => gate.promise
    expect(await as(ADA).submit()).toMatchObject({ ok: true })
    expect(JSON.stringify(as(ADA).topModal()?.blocks)).toContain('longer than usual')
    gate.resolve()
    await as(ADA).see((view) => !shown(view).includes('longer than usual'))
    expect(doors.requests).toHaveLength(1)
    await as(ADA).closeModal()
  })
})
