/**
 * Every answer with `--json` and every file that is handed over, made once by one story. What `contract/outputs.json` lists
 * was there when the contract was made: scripts and auditors read it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import { asSuperuser } from '../audit/checkpoint/real-log.ts'
import { missing, readOutputs, shapeOf, shapesIn } from '../contract/outputs.ts'
import { command } from '../support/command.ts'
import { ADA, BEN, CHO, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import * as sights from './sights.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const rich = configuration
  .replace('\ntargets:', '\nstanding_access: { every: 12h }\ntargets:')
  .replace(
    'reason: { min_length: 3 }',
    `reason: { min_length: 3 }
    ticket: { pattern: 'INC-\\d+', required: false }
    auto_approve: [{ name: dan-reads, from: [U0DAN], max_duration: 30m }]
    pre_approval: { max: 7d }`,
  )
  .replace(
    'approve: { from: [S0DBA], count: 2 }',
    'approve: { from: [S0DBA], count: 1 }\n    break_glass: { from: [U0ADA], max: 30m }',
  )

const found: Record<string, Set<string>> = {}
let test: TestWorld
let bot: Elevate
let home: string

const as = (person: string) => test.simulator.as(person)
const until = (sql: string) =>
  vi.waitFor(async () => expect(await test.rows(`select where ${sql}`)).toHaveLength(1), {
    timeout: 20_000,
    interval: 50,
  })
const place = (name: string) => path.join(home, name)
const isActive = (grant: number) =>
  until(`exists (select from elevate.access_grant where number = ${grant} and state = 'active')`)

async function elevate(what: string, ...args: string[]) {
  const env = {
    ...test.processEnvironment(),
    ELEVATE_AUDIT_KEY_FILE: place('audit.key'),
    ELEVATE_AUDIT_ANCHOR_FILE: place('audit.anchor'),
  }
  const { out, err } = await command(env, [...what.split(' '), ...args])
  if (!args.includes('--json')) return out
  const name = `elevate ${what.replaceAll(/ G-\d+/g, ' GRANT')}`
  try {
    found[name] = new Set([...(found[name] ?? []), ...shapeOf(JSON.parse(out))])
  } catch {
    throw new Error(`${name} gave no JSON: ${out} ${err}`)
  }
  return JSON.parse(out)
}

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'elevate-outputs-'))
  test = await testWorld({ configuration: rich })
  bot = await test.bot()
  await until('exists (select from elevate.standing_access)')
  const [ada, ben, cho, dan, sam] = [as(ADA), as(BEN), as(CHO), as(DAN), as(SAM)]

  const denied = await sights.asks(ada, 'orders-db write 20m INC-200 correct order 1017')
  await sights.pressesLabelled(cho, ORDERS, new RegExp(`^Deny R-${denied}:`))
  await sights.readsDialog(cho, 'Deny')
  await cho.fill('Reason', 'Curiosity is no incident')
  await cho.submit()
  const read = await sights.asks(ada, 'orders-db read 30m fix INC-123: order 1017')
  await sights.pressesLabelled(ben, ORDERS, new RegExp(`^Approve R-${read}:`))
  await isActive(1)
  await usesAccess()
  await ada.command('end')
  await until("exists (select from elevate.activity where state = 'closed')")

  await sights.types(ben, 'allow @ada orders-db read for 5d each 1h she is new here')
  await sights.asks(ada, 'orders-db read 30m INC-204 look at order 1020')
  await isActive(2)
  await ada.command('end')
  await sights.asks(dan, 'orders-db read 15m look into INC-7')
  await isActive(3)
  await dan.command('end')
  await ada.command('break-glass orders-db write the shop is down, INC-208', { channel: ORDERS })
  await sights.readsDialog(ada, 'access without approval')
  await ada.submit()
  await isActive(4)
  await ada.closeModal()
  await ada.command('end')
  await sights.pressesLabelled(sam, SECURITY, /^Review R-\d+:/)
  await sam.fill('Was it right to break the glass?', 'Not justified')
  await sam.fill('What you found', 'Ben was awake and could have approved')
  await sam.submit()
  await until("exists (select from elevate.review where state = 'unjustified')")
  await until("(select count(*) = 4 from elevate.activity where state = 'closed')")

  const first = await sights.asks(ada, 'orders-db write 30m INC-203 correct order 1019')
  await sights.pressesLabelled(ben, ORDERS, new RegExp(`^Approve R-${first}:`))
  await isActive(5)
  const more = await sights.asks(ada, 'extend 30m the repair takes longer, INC-203')
  await sights.pressesLabelled(ben, ORDERS, new RegExp(`^Approve R-${more}:`))
  await until(`exists (select from elevate.request where number = ${more} and state = 'approved')`)
})
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})

async function usesAccess(): Promise<void> {
  const ada = as(ADA)
  await ada.pressButton(/^Show password/)
  const text = await sights.readsDialog(ada, /elv_/)
  const url = test.target.server.urlOf('orders', {
    user: /elv_[a-z0-9_]+/.exec(text)?.[0] ?? '',
    password: /password\W+([A-Za-z0-9]{16,})/i.exec(text)?.[1] ?? '',
  })
  await ada.closeModal()
  const session = await openSession(url)
  await session.run('select 1')
  await session.run('delete from orders')
  await session.close()
}

it('commands and handed-over files still have every name and type that programs read', async () => {
  const json = '--json'
  writeFileSync(place('bad.yaml'), rich.replace('digest:', 'digets:'))
  await elevate('check', json)
  await elevate('check --targets', json)
  await elevate('check', place('bad.yaml'), json)
  await elevate('explain orders-db read', json)
  await elevate('explain orders-db write', json)
  await elevate('migrate', json)
  await elevate('who', json)
  await elevate('who --ever', json)
  await elevate('who --around', new Date().toISOString(), json)
  for (const grant of [1, 2, 3, 4, 5]) await elevate(`who G-${grant}`, json)
  await elevate('grants', json)
  await elevate('standing', json)
  await elevate(
    'standing accept',
    '--target',
    'orders-db',
    '--reason',
    'meant',
    '--until',
    '2999-01-31',
    json,
  )
  await elevate('standing', json)
  await elevate('standing look', json)
  await elevate('activity G-1', json)
  await elevate('audit key', '--make', '--name', 'outputs.example/audit', json)
  const { vkey } = await elevate('audit checkpoint', json)
  await elevate('audit verify', json)
  await elevate('audit export', '--out', place('export'), json)
  await elevate('audit verify --export', place('export'), '--vkey', vkey, json)
  const { indexes } = await elevate('audit proof G-1', '--out', place('proof'), json)
  await elevate('audit verify --proof', place(`proof/${indexes[0]}.tlog-proof`), json)
  const to = new Date(Date.now() + 60_000).toISOString()
  await elevate('evidence', '--from', '2026-01-01', '--to', to, '--out', place('evidence'), json)
  await elevate('audit verify --evidence', place('evidence'), '--vkey', vkey, json)
  await elevate('witness --make w.example/1', '--key', place('w.key'), '--state', place('w.state'), json)
  const witness = ['--key', place('w.key'), '--state', place('w.state'), '--log', vkey]
  await elevate('witness --once', '--from', place('export'), ...witness, json)
  await elevate('witness --show', ...witness, json)
  await elevate('revoke G-5', '--reason', 'done', json)
  await until("not exists (select from elevate.access_grant where state <> 'revoked')")
  await elevate(`person ${ADA}`, '--out', place('person'))
  await elevate(`person ${ADA}`, json)
  await sights.types(as(BEN), 'allow end P-1')
  await elevate('erase --dry-run', '--person', ADA, '--reason', 'asked by mail', json)
  await elevate('erase', '--person', ADA, '--reason', 'asked by mail', json)
  await elevate('activity G-1', json)
  await elevate('quarantine', json)
  await elevate('audit checkpoint', json)
  await bot.stop()
  await asSuperuser(
    test.databaseUrl,
    ['secret', 'body', 'leaf'].map((table) => `delete from audit.${table} where index > 20`),
  )
  const { code } = await elevate('quarantine', json)
  await elevate('audit checkpoint', json)
  await elevate('quarantine --confirm', code, '--reason', 'the newest backup there is', json)
  await elevate('audit key --rotate', '--reason', 'yearly', json)
  await elevate('audit key', json)

  for (const name of ['evidence', 'export', 'person', 'proof'])
    found[`files of ${name}`] = new Set(shapesIn(place(name)))
  expect(readOutputs.filter((name) => !(name in found) && name !== 'POST /activity')).toEqual([])
  expect(missing(found)).toEqual([])
})
