/** The audit log by menus, page by page, and as a file for whoever asked and for nobody else. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, DAN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import { given } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const FORMULA = '=HYPERLINK("http://evil.example","INC-9")'

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
  await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read', reason: FORMULA })
  await given(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** Files that were sent into somebody's direct messages, as they can be downloaded there. */
async function fileOf(person: string): Promise<{ readonly name: string; readonly text: string }> {
  await as(person).see(() => filesOf(person)[0], { what: 'a file', within: 20_000 })
  const [file, ...others] = filesOf(person)
  if (!file || others.length > 0) throw new Error('there is not exactly one file')
  return file
}

function filesOf(person: string): { readonly name: string; readonly text: string }[] {
  return as(person)
    .messages('dm')
    .flatMap((message) => message.files)
    .map(({ id, name }) => ({ name, text: as(person).download(id).toString('utf8') }))
}

it('opens a form from an answer, with what was asked for in it', { timeout: 40_000 }, async () => {
  await sights.types(as(SAM), 'audit orders-db read @ada', SECURITY)
  await sights.pressesLabelled(as(SAM), SECURITY, /^Filter the audit log/)
  const dialog = await sights.readsDialog(as(SAM), 'Who acted, or whose access it was', 'What happened')
  expect(dialog).toContain('read on orders-db')
  expect(as(SAM).topModal()?.blocks[0]).toMatchObject({ element: { initial_user: ADA } })
})

it('shows what was picked, and only that', { timeout: 40_000 }, async () => {
  await as(SAM).fill('What happened', ['grant.activated'])
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  const shown = await sights.readsDialog(as(SAM), '1 event', 'Given')
  expect(shown).toContain('Ada')
  expect(shown).not.toContain('Asked')
  await as(SAM).closeModal()
})

it('sends what matches as a file in a direct message to the person who pressed, harmless for a spreadsheet', {
  timeout: 40_000,
}, async () => {
  await sights.types(as(SAM), 'audit orders-db type:request.created', SECURITY)
  await sights.pressesLabelled(as(SAM), SECURITY, /^Send me all events that match/)
  await sights.isTold(as(SAM), SECURITY, '2 events as CSV', 'in your direct messages', 'Nobody else')
  await sights.reads(
    as(SAM),
    'dm',
    /CSV: \*?2 events\*? on orders-db of request.created/,
    'That you took it is in the audit log',
  )
  const file = await fileOf(SAM)
  expect(file.name).toBe('audit.csv')
  const lines = file.text.trimEnd().split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^"index","time","type"/)
  expect(file.text).toContain(`"'=HYPERLINK(""http://evil.example"",""INC-9"")"`)
  expect(filesOf(BEN)).toEqual([])
  expect(
    as(SAM)
      .messages(SECURITY)
      .some((message) => message.files.length > 0),
  ).toBe(false)
  const made = (await events(test)).filter((event) => event.type === 'export.made')
  expect(made).toMatchObject([
    { actor: { id: SAM }, target: 'orders-db', detail: { format: 'csv', events: 2, cut: false, own: false } },
  ])
})

it('shows a reader without the right their own events, and nothing about others', {
  timeout: 40_000,
}, async () => {
  await sights.types(as(ADA), 'audit', ORDERS)
  await sights.pressesLabelled(as(ADA), ORDERS, /^Send me all events that match/)
  await sights.reads(as(ADA), 'dm', 'The audit log as CSV', 'what concerns you')
  const file = await fileOf(ADA)
  expect(file.text).toContain(ADA)
  expect(file.text).not.toContain(`"${DAN}"`)
  expect(await bindVerbs(elevate.world).exportAudit(EVE, { person: ADA })).toMatchObject({
    refused: { code: 'not-yours' },
  })
  expect((await events(test)).filter((event) => event.type === 'export.made')).toHaveLength(2)
})

it('is turned page by page in the dialog, and can be sent from there', { timeout: 40_000 }, async () => {
  await sights.types(as(SAM), 'audit', SECURITY)
  await sights.pressesLabelled(as(SAM), SECURITY, /^Filter the audit log/)
  await sights.readsDialog(as(SAM), 'What happened')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  const first = await sights.readsDialog(as(SAM), '10 events')
  const top = as(SAM).topModal()
  const older = top?.blocks.find((block) => block.type === 'actions')
  if (!top || !older) throw new Error('there are no buttons in the dialog')
  await as(SAM).press({ kind: 'view', view_id: top.id }, String(older.block_id), 'audit_page')
  const second = await sights.readsDialog(as(SAM), /\*[1-9] events?\*/)
  expect(second).not.toBe(first)
  await as(SAM).closeModal()
})
