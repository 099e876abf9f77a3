/** A name that Slack did not turn into a person is refused, with who may have been meant, and nothing is done by it. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { stringsOf } from '../slack/rows.ts'
import { BEN, configuration, GIL, ORDERS, SAM, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import * as sights from './sights.ts'

const withOthers = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) => `${lines}    request_for: { from: [U0BEN] }\n    pre_approval: { max: 7d }\n`,
)

/** Somebody of the approvers has chosen names to alarm others with. */
const MALLORY = 'U0MAL'
const withMallory = {
  ...workspace,
  users: [...workspace.users, { id: MALLORY, name: '@here', realName: '<!channel> *Mallory*' }],
  groups: (workspace.groups ?? []).map((group) =>
    group.id === 'S0DBA' ? { ...group, members: [...group.members, MALLORY] } : group,
  ),
}

let test: TestWorld

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withOthers, simulator: { workspace: withMallory } })
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it.each([
  [BEN, 'orders-db read 1h for @adda please', /Nothing was asked for/],
  [BEN, 'explain orders-db read for @adda', /Nothing was asked for/],
  [BEN, 'allow @adda orders-db read for 5d each 2h on call', /Write \/elevate allow/],
  [SAM, 'revoke @adda orders-db stolen', /Write \/elevate revoke/],
  [SAM, 'revoke adda everything stolen', /Write \/elevate revoke/],
  [SAM, 'who orders-db @adda', /Write \/elevate who/],
  [SAM, 'audit @adda', /Write \/elevate audit/],
])('%s who types “%s” is asked whether Ada was meant', async (by, typed, help) => {
  const before = (await events(test)).length
  const said = await sights.types(as(by), typed)
  expect(said).toMatch(/“@?adda” is not a person Slack knows\. Did you mean Ada \(@ada\)\? Type @ and choose/)
  expect(said).toMatch(help)
  expect(await events(test)).toHaveLength(before)
})

it('a name that is near to nobody is refused without a guess', async () => {
  const said = await sights.types(as(SAM), 'who orders-db @zebra')
  expect(said).toContain('“@zebra” is not a person Slack knows: type @')
  expect(said).not.toContain('Did you mean')
})

it('what somebody chose as a name is only words', async () => {
  await sights.types(as(SAM), 'who orders-db @malory')
  const seen = sights.readAll(as(SAM).view(), ORDERS).find((one) => one.message.ephemeral)
  expect(seen?.text).toContain('Did you mean <!channel> *Mallory* (@here)?')
  expect(seen ? stringsOf(seen.message).parsed.join() : '@here').not.toMatch(/<!channel|@here/)
})

it('a guest is told no names', async () => {
  expect(await sights.types(as(GIL), 'who orders-db @adda')).not.toContain('Did you mean')
})
