/**
 * A folder of evidence: what an auditor is given, to be checked without us. The log is read twice, in pages, once for
 * the events of the period and once grant by grant; nothing of it is kept in memory.
 */

import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { EvidenceSpan } from '../../core/log/evidence.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Store } from '../../store/database/open-store.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts'
import { abandonedUnder, type KeyStretch, keyStretches } from '../checkpoint/key-history.ts'
import { readVkey } from '../checkpoint/note.ts'
import { csvLine, pagesOf, saidIn } from '../export/rows.ts'
import { formatProof, ProofMaker } from '../tree/proof.ts'
import { activityCells, activityOf, addActivity } from './activity-file.ts'
import { ControlFiles } from './control-files.ts'
import { grantJson, grantText } from './grant-file.ts'
import { addLog } from './log-files.ts'
import { eventFile, Pack } from './pack.ts'
import { abandonedNote, readme, VERIFIER, verifierFile } from './readme.ts'

const GRANTS = 200
/** More events than a grant ever has. */
const EVENTS_OF_A_GRANT = 10_000

export type EvidenceJob = {
  readonly store: Pick<Store, 'evidence' | 'reads' | 'activity'>
  readonly proof: ProofStore
  readonly span: EvidenceSpan
  /** A new or empty folder. */
  readonly out: string
  /** Everything is proven under this one; events that came later are left out. */
  readonly checkpoint: Checkpoint
  readonly note: string
  /**
   * A verifier key of the log, when one is known: with it the folder has all keys, and checkpoints that an operator
   * abandoned are known for what they are. Whoever checks should have one from elsewhere too.
   */
  readonly vkey: string | undefined
  /** This installation, in facts: what and value. */
  readonly installation: readonly (readonly [what: string, value: string])[]
  /** Writes down that it was made, before the folder is in its place. */
  readonly record: (manifest: string) => Promise<void>
  readonly onProgress?: (what: string, done: number) => void
}

export type EvidenceMade = {
  readonly events: number
  readonly grants: number
  readonly files: number
  readonly manifest: string
  /** A line for each control. */
  readonly controls: readonly string[]
}

export async function buildEvidence(job: EvidenceJob): Promise<EvidenceMade> {
  const pack = await Pack.begin(job.out)
  try {
    const made = await fill(pack, job)
    const manifest = await pack.seal()
    await job.record(manifest)
    await pack.settle()
    return { ...made, files: pack.files, manifest }
  } catch (error) {
    await pack.discard()
    throw error
  }
}

async function fill(pack: Pack, job: EvidenceJob): Promise<Omit<EvidenceMade, 'files' | 'manifest'>> {
  const { proof, store, span, checkpoint, note, installation, onProgress } = job
  const maker = await ProofMaker.over(proof, checkpoint, (done) => onProgress?.('reading the tree', done))
  const controls = await ControlFiles.begin(pack)
  const add = (leaf: StoredLeaf) => addEvent(pack, maker, note, leaf)
  let events = 0
  const period = { from: span.from, to: span.to }
  const filter = {
    ...period,
    ...(span.person ? { person: span.person } : {}),
    ...(span.target ? { target: span.target } : {}),
  }
  for await (const page of pagesOf({ proof, filter, before: checkpoint.size })) {
    for (const leaf of page) {
      if (await add(leaf)) events += 1
      const said = saidIn(leaf)
      if (said) await controls.event(said)
    }
    onProgress?.('events', events)
  }
  let grants = 0
  for await (const row of grantsOf(store, span)) {
    const leaves = await proof.matching(
      { about: aboutOf(row) },
      { from: 0, before: checkpoint.size, limit: EVENTS_OF_A_GRANT },
    )
    // Not even its request is signed yet: the next folder has it.
    if (leaves.length === 0) continue
    for (const leaf of leaves) if (await add(leaf)) events += 1
    const name = `grants/${grantName(row.grant.number)}`
    const activity = await activityOf(store, row.grant, leaves, checkpoint.size)
    if (activity) {
      await addActivity(pack, activity)
      for (const index of activity.file ? activity.erasedBy : [])
        for (const leaf of await proof.leaves(index, 1)) if (await add(leaf)) events += 1
      await controls.row(16, activityCells(row.grant, activity))
    }
    await pack.add(`${name}.json`, grantJson(row, leaves, activity))
    await pack.add(`${name}.txt`, grantText(row, leaves, activity))
    await controls.grant(row, `${name}.txt`)
    grants += 1
    onProgress?.('grants', grants)
  }
  await addPolicies(pack, store)
  const key = job.vkey === undefined ? undefined : readVkey(job.vkey)
  const keys = key ? await keyStretches(proof, key) : []
  const about = await aboutTheLog(proof, checkpoint.size)
  for (const leaf of about) if (await add(leaf)) events += 1
  const abandoned = await abandonedUnder(proof, keys)
  const left = await addLog(pack, proof, job, abandoned, async (size, root, origin) =>
    controls.row(11, [String(size), origin, root]),
  )
  await addKeys(pack, keys)
  if (left > 0) controls.note(11, abandonedNote(left))
  await addRights(pack, store)
  for (const fact of installation) await controls.row(15, fact)
  const openReviews = await store.reads.openReviews(1_000, span.person)
  const lines = await controls.end(inWords(span), openReviews.length)
  for (const name of VERIFIER) await pack.add(name, await verifierFile(name))
  const said = { events, grants, keys, abandoned: left, controls: lines, period: inWords(span) }
  await pack.add('README.txt', readme({ ...job, ...said }))
  return { events, grants, controls: lines }
}

/** True when it was not there yet: an event of the period may be one of a grant too. */
async function addEvent(
  pack: Pack,
  maker: ProofMaker,
  checkpoint: string,
  leaf: StoredLeaf,
): Promise<boolean> {
  const { index, bytes, texts } = leaf
  const name = eventFile(index)
  const hashes = await maker.inclusion(index)
  if (!(await pack.add(`${name}.tlog-proof`, formatProof({ index, hashes, checkpoint })))) return false
  if (bytes !== undefined) await pack.add(`${name}.json`, bytes)
  if (texts.length > 0) await pack.add(`${name}.private.json`, JSON.stringify(texts))
  return true
}

/** What the keys and the checkpoints rest upon, whenever it happened: how one key followed another, what was abandoned. */
async function aboutTheLog(proof: ProofStore, before: number): Promise<readonly StoredLeaf[]> {
  const found = await Promise.all(
    (['key.rotated', 'checkpoint.abandoned'] as const).map((type) => proof.aboutCheckpoints(type)),
  )
  const signed = found.flat().filter(({ index }) => index < before)
  const leaves = await Promise.all(signed.map(({ index }) => proof.leaves(index, 1)))
  return leaves.flat()
}

/** All keys, oldest first: one a line in `vkey`, and with their stretches for whoever reads. */
async function addKeys(pack: Pack, keys: readonly KeyStretch[]): Promise<void> {
  if (keys.length === 0) return
  await pack.add('vkey', keys.map(({ key }) => `${key.vkey}\n`).join(''))
  const rows = keys.map(({ key, from, how }, at) => [
    key.vkey,
    String(from),
    String(keys[at + 1]?.from ?? ''),
    how,
  ])
  const lines = [['key', 'since_event', 'until_event', 'how'], ...rows]
  await pack.add('keys.csv', lines.map(csvLine).join(''))
}

async function* grantsOf(store: EvidenceJob['store'], span: EvidenceSpan): AsyncGenerator<GrantRow> {
  for (let above = 0; ; ) {
    const page = await store.evidence.grants(span, above, GRANTS)
    yield* page
    if (page.length < GRANTS) return
    above = page.at(-1)?.grant.number ?? above
  }
}

function aboutOf({ grant, request }: GrantRow) {
  return { person: grant.person, request: requestName(request.number), grant: grantName(grant.number) }
}

/** All of them: which were in force before the period began, grants may still name. */
async function addPolicies(pack: Pack, store: EvidenceJob['store']): Promise<void> {
  for (const hash of await store.evidence.policyHashes()) {
    const text = await store.evidence.policyText(hash)
    if (text) await pack.add(`configuration/${hash}.yaml`, text.content)
  }
}

async function addRights(pack: Pack, store: EvidenceJob['store']): Promise<void> {
  const rights = await store.evidence.logRights()
  const lines = [
    ['role', 'table', 'rights'],
    ...rights.map((one) => [one.role, `audit.${one.table}`, one.rights]),
  ]
  await pack.add('controls/11-database-rights.csv', lines.map(csvLine).join(''))
}

function inWords({ from, to, person, target }: EvidenceSpan): string {
  const only = [...(person ? [`only about ${person}`] : []), ...(target ? [`only on ${target}`] : [])]
  return [`${from.toISOString()} to ${to.toISOString()} (not included)`, ...only].join(', ')
}

/** The last checkpoint there is, for who cannot sign one now. */
export async function keptCheckpoint(
  proof: Pick<ProofStore, 'lastCheckpoint'>,
): Promise<{ checkpoint: Checkpoint; note: string } | undefined> {
  const kept = await proof.lastCheckpoint()
  const checkpoint = kept && parseCheckpoint(kept.note.slice(0, kept.note.indexOf('\n\n') + 1))
  return kept && checkpoint ? { checkpoint, note: kept.note } : undefined
}
