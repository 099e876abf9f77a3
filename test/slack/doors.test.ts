import type { PersonView } from 'slack-simulator/view'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ACTION, BLOCK, roleBlock, VIEW } from '../../src/slack/platform/ids.ts'
import { ADA, BEN, EVE, GIL, ORDERS, SAM } from '../support/workspace.ts'
import { type Doors, GRANT, openDoors, postCard, REQUEST } from './doors-world.ts'
import * as rows from './rows.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.stop())
afterEach(async () => {
  const violations = doors.simulator.control.violations()
  for (const list of [doors.requests, doors.grants, doors.events]) list.length = 0
  expect(violations).toEqual([])
})

const card = (action: string, value: string) => postCard(doors, action, value)
const as = (person: string) => doors.simulator.as(person)

/** Types a command and reads what comes back, seen by nobody else. */
async function said(person: string, text: string): Promise<string> {
  const before = new Set(
    as(person)
      .messages(ORDERS)
      .map((one) => one.ts),
  )
  expect(await as(person).command(text, { channel: ORDERS })).toMatchObject({ ok: true })
  const fresh = () =>
    as(person)
      .messages(ORDERS)
      .find((one) => one.ephemeral && !before.has(one.ts))
  return (await as(person).see(() => fresh(), { what: `an answer to ${text}` })).text
}

const shown = (view: PersonView) => JSON.stringify(view.modals.at(-1)?.blocks ?? '')
const titles = (person: string) => as(person).topModal()?.title?.text

it('a door reaches neither the store nor a connector through anything it was handed', () => {
  const { world, inside } = doors
  const hidden = new Set<unknown>([world, world.store, ...Object.values(world.store)])
  const found: string[] = []
  const seen = new Set<unknown>()
  const walk = (value: unknown, way: string): void => {
    if (!(value instanceof Object) || seen.has(value)) return
    seen.add(value)
    if (hidden.has(value) || 'transaction' in value || 'revoke' in value) found.push(way)
    for (const [name, inner] of Object.entries(value)) walk(inner, `${way}.${name}`)
  }
  walk(inside, 'inside')
  expect(found).toEqual([])
})

describe('a command', () => {
  it('asks in one line', async () => {
    await said(ADA, 'orders-db read 30m look into INC-7')
    expect(doors.requests).toMatchObject([
      { requester: ADA, role: 'read', duration: 1800, reason: 'look into INC-7' },
    ])
  })

  it.each([
    ['orders-db read 1.5h look into INC-7', /1\.5h/],
    ['orders-dv read 1h look into INC-7', /orders-db/],
    ['stauts', /status/],
    ['orders', /orders-db/],
    ['zzzzzz', /help/],
    ['revoke @nobody orders-db', /Slack/],
    ['end', /no access/],
    ['withdraw', /None/],
  ])('%s is answered with what would be right', async (text, wanted) => {
    expect(await said(ADA, text)).toMatch(wanted)
    expect(doors.requests).toEqual([])
  })

  it.each(['help', 'list', 'status', 'who orders-db', 'audit', 'explain orders-db read'])(
    '%s is answered',
    async (text) => {
      expect(await said(ADA, text)).not.toBe('')
    },
  )

  it('shows people their own access, and approvers that of others', async () => {
    expect(await said(ADA, 'who orders-db @ben')).toMatch(/your own access/)
    expect(await said(EVE, 'audit @ada')).toMatch(/your own access/)
    expect(await said(BEN, 'who orders-db @ada')).not.toMatch(/your own access/)
    expect(await said(SAM, 'audit @ada')).not.toMatch(/your own access/)
    expect(await said(GIL, 'who')).toMatch(/Guests/)
  })

  it('ends what is meant, and nothing when that is not clear', async () => {
    doors.grants.push(rows.grant({ id: GRANT }), rows.grant({ id: REQUEST, number: 2078, role: 'write' }))
    expect(await said(ADA, 'end all done')).toMatch(/G-2077.*G-2078/)
    expect(await said(ADA, 'end orders-db nope')).toMatch(/G-2077.*G-2078/)
    expect(doors.grants.map((one) => one.state)).toEqual(['active', 'active'])
    await said(ADA, 'end orders-db write all done')
    expect(doors.grants.map((one) => one.state)).toEqual(['active', 'revoking'])
    await said(ADA, 'end all done')
    expect(doors.grants.map((one) => one.state)).toEqual(['revoking', 'revoking'])
  })

  it('lets approvers and security revoke, and tells others nothing', async () => {
    const dialog = async (person: string, text: string) => {
      await as(person).command(text, { channel: ORDERS })
      const filled = (view: PersonView) =>
        view.modals.length > 0 && !shown(view).includes('One moment') && view
      return shown(await as(person).see((view) => filled(view) || undefined, { what: 'a filled dialog' }))
    }
    const none = await dialog(EVE, 'revoke @ada orders-db because')
    await as(EVE).closeModal()
    doors.grants.push(rows.grant({ id: GRANT }))
    expect((await dialog(EVE, 'revoke @ada orders-db because')).replace(/"block_id":"\w+",?/g, '')).toBe(
      none.replace(/"block_id":"\w+",?/g, ''),
    )
    expect(doors.events).toMatchObject([{ type: 'decision.refused' }])
    expect(await dialog(SAM, 'revoke @ada orders-db read because')).toMatch(
      /G-2077.*"initial_value":"because"/,
    )
    expect(doors.grants).toMatchObject([{ state: 'active' }])
    expect(await as(SAM).submit()).toMatchObject({ ok: true })
    expect(doors.grants).toMatchObject([{ state: 'revoking' }])
  })
})

describe('the form', () => {
  it('opens, follows what is picked, and asks', async () => {
    await as(ADA).command('', { channel: ORDERS })
    // There is one target, so it is picked already.
    await as(ADA).fill('Role', 'read')
    await as(ADA).see((view) =>
      view.modals.at(-1)?.blocks.some((block) => block.block_id?.startsWith(`${BLOCK.duration}:`)),
    )
    await as(ADA).fill(ACTION.type_reason, 'look into INC-7')
    expect(await as(ADA).submit()).toMatchObject({ ok: true })
    expect(doors.requests).toMatchObject([{ target: 'orders-db', role: 'read', duration: 1800 }])
    await as(ADA).closeModal()
  })

  it('says under the field what is wrong, and keeps what was typed', async () => {
    await as(ADA).shortcut('elevate_ask')
    await as(ADA).fill('Role', 'read')
    await as(ADA).fill(ACTION.type_duration, '1.5h')
    await as(ADA).fill(ACTION.type_reason, 'x')
    const wrong = await as(ADA).submit()
    expect(Object.keys(wrong.errors ?? {})).toEqual([BLOCK.own_duration])
    await as(ADA).fill(ACTION.type_duration, '5h')
    expect(JSON.stringify((await as(ADA).submit()).errors)).toMatch(/too long/)
    await as(ADA).fill(ACTION.type_duration, '2h')
    expect(Object.keys((await as(ADA).submit()).errors ?? {})).toEqual([BLOCK.reason])
    expect(doors.requests).toEqual([])
    await as(ADA).closeModal()
  })

  it('offers nothing to somebody who may ask for nothing', async () => {
    await as(EVE).command('', { channel: ORDERS })
    await as(EVE).see((view) => shown(view).includes('No policy'))
    await as(EVE).closeModal()
  })

  it('can be filled from an earlier request of one’s own, and from nobody else’s', async () => {
    doors.requests.push(rows.request({ id: REQUEST, state: 'denied' }))
    const place = await card(ACTION.ask_again, REQUEST)
    for (const [person, filled] of [
      [ADA, true],
      [BEN, false],
    ] as const) {
      place.open(person)
      const form = await as(person).see((view) => view.modals.find((one) => one.callback_id === VIEW.ask))
      expect(JSON.stringify(form.blocks).includes('Look into INC-7')).toBe(filled)
      if (filled) expect(form.blocks.map((one) => one.block_id)).toContain(roleBlock('orders-db'))
      await as(person).closeModal()
    }
  })
})

describe('a button', () => {
  it('approves, once', async () => {
    doors.requests.push(rows.request({ id: REQUEST }))
    const place = await card(ACTION.approve, REQUEST)
    await place.press(BEN)
    expect(doors.requests).toMatchObject([{ state: 'approved', closedBy: BEN }])
    expect(await place.press(BEN)).toMatch(/already approved/)
  })

  it('gives nobody a right', async () => {
    doors.requests.push(rows.request({ id: REQUEST }))
    const place = await card(ACTION.approve, REQUEST)
    for (const person of [ADA, EVE, GIL]) await place.press(person)
    expect(doors.requests).toMatchObject([{ state: 'pending' }])
    expect(doors.events.map((one) => one.outcome)).toEqual([
      'not-an-approver',
      'not-an-approver',
      'not-a-member',
    ])
  })

  it.each([
    [ACTION.approve, GRANT],
    [ACTION.approve, 'x'],
    [ACTION.withdraw, "'; drop table grants; --"],
    [ACTION.give_back, ''],
    [ACTION.look_again, GRANT],
    [ACTION.deny, 'x'],
    [ACTION.end_other, 'x'],
    [ACTION.show_credential, 'x'],
    [ACTION.audit_page, '{"before":-1}'],
    ['an_action_of_old', REQUEST],
    ['constructor', REQUEST],
  ])('%s with the value %j is answered and does nothing', async (action, value) => {
    const place = await card(action, value || ' ')
    expect(await place.press(BEN)).not.toBe('')
    expect(doors.events).toEqual([])
  })

  it('asks for a reason before it denies', async () => {
    doors.requests.push(rows.request({ id: REQUEST }))
    const place = await card(ACTION.deny, REQUEST)
    place.open(BEN)
    await as(BEN).fill(ACTION.type_note, 'not now')
    await as(BEN).submit()
    expect(doors.requests).toMatchObject([{ state: 'denied', closedBy: BEN }])
    await as(BEN).closeModal()
  })

  it('ends somebody else’s access with a reason', async () => {
    doors.grants.push(rows.grant({ id: GRANT }))
    const place = await card(ACTION.end_other, GRANT)
    place.open(SAM)
    await as(SAM).fill(ACTION.type_note, 'no longer needed')
    await as(SAM).submit()
    expect(doors.grants).toMatchObject([{ state: 'revoking' }])
    await as(SAM).closeModal()
  })

  it('shows a password to its owner, in a dialog and in no log', async () => {
    doors.grants.push(rows.grant({ id: GRANT }))
    const place = await card(ACTION.show_credential, GRANT)
    place.open(ADA)
    const view = await as(ADA).see((view) => view.modals.find((one) => one.callback_id === VIEW.credential))
    expect(JSON.stringify(view.blocks)).toContain('correct horse <@U0BEN> battery')
    await as(ADA).closeModal()
    place.open(BEN)
    await as(BEN).see((view) => shown(view).includes('Only the person'))
    await as(BEN).closeModal()
    expect(JSON.stringify(doors.logged)).not.toContain('correct horse')
  })

  it('on Home answers in a dialog', async () => {
    doors.requests.push(rows.request({ id: REQUEST }))
    await as(ADA).openHome()
    doors.requests.length = 0
    await as(ADA).pressButton('Withdraw', { where: 'home' })
    await as(ADA).see(() => titles(ADA) === 'elevate')
    await as(ADA).closeModal()
  })
})
