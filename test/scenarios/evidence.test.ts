/** What an auditor is given: made by the real commands of a real month, and checked by others than elevate. */
import { execFile } from 'node:child_process'
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { keptCheckpoint } from '../../src/audit/checkpoint/checkpoint.ts'
import { makeSkey, readSkey, readVkey } from '../../src/audit/checkpoint/note.ts'
import { buildEvidence } from '../../src/audit/evidence/build.ts'
import { verifyPack } from '../../src/audit/evidence/verify-pack.ts'
import { asSuperuser } from '../audit/checkpoint/real-log.ts'
import { approve } from '../support/asking.ts'
import { command } from '../support/command.ts'
import { go, goIsHere } from '../support/go.ts'
import { must } from '../support/must.ts'
import { finished } from '../support/process.ts'
import { ADA, BEN, configuration, EVE } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const FROM = new Date(Date.now() - 60 * 60 * 1000).toISOString().slice(0, 10)
const TO = new Date(Date.now() + 48 * 60 * 60 * 1000).toISOString().slice(0, 10)

let world: TestWorld
let home: string
let vkey: string
let bot: Elevate

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 50 })
const states = async () =>
  (await world.rows<{ state: string }>('select state from elevate.access_grant order by number')).map(
    (one) => one.state,
  )

const env = () => ({
  ...world.processEnvironment(),
  ELEVATE_AUDIT_KEY_FILE: path.join(home, 'audit.key'),
  ELEVATE_AUDIT_ANCHOR_FILE: path.join(home, 'audit.anchor'),
})
const elevate = (...args: string[]) => command(env(), args)
const making = (name: string) => ['evidence', '--from', FROM, '--to', TO, '--out', path.join(home, name)]
const make = (name: string, ...more: string[]) => elevate(...making(name), ...more)

beforeAll(async () => {
  world = await testWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-evidence-'))
  bot = await world.bot()
  const ada = world.simulator.as(ADA)
  await ada.command('orders-db read 30m =HYPERLINK("http://evil.example") for INC-1')
  await approve(world.simulator, 'for INC-1')
  await until(async () => expect(await states()).toEqual(['active']))
  await ada.command('end G-1')
  await until(async () => expect(await states()).toEqual(['revoked']))
  await world.simulator.as(BEN).command('orders-db read 30m a second one')
  await approve(world.simulator, 'a second one', 'U0CHO')
  await until(async () => expect(await states()).toEqual(['revoked', 'active']))
  await world.simulator.as(EVE).command('orders-db read 30m may I')
  // Its event, three seconds after the end, would come between the checkpoint and the folder's own event.
  await until(async () =>
    expect(await world.rows(`select from elevate.activity where state = 'closed'`)).toHaveLength(1),
  )
  vkey = (await elevate('audit', 'key', '--make', '--name', 'evidence.example/audit')).output.trim()
  const made = await finished({ args: making('good'), env: env() })
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining('2 grants and') })
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

const read = (name: string) => readFile(path.join(home, name), 'utf8')

it('has each control with its rows, or says that there is no such event', async () => {
  const files = await readdir(path.join(home, 'good/controls'))
  expect(files.filter((file) => file.endsWith('.txt'))).toHaveLength(16)
  const approvals = await read('good/controls/01-approval.csv')
  expect(approvals).toContain(`"'=HYPERLINK(""http://evil.example"") for INC-1"`.replace(`"'=`, `"'=`))
  expect(approvals).toMatch(/"G-1","R-1","U0ADA","orders-db","read",.*"approved","U0BEN"/)
  expect(approvals).toMatch(/"G-2","R-2","U0BEN".*"grants\/G-2\.txt"/)
  const times = (await read('good/controls/03-time-limit.csv')).trimEnd().split('\r\n')
  expect(times).toHaveLength(3)
  expect(times[1]).toMatch(/"G-1",.*"returned","taken"$/)
  expect(await read('good/controls/03-time-limit.txt')).toMatch(
    /Ended in the period or since: 1\. .*Live when this was made: 1\./,
  )
  expect(await read('good/controls/04-removal.csv')).toMatch(/"grant\.revoked".*"G-1","taken"/)
  const deciders = (await read('good/controls/06-approver.csv')).trimEnd().split('\r\n')
  expect(deciders[0]).toMatch(/"through","via","stage","rule"$/)
  expect(deciders[1]).toMatch(/"decision\.recorded","U0BEN","U0ADA",.*"S0DBA","","S0DBA","[^"]+"$/)
  expect(await read('good/controls/07-break-glass.txt')).toContain('no such event in the period')
  expect(await read('good/controls/10-content.csv')).toMatch(/"request\.refused","1"/)
  const rights = await read('good/controls/11-database-rights.csv')
  expect(rights).toContain('"elevate_app","audit.body","SELECT"')
  expect(await read('good/controls/15-tool.csv')).toMatch(/"elevate","\d+\.\d+\.\d+/)
  for (const file of files.filter((one) => one.endsWith('.txt')))
    expect(await read(`good/controls/${file}`), file).toMatch(
      /What is asked: .*\n\nHow elevate answers: .*\n\nRows in/,
    )
})

it('shows each grant from the request to the end, and keeps the rules it was made under', async () => {
  const text = await read('good/grants/G-1.txt')
  expect(text).toContain('G-1: read on orders-db for Ada, asked for as R-1')
  for (const type of ['request.created', 'decision.recorded', 'grant.activated', 'grant.revoked'])
    expect(text).toMatch(new RegExp(`${type} by .*events/0/\\d+\\.tlog-proof`))
  const grant = JSON.parse(await read('good/grants/G-1.json'))
  expect(grant.events.map((one: { bytes: string }) => JSON.parse(one.bytes).type)).toContain(
    'request.approved',
  )
  expect(await read(`good/configuration/${grant.grant.policyHash}.yaml`)).toBe(configuration)
  expect(JSON.stringify(grant)).not.toContain('orders_read_password')
})

it('holds, by our own check and by sha256sum', async () => {
  const ours = await elevate('audit', 'verify', '--evidence', path.join(home, 'good'), '--vkey', vkey)
  expect(ours).toMatchObject({ code: 0, output: expect.stringContaining('every event in it is proven') })
  const sums = promisify(execFile)('sha256sum', ['--quiet', '--check', 'MANIFEST.sha256'], {
    cwd: path.join(home, 'good'),
  })
  expect((await sums).stdout).toBe('')
  const found = await verifyPack(path.join(home, 'good'), [must(readVkey(vkey))])
  const logged = (await world.events())
    .map((one) => JSON.parse(one.bytes))
    .filter((one) => one.type === 'export.made')
  expect(logged).toMatchObject([{ detail: { formats: ['evidence'], manifest: found.manifest } }])
})

it.skipIf(!goIsHere())(
  'is proven by Go’s own code, with what is in the folder and nothing else',
  async () => {
    const folder = path.join(home, 'good')
    const found = await verifyPack(folder, [must(readVkey(vkey))])
    const events = await world.events()
    const exported = must(events.find((one) => one.type === 'export.made'))
    const { stdout } = await go(folder, 'run', '.', `${OTHER_KEY},${vkey}`, '.')
    expect(stdout).toBe(
      `evidence.example/audit: ${found.events} events are proven, ${found.checkpoints} checkpoints are of one log of ${exported.index} events\n`,
    )
    expect(await verifyPack(folder, [must(readVkey(vkey))])).toMatchObject({ ok: true })
  },
)

it('shows every change of a file, an event, a text, a grant, a checkpoint or the tree', async () => {
  const index = Number((/^(\d+) {2}.*request\.created/m.exec(await read('good/grants/G-1.txt')) ?? [])[1])
  const swap = async (file: string, from: string | RegExp, to: string) => {
    const text = await readFile(file, 'utf8')
    expect(text.replace(from, to)).not.toBe(text)
    await writeFile(file, text.replace(from, to))
  }
  /** As somebody does who can count, too: the manifest is made to agree again. */
  const forge = async (bad: string, name: string, from: string | RegExp, to: string) => {
    await swap(path.join(bad, name), from, to)
    const { stdout } = await promisify(execFile)('sha256sum', [name], { cwd: bad })
    await swap(path.join(bad, 'MANIFEST.sha256'), new RegExp(`[0-9a-f]{64}  ${name}\n`), stdout)
  }
  const attacks: Record<string, [(bad: string) => Promise<unknown>, RegExp]> = {
    'a cell of a table': [
      (bad) => swap(`${bad}/controls/01-approval.csv`, 'U0BEN', 'U0CHO'),
      /01-approval\.csv was changed/,
    ],
    'a file taken away': [(bad) => rm(`${bad}/grants/G-2.txt`), /grants\/G-2\.txt is missing/],
    'a file more': [(bad) => appendFile(`${bad}/grants/G-3.txt`, 'x'), /1 files more than/],
    'an event': [
      (bad) => forge(bad, `events/0/${index}.json`, '"orders-db"', '"payroll"'),
      /the event is not number/,
    ],
    'a text': [
      (bad) => forge(bad, `events/0/${index}.private.json`, 'INC-1', 'INC-2'),
      /the private text “reason”/,
    ],
    'what a grant tells': [
      (bad) => forge(bad, 'grants/G-1.json', 'request.approved', 'request.denied'),
      /G-1\.json tells event \d+ otherwise/,
    ],
    'a text that a grant tells': [
      (bad) => forge(bad, 'grants/G-1.json', '"content": "=H', '"content": "=J'),
      /G-1\.json tells event \d+ otherwise/,
    ],
    'a proof taken away, so that nobody looks at its event': [
      async (bad) => {
        await rm(`${bad}/events/0/${index}.tlog-proof`)
        await swap(`${bad}/MANIFEST.sha256`, new RegExp(`[0-9a-f]{64} {2}events/0/${index}.tlog-proof\n`), '')
      },
      /G-1\.json tells event \d+, which has no proof here/,
    ],
    'a checkpoint': [(bad) => forge(bad, 'log/checkpoints', /\n\d+\n/, '\n3\n'), /signature of .* is wrong/],
    'a proof for another event': [
      async (bad) => {
        await cp(`${bad}/events/0/${index}.tlog-proof`, `${bad}/events/0/0.tlog-proof`)
        const { stdout } = await promisify(execFile)('sha256sum', ['events/0/0.tlog-proof'], { cwd: bad })
        await swap(`${bad}/MANIFEST.sha256`, /[0-9a-f]{64} {2}events\/0\/0\.tlog-proof\n/, stdout)
      },
      /events\/0\/0\.tlog-proof is not the proof of that event/,
    ],
  }
  for (const [what, [does, says]] of Object.entries(attacks)) {
    const bad = path.join(home, 'bad')
    await cp(path.join(home, 'good'), bad, { recursive: true })
    await does(bad)
    const found = await verifyPack(bad, [must(readVkey(vkey))])
    expect(found.faults.join('\n'), what).toMatch(says)
    expect(found.ok, what).toBe(false)
    await rm(bad, { recursive: true })
  }
})

it('keeps to a person or a target when asked, and shows nothing of the others', async () => {
  const made = await make('ben', '--person', BEN, '--json')
  expect(JSON.parse(made.output)).toMatchObject({ ok: true, grants: 1 })
  expect(await readdir(path.join(home, 'ben/grants'))).toEqual(['G-2.json', 'G-2.txt'])
  expect(await read('ben/controls/01-approval.csv')).not.toContain('G-1')
  expect((await verifyPack(path.join(home, 'ben'), [must(readVkey(vkey))])).ok).toBe(true)
  expect(JSON.parse((await make('none', '--target', 'orders-own', '--json')).output)).toMatchObject({
    grants: 0,
  })
})

it('is not made over other files, from a faulty question, or from a log that is not what was signed', async () => {
  expect(await make('good')).toMatchObject({
    code: 1,
    output: expect.stringContaining('is not empty. Give a new folder.'),
  })
  expect((await elevate('evidence', '--from', TO, '--to', FROM, '--out', path.join(home, 'x'))).code).toBe(2)
  expect((await elevate('evidence', '--from', 'May', '--to', TO, '--out', path.join(home, 'x'))).code).toBe(2)
  expect((await elevate('audit', 'verify', '--evidence', home)).output).toContain(
    'not a folder that elevate evidence has made',
  )
  const { store } = bot.world
  const unrecorded = buildEvidence({
    store,
    proof: store.proof,
    span: { from: new Date(FROM), to: new Date(TO) },
    out: path.join(home, 'unrecorded'),
    ...must(await keptCheckpoint(store.proof)),
    vkey,
    installation: [],
    record: () => Promise.reject(new Error('the log cannot be written')),
  })
  await expect(unrecorded).rejects.toThrow('the log cannot be written')
  await asSuperuser(world.databaseUrl, [`update audit.leaf set leaf_hash = sha256('x') where index = 1`])
  const refused = await make('rewritten')
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('not the ones that were signed') })
  // Nothing half-made stays beside it.
  const left = (await readdir(home)).filter((name) => /\.part-|rewritten|unrecorded/.test(name))
  expect(left).toEqual([])
})

const OTHER_KEY = must(readSkey(makeSkey('evidence.example/audit'))).verifier.vkey
