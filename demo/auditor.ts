/** The end of the story: what an auditor gets, and what they find when they check it without elevate. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { notesIn } from '../src/audit/checkpoint/checkpoint.ts'
import { verifyLog } from '../src/audit/checkpoint/verify.ts'
import { buildEvidence, type EvidenceMade } from '../src/audit/evidence/build.ts'
import { verifyPack } from '../src/audit/evidence/verify-pack.ts'
import { exportTiles } from '../src/audit/export/export-tiles.ts'
import { ocsfPieces } from '../src/audit/export/ocsf.ts'
import { csvPieces, jsonlPieces } from '../src/audit/export/rows.ts'
import { prepareFolder, writeBelow, writePieces } from '../src/audit/files.ts'
import { folderSource } from '../src/audit/tree/log-source.ts'
import { installation } from '../src/cli/log/evidence.ts'
import { OCSF_DEFAULT } from '../src/core/log/ocsf-version.ts'
import { postedCheckpoints } from './proof.ts'
import type { Teller } from './teller.ts'
import type { Demo } from './world.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Leaves `auditor/` in `out`; without it the same is made, checked and thrown away. */
export async function theAuditor(demo: Demo, teller: Teller, out: string | undefined): Promise<void> {
  teller.chapter('An auditor checks')
  const scratch = out === undefined ? mkdtempSync(path.join(tmpdir(), 'elevate-auditor-')) : undefined
  try {
    const folder = path.join(out ?? (scratch as string), 'auditor')
    await prepareFolder(folder)
    const posted = postedCheckpoints(demo)
    await writeBelow(folder, 'vkey', `${demo.verifierKey.vkey}\n`)
    await writeBelow(folder, 'checkpoints-as-posted.txt', posted.join('\n'))
    const made = await hand(demo, folder)
    teller.say(
      `  The auditor gets the log (JSONL, CSV, OCSF, tlog-tiles), the verifier key, what was posted in Slack,`,
    )
    teller.say(
      `  and a folder of evidence: ${made.grants} grant, ${made.events} events, each with its proof.`,
    )
    for (const line of made.controls) teller.say(`    ${line}`)
    await check(demo, teller, folder, posted)
  } finally {
    if (scratch) rmSync(scratch, { recursive: true, force: true })
  }
}

async function hand(demo: Demo, folder: string): Promise<EvidenceMade> {
  const { store } = demo.elevate.world
  const to = await store.reads.now()
  const span = { from: new Date(to.getTime() - DAY_MS), to: new Date(to.getTime() + 1000) }
  const signed = await demo.sign()
  const made = await buildEvidence({
    store,
    proof: store.proof,
    span,
    out: path.join(folder, 'evidence'),
    ...signed,
    vkey: demo.verifierKey.vkey,
    installation: await installation([]),
    record: (manifest) =>
      store.transaction(async (tx) =>
        tx.append({
          type: 'export.made',
          actor: { kind: 'operator', id: 'demo' },
          detail: { formats: ['evidence'], manifest },
        }),
      ),
  })
  const log = path.join(folder, 'log')
  // Signed again: the log has grown by the event that says what was handed out.
  const newest = await demo.sign()
  await exportTiles({ proof: store.proof, folder: log, ...newest, vkey: demo.verifierKey.vkey })
  const job = { proof: store.proof, filter: {}, before: newest.checkpoint.size }
  await writePieces(path.join(log, 'events.jsonl'), jsonlPieces(job))
  await writePieces(path.join(log, 'events.csv'), csvPieces(job))
  await writePieces(path.join(log, 'events.ocsf.jsonl'), ocsfPieces(job, OCSF_DEFAULT))
  return made
}

async function check(demo: Demo, teller: Teller, folder: string, posted: readonly string[]): Promise<void> {
  const given = await Array.fromAsync(notesIn([posted.join('\n')]))
  const log = await verifyLog({
    source: folderSource(path.join(folder, 'log')),
    keys: [demo.verifierKey],
    given,
  })
  teller.check(
    `the log, ${log.size} events, is what was signed and posted in Slack`,
    log.ok && log.proven === log.size && log.checkpoints.given > 0,
    JSON.stringify(log),
  )
  const evidence = await verifyPack(path.join(folder, 'evidence'), [demo.verifierKey])
  teller.check(
    `each of the ${evidence.events} events in the evidence is proven`,
    evidence.ok && evidence.events > 0,
    evidence.faults.join('; '),
  )
  const other = await byGo(path.join(folder, 'evidence'), demo.verifierKey.vkey)
  if (other) teller.check(`Go’s own code agrees: ${other.said}`, other.ok, other.said)
  else teller.say('  (No Go here that can get golang.org/x/mod; evidence/verify.go would check the same)')
}

/** An independent program, based on Go's checksum database code; undefined if it cannot run. */
async function byGo(
  folder: string,
  vkey: string,
): Promise<{ readonly ok: boolean; readonly said: string } | undefined> {
  const go = (...args: string[]) => promisify(execFile)('go', args, { cwd: folder })
  const here = await go('list', 'golang.org/x/mod/sumdb/tlog').then(
    () => true,
    () => false,
  )
  if (!here) return undefined
  return go('run', '.', vkey, '.').then(
    ({ stdout }) => ({ ok: true, said: stdout.trim() }),
    (error: { stderr?: string }) => ({ ok: false, said: error.stderr ?? String(error) }),
  )
}
