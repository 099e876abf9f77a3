// Go's own checksum-database code, which has never heard of elevate, must accept what we sign, export and prove.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../../src/audit/checkpoint/checkpoint.ts'
import { exportTiles } from '../../../src/audit/export/export-tiles.ts'
import { MerkleTree } from '../../../src/audit/tree/merkle.ts'
import { formatProof } from '../../../src/audit/tree/proof.ts'
import { goIsHere, goProgram } from '../../support/go.ts'
import { must } from '../../support/must.ts'
import { PaperLog, signer } from '../checkpoint/paper-log.ts'

const SIZE = 600

describe.skipIf(!goIsHere())('Go’s sumdb/note and sumdb/tlog', () => {
  let folder: string
  let verifier: string
  const log = PaperLog.of(SIZE, [1, 2, 255, 256, 257, 511, SIZE])

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'elevate-go-'))
    verifier = path.join(folder, 'verifier')
    await goProgram('test/audit/tree', verifier)
    const note = must(log.notes.at(-1))
    const opened = openCheckpoint(note, [signer.verifier])
    if (!opened.ok) throw new Error(opened.fault)
    await exportTiles({
      proof: {
        leaves: async (from, limit) => log.leaves.slice(from, from + limit),
        checkpoints: async (above) =>
          log.notes
            .map((one) => ({ size: Number(one.split('\n')[1]), note: one }))
            .filter((one) => one.size > above),
      },
      folder: path.join(folder, 'export'),
      checkpoint: opened.checkpoint,
      note,
      vkey: signer.verifier.vkey,
    })
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = (...args: string[]) =>
    promisify(execFile)(verifier, args).catch((error: { stderr: string }) => ({
      stdout: '',
      stderr: error.stderr,
    }))

  function proofs() {
    const tree = new MerkleTree()
    for (const leaf of log.leaves) tree.append(must(leaf.leafHash))
    const text = (one: Uint8Array) => Buffer.from(one).toString('base64')
    const sizes = [1, 2, 3, 7, 8, 9, 64, 100, 255, 256, 257, 400, SIZE]
    const inclusion = sizes.flatMap((size) =>
      [0, Math.floor(size / 3), size - 1].map((index) => ({
        index,
        size,
        leaf: text(must(log.at(index).leafHash)),
        root: text(tree.root(size)),
        proof: tree.inclusionProof(index, size).map(text),
      })),
    )
    const consistency = sizes.flatMap((size) =>
      sizes
        .filter((from) => from <= size)
        .map((from) => ({
          from,
          size,
          fromRoot: text(tree.root(from)),
          root: text(tree.root(size)),
          proof: tree.consistencyProof(from, size).map(text),
        })),
    )
    return { inclusion, consistency }
  }

  test('accept checkpoint, tiles, entry bundles, older checkpoints and our proofs', async () => {
    const file = path.join(folder, 'proofs.json')
    await writeFile(file, JSON.stringify(proofs()))
    const { stdout, stderr } = await run(signer.verifier.vkey, path.join(folder, 'export'), file)
    expect(stderr).toBe('')
    expect(stdout).toBe(
      'elevate/audit/test: 600 events, 7 checkpoints, 39 inclusion and 91 consistency proofs are good\n',
    )
  })

  const flip = async (file: string, at: number) => {
    const bytes = await readFile(file)
    bytes[at] = must(bytes[at]) ^ 1
    await writeFile(file, bytes)
  }
  const attacks: Record<string, [(at: string) => Promise<void>, RegExp]> = {
    'a changed event': [(at) => flip(`${at}/tile/entries/001`, 200), /event 256/],
    'a changed tile': [(at) => flip(`${at}/tile/0/000`, 0), /tile|event/],
    'a changed checkpoint': [(at) => flip(`${at}/checkpoint`, 20), /checkpoint/],
    'a changed older checkpoint': [(at) => flip(`${at}/checkpoints`, 19), /checkpoint/],
  }
  for (const [what, [does, says]] of Object.entries(attacks))
    test(`refuse ${what}`, async () => {
      const bad = path.join(folder, what)
      await cp(path.join(folder, 'export'), bad, { recursive: true })
      await does(bad)
      const { stdout, stderr } = await run(signer.verifier.vkey, bad)
      expect(stdout).toBe('')
      expect(stderr).toMatch(says)
    })

  test('accept the proof file of one event, and refuse it for another event', async () => {
    const tree = new MerkleTree()
    for (const leaf of log.leaves) tree.append(must(leaf.leafHash))
    for (const index of [0, 255, 256, SIZE - 1]) {
      const file = path.join(folder, `${index}.tlog-proof`)
      const checkpoint = must(log.notes.at(-1))
      await writeFile(file, formatProof({ index, hashes: tree.inclusionProof(index, SIZE), checkpoint }))
      await writeFile(path.join(folder, `${index}.json`), must(log.at(index).bytes))
      const { stdout, stderr } = await run(signer.verifier.vkey, file, path.join(folder, `${index}.json`))
      expect(stderr).toBe('')
      expect(stdout).toBe(`elevate/audit/test: event ${index} of ${SIZE} is good\n`)
    }
    const wrong = [path.join(folder, '255.tlog-proof'), path.join(folder, '256.json')]
    expect((await run(signer.verifier.vkey, ...wrong)).stderr).toContain('event 255')
  })

  test('refuse a proof with one hash changed', async () => {
    const { inclusion, consistency } = proofs()
    const file = path.join(folder, 'wrong.json')
    const spoilt = { ...must(inclusion.at(-1)), proof: must(inclusion.at(-2)).proof }
    await writeFile(file, JSON.stringify({ inclusion: [spoilt], consistency }))
    const { stderr } = await run(signer.verifier.vkey, path.join(folder, 'export'), file)
    expect(stderr).toContain('inclusion of 599 in 600')
  })
})
