/** What is not right is answered in private, with what would be right, goes on record, and changes nothing else. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { ADA, BEN, CHO, EVE, GIL, ORDERS, SAM, SECURITY, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events, everyRight, postsTo } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

const STRANGER = 'U0STRANGE'
const LEAVER = 'U0LEAVER'

let test: TestWorld
let before: { rights: string[]; rows: unknown; cards: number }

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  const users = [
    ...workspace.users,
    { id: STRANGER, name: 'mallory', realName: 'Mallory', stranger: true },
    { id: LEAVER, name: 'lee', realName: 'Lee' },
  ]
  const groups = workspace.groups?.map((group) =>
    group.id === 'S0ENG' ? { ...group, members: [...group.members, STRANGER, GIL, LEAVER] } : group,
  )
  test = await testWorld({ simulator: { workspace: { ...workspace, users, groups: groups ?? [] } } })
  await test.bot()
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

/** All that a refusal must leave as it was: the target, elevate's rows, and what the approvers see. */
async function everything() {
  const [rows] = await test.rows(
    `select (select count(*) from elevate.request) as requests, (select count(*) from elevate.decision) as decisions,
       (select count(*) from elevate.access_grant) as grants,
       (select count(*) from elevate.outbox where lane = 'channel:${ORDERS}') as cards`,
  )
  return { rights: await everyRight(test), rows, cards: postsTo(test, ORDERS).length }
}

async function refusals(by: string) {
  const all = await events(test)
  return all.filter((event) => event.type === 'request.refused' && event.actor.id === by)
}

type Row = {
  readonly by: string
  readonly typed: string
  readonly says: RegExp
  readonly code: string
}

const row = (by: string, typed: string, says: RegExp, code: string): Row => ({ by, typed, says, code })

it.each<Row>([
  row(ADA, 'order-db read 30m fix it', /no target “order-db”\. Did you mean orders-db\?/, 'unknown-target'),
  row(ADA, 'warehouse read 30m fix it', /no target “warehouse”.*orders-db or orders-own/, 'unknown-target'),
  row(ADA, '__proto__ read 30m fix it', /no target “__proto__”/, 'unknown-target'),
  row(ADA, 'оrders-db read 30m with a Cyrillic letter', /Did you mean orders-db\?/, 'unknown-target'),
  row(ADA, 'orders-db raed 30m fix it', /no role “raed” on orders-db\. Did you mean read\?/, 'unknown-role'),
  row(ADA, 'orders-db constructor 30m fix it', /no role “constructor”/, 'unknown-role'),
  row(ADA, 'orders-db "; drop role postgres; -- x', /no role/, 'unknown-role'),
  row(
    ADA,
    'orders-db admin 30m fix it',
    /No policy lets you ask for admin.*You may ask for read or write/,
    'not-allowed',
  ),
  row(EVE, 'orders-db read 30m fix it', /No policy lets you ask for read on orders-db/, 'not-allowed'),
  row(EVE, 'order-db read 30m fix it', /There is nothing here that you may ask for/, 'unknown-target'),
  row(GIL, 'orders-db read 30m fix it', /Guests of this workspace cannot ask/, 'not-a-member'),
  row(STRANGER, 'orders-db read 30m fix it', /People of another workspace cannot ask/, 'not-a-member'),
  row(ADA, 'orders-db read 5h fix it', /5 h is too long: at most 4 h here/, 'too-long'),
  row(ADA, 'orders-db read 9999d fix it', /is too long: at most 4 h here/, 'too-long'),
  row(ADA, 'orders-db read 30m', /Please say why you need it/, 'reason-missing'),
  row(ADA, 'orders-db read 30m \u200b\u200b\u202e', /Please say why you need it/, 'reason-missing'),
  row(ADA, 'orders-db read 30m hi', /The reason needs at least 3 characters/, 'reason-too-short'),
  row(
    ADA,
    `orders-db read 30m ${'x'.repeat(3001)}`,
    /The reason has 3001 characters; at most 3000 fit/,
    'reason-too-long',
  ),
  row(ADA, 'orders-db write 30m no number', /Name the incident, e\.g\. INC-123/, 'reason-pattern'),
])('answers $by who types “$typed” in private, and records $code', async ({ by, typed, says, code }) => {
  const known = (await refusals(by)).length
  expect(await sights.types(as(by), typed)).toMatch(says)
  const found = (await refusals(by)).slice(known)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ outcome: code, actor: { kind: 'person', id: by }, subject: by })
  // What somebody typed can be erased later: it is not in the event itself.
  expect(JSON.stringify(found[0])).not.toMatch(/fix it|drop role|Cyrillic/)
})

it.each([
  '0',
  '-1',
  '-0',
  '1e9h',
  'Infinity',
  'NaN',
  '0x10',
  '1.5h',
  '1h1h',
  '１h',
  '1٣h',
  '0m',
  '01h',
  '30',
  '30M',
  '2w',
  '+5m',
  '10000m',
])('takes “%s” for no duration, in one line and in the form, and says what would be one', async (typed) => {
  const known = (await refusals(ADA)).length
  expect(await sights.types(as(ADA), `orders-db read ${typed} fix it`)).toMatch(
    /is not a duration: write a whole number and m, h or d, for example 30m, 2h or 1d/,
  )
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'Or exactly this long')
  await as(ADA).fill('Or exactly this long', typed)
  await as(ADA).fill('Reason', 'fix it')
  const { errors = {} } = await as(ADA).submit()
  expect(Object.values(errors).join()).toMatch(/is not a duration: write a whole number/)
  await as(ADA).closeModal()
  const found = (await refusals(ADA)).slice(known)
  expect(found.map((event) => event.outcome)).toEqual(['bad-duration', 'bad-duration'])
})

it.each([
  [BEN, 'who orders-db @nobody', /“@nobody” is not a person Slack knows/],
  [SAM, 'revoke @nobody orders-db stolen', /“@nobody” is not a person Slack knows/],
  [SAM, 'revoke ada orders-db stolen', /“ada” is not a person Slack knows/],
  [BEN, 'who orders-db at yesterday', /“yesterday” is not a moment: write 2026-11-20T03:00Z/],
  [BEN, 'who orders-db at 2026-02-31', /“2026-02-31” is not a moment/],
  [BEN, 'who order-db', /no target “order-db”\. Did you mean orders-db\?/],
  [BEN, 'audit orders-db since:soon', /“soon” is not a moment/],
  [BEN, 'audit orders-db type:grants', /no event type “grants”/],
  [ADA, 'end G-999', /There is no grant G-999/],
  [ADA, 'withdraw R-999', /There is no request R-999/],
  [ADA, 'stauts', /Did you mean status\?/],
])('answers %s who types “%s” in private, with what would be right', async (by, typed, says) => {
  expect(await sights.types(as(by), typed)).toMatch(says)
})

it('does not hear somebody whose account was closed while the question was under way', async () => {
  await as(LEAVER).openHome()
  const spot = await sights.finds(as(LEAVER), 'home', /^Ask for read on orders-db/)
  await sights.presses(as(LEAVER), spot)
  await as(LEAVER).fill('Reason', 'one last look')
  const submitted = as(LEAVER).submit()
  await as(LEAVER).see((view) => view.modals.at(-1)?.busy, { what: 'a form that was sent' })
  await test.simulator.control.deactivate(LEAVER)
  const { errors = {} } = await submitted
  expect(Object.values(errors).join()).toContain('This account is deactivated')
  expect((await refusals(LEAVER)).map((event) => event.outcome)).toEqual(['not-a-member'])
})

it('notifies security of requests that no policy allows', async () => {
  for (const name of [/eve/i, /gil/i, /mallory/i])
    await sights.reads(as(SAM), SECURITY, 'Refused', name, 'tried to ask for')
  expect(await sights.types(as(CHO), 'status')).not.toContain('R-')
  await vi.waitFor(() => expect(postsTo(test, ORDERS)).toEqual([]), SOON)
})
