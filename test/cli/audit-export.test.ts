// `elevate audit export` from end to end, and what `verify --export` says of files that somebody has changed.
import { appendFile, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { addEvents, addManyEvents } from '../audit/checkpoint/real-log.ts'
import { query } from '../support/postgres.ts'
import { audit, auditProcess } from './audit-program.ts'
import { type AuditWorld, auditWorld } from './audit-world.ts'

/** The program alone takes some 24 MB, and what is left of the heap holds neither the events nor any file of them. */
const LONG = 18_000
const RULE = 'a-rule-with-a-long-name-'.repeat(40)
const HEAP_MB = 48

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

let world: AuditWorld

beforeEach(async () => {
  world = await auditWorld()
  return () => world.end()
})

describe('export', () => {
  test('can be verified without the database and the key file, and every attack on its files is found', async () => {
    const { vkey } = await world.signedLog()
    // More than one tile.
    await addEvents(world.store, 260)
    const made = await audit(world.env, ['export', '--out', world.out('good'), '--json'])
    expect(made.code).toBe(0)
    expect(JSON.parse(made.out)).toMatchObject({
      ok: true,
      events: 283,
      formats: ['jsonl', 'csv', 'ocsf', 'tiles'],
    })
    expect((await readdir(world.out('good'))).sort()).toEqual([
      'checkpoint',
      'checkpoints',
      'events.csv',
      'events.jsonl',
      'events.ocsf.jsonl',
      'tile',
      'vkey',
    ])
    expect((await stat(world.out('good/events.csv'))).mode & 0o077).toBe(0)
    const offline = (at: string, ...more: string[]) =>
      audit({}, ['verify', '--export', world.out(at), ...more])
    const good = await offline('good', '--vkey', vkey)
    expect(good.err).toBe('')
    expect(good.out).toContain('283 events read; 4 checkpoints verified; 141 private texts matched.')
    expect(good.out).toContain('Events 0 to 282 are proven.')
    expect(good.code).toBe(0)
    expect((await offline('good')).out).toContain('The key was taken from the export itself')

    const flip = async (file: string, at: number) => {
      const bytes = await readFile(file)
      bytes[at] = (bytes[at] as number) ^ 1
      await writeFile(file, bytes)
    }
    const swap = async (file: string, from: string, to: string) => {
      const text = await readFile(file, 'utf8')
      expect(text).toContain(from)
      await writeFile(file, text.replace(from, to))
    }
    const attacks: Record<string, [(at: string) => Promise<unknown>, RegExp]> = {
      'a letter of an event': [
        (at) => flip(`${at}/tile/entries/000`, 100),
        /event 0 was changed after it was signed/,
      ],
      'a leaf hash': [
        (at) => flip(`${at}/tile/0/000`, 5 * 32),
        /the hash of event 5 was changed after it was signed/,
      ],
      'a hash of an upper tile': [
        (at) => flip(`${at}/tile/1/000.p/1`, 3),
        /tile\/1\/000\.p\/1 does not follow/,
      ],
      'an upper tile': [(at) => rm(`${at}/tile/1`, { recursive: true }), /tile\/1\/000\.p\/1 is missing/],
      'the last tile': [
        (at) =>
          Promise.all([
            rm(`${at}/tile/0/001.p`, { recursive: true }),
            rm(`${at}/tile/entries/001.p`, { recursive: true }),
          ]),
        /283 events were signed, and there are 256/,
      ],
      'the length of a bundle': [
        (at) => truncate(`${at}/tile/entries/000`, 1000),
        /tile\/entries\/000 is not an entry bundle/,
      ],
      'the checkpoint': [
        (at) => Promise.all([swap(`${at}/checkpoint`, '283', '282'), writeFile(`${at}/checkpoints`, '')]),
        /a checkpoint of 282 events cannot count .*signature .* is wrong/,
      ],
      'a reason in the JSONL': [
        (at) => swap(`${at}/events.jsonl`, '=1+1', 'nothing'),
        /a private text of event \d \(reason\)/,
      ],
      'an event in the JSONL': [
        (at) => swap(`${at}/events.jsonl`, '"orders-db"', '"payroll"'),
        /event \d reads differently in events.jsonl/,
      ],
      'an event more in the JSONL': [
        async (at) =>
          appendFile(`${at}/events.jsonl`, '{"event":{"index":"283"},"leaf_hash":null,"private":[]}\n'),
        /events.jsonl has a line that is not in its place \(event 283\)/,
      ],
    }
    for (const [what, [does, says]] of Object.entries(attacks)) {
      await cp(world.out('good'), world.out('bad'), { recursive: true })
      await does(world.out('bad'))
      const found = await offline('bad', '--vkey', vkey)
      expect(found.out, what).toMatch(says)
      expect(found.code, what).toBe(1)
      await rm(world.out('bad'), { recursive: true })
    }
  }, 60_000)

  test('is an event of the log itself, and filters keep to what was asked', async () => {
    await world.signedLog()
    const made = await audit(world.env, [
      'export',
      '--out',
      world.out('part'),
      '--person',
      'U1',
      '--target',
      'orders-db',
      '--json',
    ])
    expect(JSON.parse(made.out)).toMatchObject({ formats: ['jsonl', 'csv', 'ocsf'] })
    const lines = (await readFile(world.out('part/events.jsonl'), 'utf8')).trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line).event)
    expect(new Set(events.map((one) => `${one.subject} ${one.target}`))).toEqual(new Set(['U1 orders-db']))
    const [last] = await query<{ bytes: string }>(
      world.url,
      'select bytes from audit.body order by index desc limit 1',
    )
    expect(JSON.parse(last?.bytes ?? '')).toMatchObject({
      type: 'export.made',
      actor: { kind: 'operator' },
      subject: 'U1',
      detail: { formats: ['jsonl', 'csv', 'ocsf'] },
    })
  })

  test('OCSF is written in the version that was asked for, one event a line', async () => {
    await world.signedLog()
    const ask = ['export', '--out', world.out('ocsf'), '--format', 'ocsf', '--ocsf-version', '1.9']
    expect((await audit(world.env, ask)).code).toBe(0)
    expect(await readdir(world.out('ocsf'))).toEqual(['events.ocsf.jsonl'])
    const events = linesOf(await readFile(world.out('ocsf/events.ocsf.jsonl'), 'utf8'))
    expect(events).toHaveLength(23)
    expect(new Set(events.map((one) => one.metadata.version))).toEqual(new Set(['1.9.0']))
    expect(events.map((one) => one.metadata.sequence)).toEqual(events.map((_, index) => index))
    expect(events.at(-1)).toMatchObject({ class_uid: 3004, metadata: { event_code: 'export.made' } })
  })

  test('a long log is exported in every format within a heap that could not hold it', async () => {
    await world.signedLog()
    await addManyEvents(world.url, LONG, RULE)
    const made = await auditProcess(world.env, ['export', '--out', world.out('long'), '--json'], '', [
      `--max-old-space-size=${HEAP_MB}`,
    ])
    // Nothing but how far it is.
    expect(made.err).toMatch(/^(?:\w+: \d+ events\n)*$/)
    expect(JSON.parse(made.out)).toMatchObject({ events: LONG + 23 })
    expect((await stat(world.out('long/events.ocsf.jsonl'))).size).toBeGreaterThan(HEAP_MB * 1024 * 1024)
    const found = await auditProcess(
      {},
      ['verify', '--export', world.out('long'), '--vkey', world.out('long/vkey')],
      '',
      [`--max-old-space-size=${HEAP_MB}`],
    )
    expect(found.out).toContain(`Events 0 to ${LONG + 22} are proven.`)
  }, 240_000)

  test('wrong use is reported and exits with 2; a folder that is not empty, with 1', async () => {
    const wrong = [
      ['export'],
      ['export', '--out', world.out('x'), '--format', 'pdf'],
      ['export', '--out', world.out('x'), '--ocsf-version', '2.0'],
      ['export', '--out', world.out('x'), '--from', 'yesterday'],
      ['export', '--out', world.out('x'), '--person', 'U1', '--format', 'tiles'],
      ['verify', '--wrong'],
    ]
    for (const args of wrong) {
      const { code, err } = await audit(world.env, args)
      expect(err, args.join(' ')).not.toBe('')
      expect(code, args.join(' ')).toBe(2)
    }
    await mkdir(world.out('full'))
    await writeFile(world.out('full/file'), '')
    expect(await audit(world.env, ['export', '--out', world.out('full')])).toMatchObject({ code: 1, out: '' })
    expect((await audit(world.env, ['verify', '--export', world.out('full')])).err).toContain(
      'not an export with tiles',
    )
    expect((await audit(world.env, ['verify', '--vkey', 'nonsense'])).err).toContain('not a verifier key')
  })
})
