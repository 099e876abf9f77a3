import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSigningKey } from '../../../src/audit/checkpoint/signing-key.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'elevate-key-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let files = 0

describe('the key file', () => {
  const file = () => path.join(folder, `deep-${++files}`, 'audit.key')

  test('is made once, for its owner alone, and read again', async () => {
    const at = file()
    expect(await openSigningKey(at)).toMatchObject({ ok: false })
    const made = await Promise.all([
      openSigningKey(at, true),
      openSigningKey(at, true),
      openSigningKey(at, 'mine'),
    ])
    const again = await openSigningKey(at)
    const keys = [...made, again].map((key) => (key.ok ? key.signer.verifier.vkey : key.fault))
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^(elevate\/audit\/[0-9a-f]{16}|mine)\+[0-9a-f]{8}\+/)
    expect((await stat(at)).mode & 0o777).toBe(0o400)
  })

  test('takes a name, and is refused with a fault that does not show it', async () => {
    const at = file()
    const key = await openSigningKey(at, 'elevate.example.com/audit')
    expect(key.ok && key.signer.verifier.name).toBe('elevate.example.com/audit')
    const secret = await readFile(at, 'utf8')
    await chmod(at, 0o644)
    const open = await openSigningKey(at)
    expect(open).toMatchObject({ ok: false, fault: expect.stringContaining('chmod') })
    await chmod(at, 0o600)
    await writeFile(at, secret.replace('PRIVATE', 'PUBLIC'))
    const wrong = await openSigningKey(at)
    expect(wrong.ok).toBe(false)
    expect(JSON.stringify([open, wrong])).not.toContain(secret.trim().split('+').at(-1))
    expect((await openSigningKey(folder)).ok).toBe(false)
    expect(await openSigningKey(file(), 'two words')).toMatchObject({ ok: false })
  })
})
