/** Buttons and dialogs as somebody with the bot's own token could forge them. What they carry gives no right. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import type { Request } from '../../src/core/access/request.ts'
import { ADA, BEN, DAN, EVE, ORDERS, SAM, SECURITY, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events } from './evidence.ts'
import { asked, given } from './given.ts'
import * as sights from './sights.ts'

const STRANGER = 'U0STRANGE'
const NOBODYS = '00000000-0000-4000-8000-000000000000'

let test: TestWorld
let elevate: Elevate
let grant: Grant
let request: Request
let before: unknown

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  const stranger = { id: STRANGER, name: 'mallory', realName: 'Mallory', stranger: true }
  const groups = workspace.groups?.map((group) =>
    group.id === 'S0DBA' ? { ...group, members: [...group.members, STRANGER] } : group,
  )
  const users = [...workspace.users, stranger]
  test = await testWorld({ simulator: { workspace: { ...workspace, users, groups: groups ?? [] } } })
  elevate = await test.bot()
  grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  request = await asked(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
}, 60_000)

beforeEach(async () => {
  before = await everything()
})

afterEach(async () => {
  expect(test.simulator.control.violations()).toEqual([])
  expect(await everything()).toEqual(before)
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function everything() {
  const states = await test.rows(
    `select number, state, version from elevate.request union all
     select number, state, version from elevate.access_grant order by 1, 2`,
  )
  return { states, logins: await elevatedLogins(test) }
}

async function callSlack(method: string, body: object): Promise<{ ts: string }> {
  const answer = await fetch(`${test.simulator.apiUrl}${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${test.simulator.botToken}`,
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify(body),
  })
  const said = (await answer.json()) as { ok: boolean; ts: string }
  if (!said.ok) throw new Error(`${method}: ${JSON.stringify(said)}`)
  return said
}

/** A card that elevate never made; whoever presses it sends what the forger put in. */
async function pressForged(person: string, action: string, value: string): Promise<void> {
  const text = { type: 'plain_text', text: 'Win a prize' }
  const button = { type: 'button', action_id: action, value, text }
  const blocks = [{ type: 'actions', block_id: 'forged', elements: [button] }]
  const { ts } = await callSlack('chat.postMessage', { channel: ORDERS, text: 'forged', blocks })
  const outcome = await as(person).press({ kind: 'message', channel: ORDERS, ts }, 'forged', action)
  expect(outcome).toMatchObject({ ok: true })
}

async function refusedSince(count: number) {
  const news = (await events(test)).slice(count)
  return news.map(({ type, outcome, actor }) => [type, outcome, actor.id])
}

it.each([
  [EVE, 'approve_request', () => request.id, /You are not an approver/, 'not-an-approver'],
  [SAM, 'approve_request', () => request.id, /You are not an approver/, 'not-an-approver'],
  [DAN, 'approve_request', () => request.id, /Nobody decides on his own request/, 'self-approval'],
  [EVE, 'give_back', () => grant.id, /Only the holder/, 'not-an-approver'],
  [EVE, 'withdraw_request', () => request.id, /Only .*dan.* can withdraw/i, 'not-yours'],
  [BEN, 'look_again', () => grant.id, /Only security can ask to look again/, 'not-yours'],
] as const)(
  '%s who presses a forged %s decides nothing, and it is on record',
  async (by, action, value, says, code) => {
    const count = (await events(test)).length
    await pressForged(by, action, value())
    await sights.isTold(as(by), ORDERS, says)
    expect(await refusedSince(count)).toEqual([['decision.refused', code, by]])
  },
)

it.each<[string, () => string, RegExp | undefined]>([
  ['approve_request', () => NOBODYS, /There is no such request/],
  ['approve_request', () => grant.id, /There is no such request/],
  ['approve_request', () => 'R-2', /not one that elevate made/],
  ['approve_request', () => "' or 1=1 --", /not one that elevate made/],
  ['approve_request', () => `${request.id} `, /not one that elevate made/],
  ['deny_request', () => '{"id":1}', /not one that elevate made/],
  ['give_back', () => request.id, /There is no such grant/],
  ['give_back', () => '__proto__', /not one that elevate made/],
  ['audit_page', () => '[[[[', /not one that elevate made/],
  ['home_page', () => '{"grants":1e99}', undefined],
  ['no_such_button', () => request.id, /from another version of elevate/],
] as const)(
  'a forged %s with a value of its own is answered and changes nothing (%#)',
  async (action, value, says) => {
    await pressForged(BEN, action, value())
    if (says) await sights.isTold(as(BEN), ORDERS, says)
  },
)

it('shows nobody another person’s password, however the button came about', async () => {
  const count = (await events(test)).length
  await pressForged(EVE, 'show_credential', grant.id)
  const text = await sights.readsDialog(as(EVE), 'Only the person who holds the access can see its password')
  expect(text).not.toContain('elv_')
  expect(await refusedSince(count)).toEqual([['decision.refused', 'not-yours', EVE]])
  await as(EVE).closeModal()
})

it('does not reveal the reason of somebody else’s request through “Ask again”', async () => {
  await pressForged(BEN, 'ask_again', request.id)
  const text = await sights.readsDialog(as(BEN), 'Ask for access', 'Target')
  expect(text).not.toContain('INC-1')
  await as(BEN).closeModal()
})

it('judges a denial by the request that the dialog names when it comes back, whatever was put into it', async () => {
  const count = (await events(test)).length
  await pressForged(EVE, 'deny_request', NOBODYS)
  await sights.readsDialog(as(EVE), 'Deny a request', 'Reason')
  const view = as(EVE).topModal()
  const forge = (metadata: string) =>
    callSlack('views.update', {
      view_id: view?.id,
      view: {
        type: 'modal',
        callback_id: 'deny_with_reason',
        private_metadata: metadata,
        title: view?.title,
        submit: view?.submit,
        blocks: view?.blocks,
      },
    })
  const submits = async (says: RegExp) => {
    await as(EVE).fill('Reason', 'because')
    const { errors = {} } = await as(EVE).submit()
    expect(Object.values(errors).join()).toMatch(says)
  }
  await submits(/There is no such request/)
  await forge(request.id)
  await submits(/You are not an approver of read on orders-db/)
  await forge('x'.repeat(2_000))
  await submits(/not one that elevate made/)
  await as(EVE).closeModal()
  expect(await refusedSince(count)).toEqual([['decision.refused', 'not-an-approver', EVE]])
})

it('does not let a person of another workspace decide, even if a group of approvers contains them', async () => {
  const label = new RegExp(`^Approve R-${request.number}:`)
  await sights.pressesLabelled(as(STRANGER), ORDERS, label)
  await sights.isTold(as(STRANGER), ORDERS, 'serves another workspace; nothing was changed')
})

it('notifies security of every such attempt', async () => {
  for (const name of [/eve/i, /sam/i, /dan/i])
    await sights.reads(as(SAM), SECURITY, 'Refused', name, 'tried to decide')
})
