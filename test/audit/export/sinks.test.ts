// Where events are delivered to, by themselves: the signature as others compute it, and files on bad disks.
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileSink, readWebhook, signatureOf } from '../../../src/audit/export/sinks.ts'
import type { Batch } from '../../../src/core/log/delivery.ts'

const signal = new AbortController().signal
const batch = (id: string): Batch => ({ id, leaves: [], at: 1 })

describe('a webhook', () => {
  // The example of the Standard Webhooks specification's reference libraries.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

  test('is signed as the Standard Webhooks scheme says', () => {
    const { keys } = readWebhook('https://siem.example/in', secret)
    expect(signatureOf(keys, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  test('is signed with both secrets while a receiver changes over', () => {
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const { keys } = readWebhook('https://siem.example/in', `${other} ${secret}\n`)
    const [one, two, ...more] = signatureOf(keys, 'id', 1, 'body').split(' ')
    expect([one, two]).toEqual([
      signatureOf(keys.slice(0, 1), 'id', 1, 'body'),
      signatureOf(keys.slice(1), 'id', 1, 'body'),
    ])
    expect(more).toEqual([])
  })

  test.each([
    ['http://siem.example/', secret, 'https'],
    ['ftp://siem.example/', secret, 'https'],
    ['siem', secret, 'https'],
    ['https://siem.example/', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_'],
    ['https://siem.example/', 'whsec_c2hvcnQ=', '24 to 64 bytes'],
    ['https://siem.example/', `whsec_${'A'.repeat(100)}`, '24 to 64 bytes'],
    ['https://siem.example/', '', 'whsec_'],
    ['https://siem.example/', `${secret} nonsense`, 'whsec_'],
  ])('%s with %s is refused', (url, typed, says) => {
    expect(() => readWebhook(url, typed)).toThrow(says)
  })
})

describe('a file', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'elevate-sink-'))
    file = path.join(folder, 'events.jsonl')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('whose last line was torn by a crash is mended before it goes on', async () => {
    await writeFile(file, '{"event":1}\n{"event":2}\n{"eve')
    const sink = fileSink(file, ({ id }) => `${id}\n`)
    await sink.send(batch('next'), signal)
    await sink.close()
    expect(await readFile(file, 'utf8')).toBe('{"event":1}\n{"event":2}\nnext\n')
  })

  test('that is a pipe or a device is refused, and does not hold anybody up', async () => {
    await promisify(execFile)('mkfifo', [file])
    await expect(fileSink(file, () => 'x\n').send(batch('a'), signal)).rejects.toThrow('regular file')
    const full = path.join(folder, 'full')
    await symlink('/dev/full', full)
    await expect(fileSink(full, () => 'x\n').send(batch('a'), signal)).rejects.toThrow('regular file')
  })

  test('on a disk that is full stays as it was, without a torn line, and goes on when there is room', async () => {
    // The system refuses to let files of that process grow beyond 16 KiB; two batches of 10 KiB do not fit.
    const program = `
      import { fileSink } from './src/audit/export/sinks.ts'
      import { readFile, truncate } from 'node:fs/promises'
      const file = process.argv[1]
      const sink = fileSink(file, ({ id }) => (id.repeat(99) + '\\n').repeat(100))
      const send = (id) => sink.send({ id, leaves: [], at: 1 }).then(() => 'sent', (error) => error.message)
      const said = [await send('a')]
      said.push(await send('b'), (await readFile(file, 'utf8')).length)
      await truncate(file, 0)
      said.push(await send('b'), (await readFile(file, 'utf8')).length)
      console.log(JSON.stringify(said))`
    const limited = `ulimit -f 16 && exec "$0" --input-type=module -e "$1" -- "$2"`
    const { stdout } = await promisify(execFile)('bash', ['-c', limited, process.execPath, program, file], {
      cwd: path.join(import.meta.dirname, '../../..'),
    })
    expect(JSON.parse(stdout)).toEqual([
      'sent',
      expect.stringMatching(/^the file cannot be written \((EFBIG|ENOSPC)\)$/),
      10_000,
      'sent',
      10_000,
    ])
  })

  test('that somebody removed is created again', async () => {
    const sink = fileSink(file, ({ id }) => `${id}\n`)
    await sink.send(batch('one'), signal)
    await rm(file)
    await sink.send(batch('two'), signal)
    await appendFile(file, '')
    await sink.close()
    expect(await readFile(file, 'utf8')).toBe('two\n')
  })
})
