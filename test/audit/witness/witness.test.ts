// A witness never cosigns two histories: not for a fork, a rollback, a replay, many at once, or after kill -9.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSkey, openNote, readSkey, readVkey } from '../../../src/audit/checkpoint/note.ts'
import { MerkleTree } from '../../../src/audit/tree/merkle.ts'
import {
  cosignersOf,
  makeWitnessKey,
  readWitnessKey,
  readWitnessVkey,
} from '../../../src/audit/witness/cosignature.ts'
import { addRequest, makeWitness, type WitnessAnswer } from '../../../src/audit/witness/witness.ts'
import { makeWitnessState, openWitnessState } from '../../../src/audit/witness/witness-state.ts'
import { must } from '../../support/must.ts'
import { run } from '../../support/process.ts'
import { PaperLog, signer } from '../checkpoint/paper-log.ts'
import { leafOf } from '../tree/naive-tree.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'elevate-witness-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const cosigner = must(readWitnessKey(makeWitnessKey('witness.example.com/w1')))
const NOW = 1_679_315_147

let files = 0
async function newWitness(logs = [signer.verifier]) {
  const file = path.join(folder, `state-${++files}`)
  await makeWitnessState(file)
  const state = await openWitnessState(file)
  const witness = makeWitness({ signer: cosigner, logs, state, now: () => NOW })
  return { witness, file, state }
}

/** A log that can show any of its sizes, with any proof. */
function aLog(
  size: number,
  fork = size,
): { log: PaperLog; tree: MerkleTree; ask: (old: number, to: number) => string } {
  const log = PaperLog.of(size)
  for (let at = fork; at < size; at += 1) log.at(at).leafHash = leafOf(`another ${at}`)
  return of(log)
}
function of(log: PaperLog) {
  const tree = new MerkleTree()
  for (const leaf of log.leaves) tree.append(must(leaf.leafHash))
  return {
    log,
    tree,
    ask: (old: number, to: number) => addRequest(old, tree.consistencyProof(old, to), log.note(to)),
  }
}
/** The same up to `at`, and another log from there. */
function forked({ log }: { log: PaperLog }, at: number) {
  const other = PaperLog.of(0)
  other.leaves = log.leaves.map((leaf, index) =>
    index < at ? leaf : { ...leaf, leafHash: leafOf(`fork ${index}`) },
  )
  return of(other)
}

const status = (answer: WitnessAnswer) => answer.status

describe('the cosignature', () => {
  test('is what the format says, byte for byte', async () => {
    const { witness } = await newWitness()
    const { log, ask } = aLog(9)
    const { body, status: code } = await witness.add(ask(0, 9))
    expect(code).toBe(200)
    const [, name, encoded = ''] = /^— (\S+) (\S+)\n$/.exec(body) ?? []
    expect(name).toBe('witness.example.com/w1')
    const bytes = Buffer.from(encoded, 'base64')
    const [, , key = ''] = cosigner.verifier.vkey.split(/\+(.{8})\+/)
    const raw = Buffer.from(key, 'base64')
    expect(raw[0]).toBe(4)
    const id = createHash('sha256').update('witness.example.com/w1\n').update(raw).digest().subarray(0, 4)
    expect(bytes.subarray(0, 4)).toEqual(id)
    expect(bytes.readBigUInt64BE(4)).toBe(BigInt(NOW))
    const text = log.note(9).slice(0, log.note(9).indexOf('\n\n') + 1)
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.subarray(1).toString('base64url') },
      format: 'jwk',
    })
    const message = Buffer.from(`cosignature/v1\ntime ${NOW}\n${text}`)
    expect(verifySignature(null, message, publicKey, bytes.subarray(12))).toBe(true)
    expect(openNote(`${log.note(9)}${body}`, [signer.verifier, cosigner.verifier])).toMatchObject({
      ok: true,
      signedBy: [{ name: 'elevate/audit/test' }, { name: 'witness.example.com/w1' }],
    })
  })

  test('with another time, or on another checkpoint, is wrong; keys of logs and of witnesses are not mixed up', async () => {
    const { witness } = await newWitness()
    const { log, ask } = aLog(9)
    const { body } = await witness.add(ask(0, 9))
    const moved = Buffer.from(must(body.split(' ')[2]), 'base64')
    moved.writeBigUInt64BE(BigInt(NOW + 1), 4)
    const later = `— witness.example.com/w1 ${moved.toString('base64')}\n`
    const cosigner1 = [cosigner.verifier]
    expect(cosignersOf(`${log.note(9)}${body}`, cosigner1)).toEqual({ by: cosigner1, wrong: [] })
    expect(cosignersOf(`${log.note(9)}${later}`, cosigner1)).toEqual({ by: [], wrong: cosigner1 })
    expect(cosignersOf(`${log.note(8)}${body}`, cosigner1)).toEqual({ by: [], wrong: cosigner1 })
    expect(cosignersOf(log.note(9), cosigner1)).toEqual({ by: [], wrong: [] })
    expect(readVkey(cosigner.verifier.vkey)).toBeUndefined()
    expect(readWitnessVkey(signer.verifier.vkey)).toBeUndefined()
  })
})

describe('add-checkpoint', () => {
  test('takes the first as it is, and every next one that follows', async () => {
    const { witness } = await newWitness()
    const { ask } = aLog(40)
    for (const [old, to] of [
      [0, 1],
      [1, 7],
      [7, 7],
      [7, 32],
      [32, 40],
    ] as const)
      expect(status(await witness.add(ask(old, to)))).toBe(200)
  })

  test('answers as the protocol says', async () => {
    const { witness } = await newWitness()
    const one = aLog(40)
    await witness.add(one.ask(0, 20))
    const behind = await witness.add(one.ask(10, 30))
    expect(behind).toEqual({ status: 409, type: 'text/x.tlog.size', body: '20\n' })
    expect(await witness.add(one.ask(25, 30))).toEqual(behind)
    const stranger = must(readSkey(makeSkey('elevate/audit/test')))
    const foreign = must(readSkey(makeSkey('another/log')))
    const proof = one.tree.consistencyProof(20, 30)
    expect(status(await witness.add(addRequest(20, proof, one.log.note(30, foreign))))).toBe(404)
    expect(status(await witness.add(addRequest(20, proof, one.log.note(30, stranger))))).toBe(403)
    expect(status(await witness.add(addRequest(31, [], one.log.note(30))))).toBe(400)
    expect(status(await witness.add(addRequest(20, proof.slice(1), one.log.note(30))))).toBe(422)
    expect(status(await witness.add(addRequest(20, [], one.log.note(30))))).toBe(422)
    const empty = await newWitness()
    expect(status(await empty.witness.add(addRequest(0, proof, one.log.note(30))))).toBe(422)
    for (const bad of [
      '',
      'old 20\n',
      `old 020\n\n${one.log.note(30)}`,
      `old -1\n\n${one.log.note(30)}`,
      `old 20\nAAAA\n\n${one.log.note(30)}`,
      `old 20\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${one.log.note(30)}`,
      'old 20\n\nnot a checkpoint\n',
    ])
      expect(status(await witness.add(bad)), bad.slice(0, 20)).toBe(400)
    // A log that has more signatures than ours is served all the same.
    const also = `${one.log.note(30)}— somebody/else ${Buffer.alloc(70).toString('base64')}\n`
    expect(status(await witness.add(addRequest(20, proof, also)))).toBe(200)
    expect(must(witness.latest('elevate/audit/test'))).not.toContain('somebody')
  })

  test('a fork, a rollback and a replay are not cosigned, whichever key signed them', async () => {
    const { witness } = await newWitness()
    const one = aLog(60)
    const fork = forked(one, 15)
    const first = one.ask(0, 20)
    expect(status(await witness.add(first))).toBe(200)
    expect(status(await witness.add(fork.ask(20, 30)))).toBe(422)
    expect(await witness.add(fork.ask(20, 20))).toMatchObject({ status: 409, body: '20\n' })
    expect(await witness.add(fork.ask(0, 40))).toMatchObject({ status: 409, body: '20\n' })
    expect(await witness.add(one.ask(10, 15))).toMatchObject({ status: 409, body: '20\n' })
    const second = one.ask(20, 30)
    expect(status(await witness.add(second))).toBe(200)
    expect(await witness.add(first)).toMatchObject({ status: 409, body: '30\n' })
    expect(await witness.add(second)).toMatchObject({ status: 409, body: '30\n' })
  })

  test('many at once, of two histories and in any order: what is cosigned is one history, and the largest is remembered', async () => {
    const one = aLog(64)
    const fork = forked(one, 20)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.nat(64), fc.nat(64)), { minLength: 5, maxLength: 40 }),
        async (asks) => {
          const { witness, state, file } = await newWitness()
          const wanted = asks.map(([honest, a, b]) => ({
            honest,
            old: Math.min(a, b),
            to: Math.max(a, b, 1),
          }))
          const answers = await Promise.all(
            wanted.map(({ honest, old, to }) => witness.add((honest ? one : fork).ask(old, to))),
          )
          const signed = wanted.filter((_, at) => answers[at]?.status === 200)
          expect(new Set(signed.filter(({ to }) => to > 20).map(({ honest }) => honest)).size).toBeLessThan(2)
          const remembered = state.of('elevate/audit/test')?.size ?? 0
          expect(remembered).toBe(Math.max(0, ...signed.map(({ to }) => to)))
          await state.close()
          const again = await openWitnessState(file)
          expect(again.of('elevate/audit/test')?.size ?? 0).toBe(remembered)
          await again.close()
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('the memory', () => {
  test('a lost state is not created again, two processes do not share one, and another writer’s change is not undone', async () => {
    await expect(openWitnessState(path.join(folder, 'nowhere'))).rejects.toThrow('lost its memory')
    const { witness, file } = await newWitness()
    await writeFile(`${file}.lock`, '1')
    await expect(openWitnessState(file)).rejects.toThrow('Another witness (process 1)')
    await expect(makeWitnessState(file)).rejects.toThrow('EEXIST')
    const one = aLog(9)
    expect(status(await witness.add(one.ask(0, 3)))).toBe(200)
    await writeFile(file, '{}\n')
    await expect(witness.add(one.ask(3, 9))).rejects.toThrow('changed by somebody else')
  })

  test('no cosignature leaves before its state is on the disk', async () => {
    const state = {
      of: () => undefined,
      origins: () => [],
      close: async () => {},
      put: () => Promise.reject(new Error('the disk is full')),
    }
    const witness = makeWitness({ signer: cosigner, logs: [signer.verifier], state, now: () => NOW })
    await expect(witness.add(aLog(9).ask(0, 9))).rejects.toThrow('disk is full')
  })

  test('kill -9 at any moment: after it the witness still knows everything it has cosigned', {
    timeout: 60_000,
  }, async () => {
    const home = await mkdtemp(path.join(folder, 'killed-'))
    const files = ['--key', path.join(home, 'key'), '--state', path.join(home, 'state')]
    const env = { PATH: process.env.PATH ?? '' }
    const made = run('src/cli/main.ts', { args: ['witness', '--make', 'w.example/1', ...files], env })
    expect(await made.ended).toBe(0)
    const one = aLog(400)
    const fork = forked(one, 1)
    let cosigned = 0
    for (let round = 0; round < 6; round += 1) {
      const args = ['witness', '--serve', '--port', '0', '--log', signer.verifier.vkey, ...files]
      const running = run('src/cli/main.ts', { args, env })
      const url = /http:\/\/[\d.:]+/.exec(await running.says('listens on'))?.[0]
      const ask = async (body: string) => {
        const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body })
        return { status: answer.status, body: await answer.text() }
      }
      const at = await ask(one.ask(0, 1))
      const known = at.status === 409 ? Number(at.body) : 1
      expect(known).toBeGreaterThanOrEqual(cosigned)
      if (known > 1) expect((await ask(fork.ask(known, known + 1))).status).toBe(422)
      let size = known
      const killed = setTimeout(() => running.child.kill('SIGKILL'), 30 + 40 * round)
      try {
        for (;;) {
          const answer = await ask(one.ask(size, size + 1))
          expect(answer.status).toBe(200)
          size += 1
          cosigned = size
        }
      } catch {
        clearTimeout(killed)
      }
      expect(await running.end('SIGKILL')).toBe('SIGKILL')
    }
    expect(cosigned).toBeGreaterThan(6)
    expect(JSON.parse(await readFile(path.join(home, 'state'), 'utf8'))).toHaveProperty([
      'elevate/audit/test',
    ])
  })
})
