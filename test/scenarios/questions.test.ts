/** Who had what, when, and what else happened: asked in Slack by those who may, and answered in words and as a picture. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { approve, said, told } from '../support/asking.ts'
import { ADA, BEN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
  await as(ADA).command('/elevate orders-db read 30m look into INC-4711')
  await approve(test.simulator, 'INC-4711')
  await told(test.simulator, /until/)
  await as(ADA).command('/elevate end all done')
  await told(test.simulator, /ended/i)
  await as(EVE).command('/elevate orders-db read 30m let me in')
  await said(test.simulator, EVE, ORDERS, /No policy lets you/)
}, 90_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await elevate?.stop()
  await test?.[Symbol.asyncDispose]()
})

it('answers what happened around an incident with the access of that time and every event of it', async () => {
  const moment = (await elevate.world.store.reads.now()).toISOString().slice(0, 19)
  await as(SAM).command(`/elevate who orders-db around ${moment}Z for 1h`)
  const answer = await said(test.simulator, SAM, ORDERS, /had access on orders-db between/)
  expect(answer.text).toContain('look into INC-4711')
  for (const step of [
    'Asked by Ada',
    'Decided by Ben',
    'Given',
    'Ending',
    'Taken back',
    'Refused attempt to ask by Eve',
  ])
    expect(answer.text).toContain(step)
})

it('answers with everything of one person, over at the moment of asking or not', async () => {
  await as(SAM).command(`/elevate who @ada`)
  await said(test.simulator, SAM, ORDERS, /Nobody has access for Ada/)
  await as(SAM).command(`/elevate who @ada ever`)
  const answer = await said(test.simulator, SAM, ORDERS, /at any time until now/)
  expect(answer.text).toContain('(G-1), approved by Ben')
})

it('shows one grant step by step, in order', async () => {
  await as(BEN).command('/elevate who G-1')
  const { text } = await said(test.simulator, BEN, ORDERS, /step by step/)
  const steps = ['Asked by', 'Decided by', 'Approved by', 'Giving', 'Given', 'Ending', 'Taken back']
  const places = steps.map((step) => text.indexOf(step))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places.every((place) => place > 0)).toBe(true)
  expect(text).not.toContain('Refused to ask')
})

it('says of somebody else’s grant no more than of one that does not exist', async () => {
  await as(EVE).command('/elevate who G-1')
  await said(test.simulator, EVE, ORDERS, 'There is no G-1.')
  await as(EVE).command('/elevate who G-99')
  await said(test.simulator, EVE, ORDERS, 'There is no G-99.')
})

it('sends the picture only to the person who asked', { timeout: 30_000 }, async () => {
  await as(SAM).command('/elevate who orders-db ever')
  await said(test.simulator, SAM, ORDERS, /access on orders-db at any time/)
  await as(SAM).pressButton(/^Picture/, {})
  const withFile = await as(SAM).see(
    () =>
      as(SAM)
        .messages('dm')
        .find((one) => one.files.length > 0),
    {
      what: 'a file in the direct messages',
    },
  )
  const [file] = withFile.files
  expect(file?.title).toMatch(/^Access to orders-db, until/)
  const png = as(SAM).download(file?.id ?? '')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(() => as(BEN).download(file?.id ?? '')).toThrow(/sees no file/)
  const elsewhere = [ORDERS, SECURITY].flatMap((channel) => as(SAM).messages(channel))
  expect(elsewhere.filter((one) => one.files.length > 0)).toEqual([])
})

it('shows people without that right only what is theirs', async () => {
  await as(EVE).command('/elevate who ever')
  const answer = await said(test.simulator, EVE, ORDERS, /You did not have/)
  expect(answer.text).not.toContain('Ada')
})
