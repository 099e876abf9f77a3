// `elevate audit proof`: single events, proven to somebody who has the proof and the key and nothing else.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { beforeEach, expect, test } from 'vitest'
import { MerkleTree } from '../../src/audit/tree/merkle.ts'
import { formatProof, ProofMaker, parseProof } from '../../src/audit/tree/proof.ts'
import { PaperLog } from '../audit/checkpoint/paper-log.ts'
import { asSuperuser } from '../audit/checkpoint/real-log.ts'
import { must } from '../support/must.ts'
import { audit } from './audit-program.ts'
import { type AuditWorld, auditWorld } from './audit-world.ts'

let world: AuditWorld

beforeEach(async () => {
  world = await auditWorld()
  return () => world.end()
})

test('one event is proven without the database, and every change to it, its proof or its text is found', async () => {
  const { vkey } = await world.signedLog()
  const made = await audit(world.env, ['proof', '5', '--out', world.out('one'), '--json'])
  expect(JSON.parse(made.out)).toMatchObject({ ok: true, indexes: [5], vkey })
  // The last of the two signs the whole log: 22 events and the one that says that a proof was made.
  expect(JSON.parse(made.out).size).toBe(23)
  const offline = (...more: string[]) =>
    audit({}, ['verify', '--proof', world.out('one/5.tlog-proof'), '--vkey', vkey, ...more])
  const good = await offline()
  expect(good.err).toBe('')
  expect(good.out).toContain('Event 5 is one of the first 23 events of elevate.example.com/audit')
  expect(good.code).toBe(0)

  const changes: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
    ['5.json', '"read"', '"root"', /not number 5/],
    ['5.tlog-proof', 'index 5', 'index 4', /not number 4/],
    ['5.tlog-proof', '\n23\n', '\n24\n', /signature of .* is wrong/],
    ['5.tlog-proof', /\n[^\n]{44}\n/, '\n', /not number 5/],
    ['5.tlog-proof', 'tlog-proof@v1', 'tlog-proof@v2', /it is not a proof/],
  ]
  for (const [name, from, to, says] of changes) {
    const file = world.out(`one/${name}`)
    const text = await readFile(file, 'utf8')
    expect(text.replace(from, to)).not.toBe(text)
    await writeFile(file, text.replace(from, to))
    const found = await offline()
    expect(found.out, `${name} ${from}`).toMatch(says)
    expect(found.code, `${name} ${from}`).toBe(1)
    await writeFile(file, text)
  }
  const other = (
    await audit({ ...world.env, ELEVATE_AUDIT_KEY_FILE: world.out('other.key') }, ['key', '--make'])
  ).out
  expect(
    (await audit({}, ['verify', '--proof', world.out('one/5.tlog-proof'), '--vkey', other.trim()])).out,
  ).toContain('no known key has signed it')
})

test('a private text goes along, and has to be the one that the event commits to', async () => {
  const { vkey } = await world.signedLog()
  // Of two neighbours one has a reason.
  const both = [6, 7]
  for (const index of both)
    await audit(world.env, ['proof', String(index), '--out', world.out(String(index))])
  const [withText] = (
    await Promise.all(
      both.map(async (index) => [index, (await readdir(world.out(String(index)))).length] as const),
    )
  )
    .filter(([, files]) => files === 3)
    .map(([index]) => index)
  const folder = String(must(withText))
  const verify = () =>
    audit({}, ['verify', '--proof', world.out(`${folder}/${folder}.tlog-proof`), '--vkey', vkey])
  expect((await verify()).out).toContain('1 private text matched')
  const file = world.out(`${folder}/${folder}.private.json`)
  await writeFile(file, (await readFile(file, 'utf8')).replace('=1+1', '=1+2'))
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('“reason” is not the one') })
  await rm(file)
  expect((await verify()).code).toBe(0)
})

test('there is no proof of a log that is not what was signed, and what does not exist is refused in words', async () => {
  await world.signedLog()
  const prove = (what: string, to: string) => audit(world.env, ['proof', what, '--out', world.out(to)])
  expect((await prove('99', 'a')).err).toContain('There is no event 99.')
  expect((await prove('G-9', 'b')).err).toContain('There is no grant G-9.')
  expect((await prove('tomorrow', 'c')).err).toContain('write for example G-12, or 4711')
  expect((await audit({}, ['verify', '--proof', world.out('nothing.tlog-proof')])).err).not.toBe('')
  await asSuperuser(world.url, [`update audit.leaf set leaf_hash = sha256('x') where index = 3`])
  const refused = await prove('5', 'd')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('not the ones that were signed')
})

test('the maker of proofs, which keeps only tiles, proves what the whole tree proves', async () => {
  const log = PaperLog.of(1_300)
  const tree = new MerkleTree()
  for (const one of log.leaves) tree.append(must(one.leafHash))
  const proof = {
    leafHashes: async (from: number, limit: number) =>
      log.leaves.slice(from, from + limit).map((one) => ({ index: one.index, hash: must(one.leafHash) })),
  }
  const wrong = { origin: 'x', size: 700, root: tree.root(701) }
  await expect(ProofMaker.over(proof, wrong)).rejects.toThrow('not the ones that were signed')
  for (const size of [1, 2, 255, 256, 257, 512, 513, 700, 1_024, 1_025, 1_300]) {
    const maker = await ProofMaker.over(proof, { origin: 'x', size, root: tree.root(size) })
    for (const index of new Set(
      [0, 1, Math.floor(size / 2), size - 2, size - 1].filter((at) => at >= 0 && at < size),
    ))
      expect(await maker.inclusion(index), `${index} of ${size}`).toEqual(tree.inclusionProof(index, size))
  }
})

test('a proof is read back as it was written, and has one spelling', () => {
  const checkpoint = 'log\n3\nxxx\n\n— log sig\n'
  const text = formatProof({ index: 2, hashes: [Buffer.alloc(32, 1)], checkpoint })
  expect(text).toBe(
    `c2sp.org/tlog-proof@v1\nindex 2\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n${checkpoint}`,
  )
  expect(parseProof(text)).toEqual({ index: 2, hashes: [Buffer.alloc(32, 1)], checkpoint })
  expect(parseProof(text.replace('index', 'extra AAAA\nindex'))).toMatchObject({ index: 2 })
  for (const [from, to] of [
    ['index 2', 'index 02'],
    ['index 2', 'index -2'],
    ['index 2', 'index 2 '],
    ['QE=', 'QF='],
    ['index 2', 'extra !\nindex 2'],
    ['\n\n', '\n'],
  ] as const)
    expect(parseProof(text.replace(from, to)), `${from} → ${to}`).toBeUndefined()
})
