/** What was made by 8bf86c4 must always verify: auditors keep such folders for years. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../cli/audit-program.ts'
import { go, goIsHere } from '../support/go.ts'

const made = path.join(import.meta.dirname, 'evidence-8bf86c4')
const verifier = path.join(import.meta.dirname, '../../src/audit/evidence')
const vkey = readFileSync(path.join(made, 'vkey'), 'utf8').trim()
const run = promisify(execFile)

let scratch: string
let evidence: string
let exported: string

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'elevate-old-evidence-'))
  execFileSync('tar', ['-xzf', path.join(made, 'made.tar.gz'), '-C', scratch])
  evidence = path.join(scratch, 'evidence')
  exported = path.join(scratch, 'export')
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

type Ran = { readonly code: number; readonly out: string }

const ran = (program: string, args: readonly string[], options = {}): Promise<Ran> =>
  run(program, args, options).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? -1,
      out: `${error.stdout}${error.stderr}`,
    }),
  )

/** `elevate audit verify`, as an auditor with the key and nothing else would. */
const verify = (...args: string[]) => audit({}, ['verify', ...args, '--vkey', vkey, '--json'])

/** A copy in which one byte of this file is another. */
function damaged(folder: string, file: string, at = 0.5): string {
  const copy = mkdtempSync(path.join(scratch, 'damaged-'))
  cpSync(folder, copy, { recursive: true })
  const bytes = readFileSync(path.join(copy, file))
  const index = Math.floor(bytes.length * at)
  bytes.writeUInt8((bytes[index] ?? 0) ^ 1, index)
  writeFileSync(path.join(copy, file), bytes)
  return copy
}

describe('evidence made by 8bf86c4', () => {
  it('verifies', { timeout: 60_000 }, async () => {
    const { code, out } = await verify('--evidence', evidence)
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      faults: [],
      files: 249,
      events: 80,
      grants: 7,
      records: 7,
    })
    expect(code).toBe(0)
  })

  it.each(['events/0/40.json', 'grants/G-1.json', 'activity/G-1.jsonl'])(
    'does not verify with one other byte in %s',
    { timeout: 60_000 },
    async (file) => {
      const { code, out } = await verify('--evidence', damaged(evidence, file))
      expect(JSON.parse(out)).toMatchObject({ ok: false })
      expect(out).toContain(path.basename(file))
      expect(code).toBe(1)
    },
  )

  it.skipIf(!goIsHere())('is what the Go program in it says it is', { timeout: 180_000 }, async () => {
    const module = mkdtempSync(path.join(scratch, 'go-'))
    cpSync(path.join(evidence, 'verify.go'), path.join(module, 'verify.go'))
    // Since then the folder brings these two along.
    for (const file of ['go.mod', 'go.sum']) cpSync(path.join(verifier, file), path.join(module, file))
    await go(module, 'build', '-o', 'verify', '.')
    const check = (folder: string) => ran(path.join(module, 'verify'), [vkey, folder])
    expect(await check(evidence)).toMatchObject({
      code: 0,
      out: expect.stringContaining('80 events are proven'),
    })
    expect(await check(damaged(evidence, 'events/0/40.json'))).toMatchObject({ code: 1 })
  })
})

describe('an export made by 8bf86c4', () => {
  it('verifies', { timeout: 60_000 }, async () => {
    const { code, out } = await verify('--export', exported)
    expect(JSON.parse(out)).toMatchObject({ ok: true, faults: [], size: 82, proven: 82, texts: 18 })
    expect(code).toBe(0)
  })

  it('does not verify with one other byte in an event', { timeout: 60_000 }, async () => {
    const [entries = ''] = readdirSync(path.join(exported, 'tile/entries/000.p'))
    const { code, out } = await verify('--export', damaged(exported, `tile/entries/000.p/${entries}`))
    expect(JSON.parse(out)).toMatchObject({ ok: false })
    expect(code).toBe(1)
  })
})
