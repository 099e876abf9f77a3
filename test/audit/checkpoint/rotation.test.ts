// A key is followed by another one: each signs its own stretch of the log, and no other.
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { signCheckpoint } from '../../../src/audit/checkpoint/checkpoint.ts'
import { signRotation } from '../../../src/audit/checkpoint/key-history.ts'
import { makeSkey, readSkey } from '../../../src/audit/checkpoint/note.ts'
import { openSigner } from '../../../src/audit/checkpoint/sign-checkpoint.ts'
import { openProofStore } from '../../../src/store/database/open-store.ts'
import { audit } from '../../cli/audit-program.ts'
import { type AuditWorld, auditWorld } from '../../cli/audit-world.ts'
import { must } from '../../support/must.ts'
import { addEvents } from './real-log.ts'

let world: AuditWorld
let file: string

beforeEach(async () => {
  world = await auditWorld()
  file = must(world.env.ELEVATE_AUDIT_KEY_FILE)
  return () => world.end()
})

const oldKey = async () => must(readSkey(must((await readFile(world.out('old.key'), 'utf8')).split('\n')[0])))
const verify = (...args: string[]) => audit(world.env, ['verify', ...args])

async function rotated(...more: string[]): Promise<{ before: string; after: string }> {
  const { vkey: before } = await world.signedLog()
  await copyFile(file, world.out('old.key'))
  const { code, out, err } = await audit(world.env, ['key', '--rotate', '--reason', 'yearly', ...more])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const [after = ''] = out.split('\n')
  expect(after).not.toBe(before)
  await addEvents(world.store, 5)
  await audit(world.env, ['checkpoint'])
  return { before, after }
}

describe('a rotation', () => {
  test('is accepted by verifiers with the first key; the new key alone does not prove what came before', async () => {
    const { before, after } = await rotated()
    expect((await audit(world.env, ['key'])).out.trim().split('\n')).toEqual([after, before])
    for (const keys of [[], ['--vkey', before], ['--vkey', before, '--vkey', after]]) {
      const { code, out } = await verify(...keys)
      expect(out).toMatch(/At event 22 the key was replaced; the one before signed that\./)
      expect(out).toContain('Events 0 to 27 are proven.')
      expect(code).toBe(0)
    }
    expect((await verify('--vkey', after)).code).toBe(1)
    const [said] = await world.store.proof.aboutCheckpoints('key.rotated')
    expect(JSON.parse(must(said).bytes)).toMatchObject({
      outcome: 'handed-over',
      detail: { former: before.split('+')[1], next: after.split('+')[1] },
    })
    // Of the old key's last checkpoint nothing is missing: it stands right before the event.
    const sizes = (await world.store.proof.checkpoints(0, 100)).map((one) => one.size)
    expect(sizes).toEqual([12, 20, 22, 23, 28])
  })

  test('is in an export, which is checked with the keys beside it or with the first one', async () => {
    const { before } = await rotated()
    await audit(world.env, ['export', '--out', world.out('export')])
    for (const keys of [[], ['--vkey', before]]) {
      const found = await audit({}, ['verify', '--export', world.out('export'), ...keys])
      expect(found.out).toContain('The log is as it was signed.')
      expect(found.code).toBe(0)
    }
  })

  test('ends the old key: a host that still has it signs nothing, and what it signs elsewhere does not count', async () => {
    await rotated()
    const old = await oldKey()
    const now = must(await world.store.proof.lastCheckpoint())
    const root = Buffer.from(must(now.note.split('\n')[2]), 'base64')
    await writeFile(world.out('stolen'), signCheckpoint(now.size, root, old))
    const found = await verify('--checkpoint', world.out('stolen'))
    expect(found.out).toMatch(
      /a given checkpoint of 28 events cannot count .*its key was replaced by another one at event 22/,
    )
    expect(found.code).toBe(1)
    await rm(file)
    await copyFile(world.out('old.key'), file)
    const signing = await audit(world.env, ['checkpoint'])
    expect(signing.err).toMatch(
      /event 22 says that the key on this host .* was replaced\. Copy the new key file here/,
    )
  })

  test('that nobody but a thief of the database wrote changes nothing', async () => {
    const { vkey } = await world.signedLog()
    const mallory = must(readSkey(makeSkey('elevate.example.com/audit')))
    const key = must(readSkey(must((await readFile(file, 'utf8')).split('\n')[0])))
    await world.store.transaction(async (tx) =>
      tx.append({
        type: 'key.rotated',
        actor: { kind: 'operator', id: 'mallory' },
        detail: { statement: signRotation(key.verifier, mallory) },
      }),
    )
    const size = await world.store.proof.size()
    const forged = await verify('--vkey', vkey, '--json')
    const root = Buffer.from(JSON.parse(forged.out).root, 'base64')
    await world.store.proof.keepCheckpoint({ size, note: signCheckpoint(size, root, mallory) })
    const found = await verify('--vkey', vkey)
    expect(found.out).toMatch(/a checkpoint of 23 events cannot count .*no known key has signed it/)
    expect(found.out).not.toContain('At event')
  })

  test('goes on where it was killed, and no sooner than it has ended is anything signed', async () => {
    await rotated()
    const before = await world.store.proof.size()
    // As it was after the event and before the new file took the old one's place.
    await rename(file, `${file}.next`)
    await copyFile(world.out('old.key'), file)
    expect((await audit(world.env, ['checkpoint'])).code).toBe(1)
    const again = await audit(world.env, ['key', '--rotate'])
    expect(again.out).toContain('The key was replaced at event 22.')
    expect(await world.store.proof.size()).toBe(before)
    expect((await verify()).code).toBe(0)
  })

  test('needs no restart of the bot, and a second one follows the first', async () => {
    await world.signedLog()
    const proof = await openProofStore({ url: world.url })
    const anchor = must(world.env.ELEVATE_AUDIT_ANCHOR_FILE)
    const bot = await openSigner({ key: file, anchor, make: false, proof })
    const first = bot.verifier.vkey
    await bot.sign()
    for (let n = 0; n < 2; n += 1) {
      await audit(world.env, ['key', '--rotate'])
      await addEvents(world.store, 1)
      expect(await bot.sign()).toMatchObject({ kind: 'signed' })
    }
    expect(bot.verifier.vkey).not.toBe(first)
    await proof.close()
    const { code, out } = await verify('--vkey', first)
    expect(out.match(/the key was replaced/g)).toHaveLength(2)
    expect(code).toBe(0)
  })
})

describe('a lost key', () => {
  test('can be replaced, which is reported and accepted only by verifiers who were given the new key', async () => {
    const { vkey } = await world.signedLog()
    await rm(file)
    const blind = await audit(world.env, ['key', '--rotate', '--lost'])
    expect(blind.err).toContain('--former')
    const made = await audit(world.env, ['key', '--rotate', '--lost', '--former', vkey, '--reason', 'disk'])
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' })
    const [after = ''] = made.out.split('\n')
    const both = await verify('--vkey', vkey, '--vkey', after)
    expect(both.out).toMatch(
      /another key takes over, and the one before did NOT sign that: it was said to be lost/,
    )
    expect(both.code).toBe(0)
    const one = await verify('--vkey', vkey)
    expect(one.out).toMatch(/cannot count .*no known key has signed it/)
    expect(one.code).toBe(1)
  })

  test('is not replaced by mistake', async () => {
    const { vkey } = await world.signedLog()
    const kept = await audit(world.env, ['key', '--rotate', '--lost', '--former', vkey])
    expect(kept.err).toContain('has a key')
    expect((await audit(world.env, ['key', '--lost'])).code).toBe(2)
  })
})
