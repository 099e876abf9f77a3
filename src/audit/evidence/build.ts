/**
 * A folder of evidence: what an auditor is given, to be checked without elevate. The log is read twice, in pages: once for
 * the events of the period and once grant by grant. None of it is kept in memory.
 */
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { EvidenceSpan, StoredLeaf } from '../../core/log/audit-proof.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Store } from '../../store/database/open-store.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { type Checkpoint, claimedCheckpoint } from '../checkpoint/checkpoint.ts'
import { abandonedUnder, type KeyStretch, keyStretches } from '../checkpoint/key-history.ts'
import { readVkey } from '../checkpoint/note.ts'
import type { AbandonedSet } from '../checkpoint/restore-statement.ts'
import { csvLine } from '../export/rows.ts'
import { readEvent } from '../stored-event.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { checkpointsUpTo, hashPages, matchingPages } from '../tree/pages.ts'
import { formatProof, ProofMaker } from '../tree/proof.ts'
import { type Tile, TileBuilder, tilePath } from '../tree/tiles.ts'
import { activityCells, activityOf, addActivity } from './activity-file.ts'
import { ControlFiles } from './control-files.ts'
import { grantJson, grantText } from './grant-file.ts'
import { eventFile, Pack } from './pack.ts'
import { abandonedNote, readme, VERIFIER, verifierFile } from './readme.ts'

const GRANTS_A_PAGE = 200
/** More events than a grant ever has. */
const EVENTS_OF_A_GRANT = 10_000

export type EvidenceJob = {
  readonly store: Pick<Store, 'evidence' | 'reads' | 'activity'>
  readonly proof: ProofStore
  readonly span: EvidenceSpan
  /** A new or empty folder. */
  readonly out: string
  /** Every proof is under this checkpoint; later events are left out. */
  readonly checkpoint: Checkpoint
  readonly note: string
  /**
   * A verifier key of the log, when one is known: only with it does the folder get all keys, and are abandoned checkpoints
   * recognised. Those who check should have one from elsewhere too.
   */
  readonly vkey: string | undefined
  /** Facts about this installation, for control 15. */
  readonly installation: readonly (readonly [what: string, value: string])[]
  /** Records in the log that the folder was made, before it is in its place. `manifest`: SHA-256, hex. */
  readonly record: (manifest: string) => Promise<void>
  readonly onProgress?: (what: string, done: number) => void
}

export type EvidenceMade = {
  /** Events, grants and files in the folder. */
  readonly events: number
  readonly grants: number
  readonly files: number
  readonly manifest: string
  /** A line of text for each control. */
  readonly controls: readonly string[]
}

/**
 * Makes the folder, or nothing at all. Throws when the place is not empty, when the log is not the one that the checkpoint
 * was signed over, and when `record` throws.
 */
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
  for await (const page of matchingPages({ proof, filter, before: checkpoint.size })) {
    for (const leaf of page) {
      if (await add(leaf)) events += 1
      const said = readEvent(leaf)
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
  const left = await addLog(pack, job, abandoned, ({ size, root, origin }) =>
    controls.row(11, [String(size), origin, Buffer.from(root).toString('base64')]),
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

/** False when the folder has it already: an event of the period may be one of a grant too. */
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

/** The events that explain keys and checkpoints, also from outside the period: rotations and abandoned checkpoints. */
async function aboutTheLog(proof: ProofStore, before: number): Promise<readonly StoredLeaf[]> {
  const found = await Promise.all(
    (['key.rotated', 'checkpoint.abandoned'] as const).map((type) => proof.aboutCheckpoints(type)),
  )
  const signed = found.flat().filter(({ index }) => index < before)
  const leaves = await Promise.all(signed.map(({ index }) => proof.leaves(index, 1)))
  return leaves.flat()
}

/** All keys, oldest first: one a line in `vkey`, and with what each of them signs in `keys.csv`. */
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
    const page = await store.evidence.grants(span, above, GRANTS_A_PAGE)
    yield* page
    if (page.length < GRANTS_A_PAGE) return
    above = page.at(-1)?.grant.number ?? above
  }
}

function aboutOf({ grant, request }: GrantRow) {
  return { person: grant.person, request: requestName(request.number), grant: grantName(grant.number) }
}

/** All of them: a grant may name one from before the period. */
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

/**
 * Adds the tree of the whole log without its events, which is enough to prove that every checkpoint is of one log. Compares
 * each checkpoint with it on the way, and throws when one is of another log. Those that an operator abandoned with a
 * signature, after a backup was restored, are left out: their events are gone, and the log says so. Returns how many.
 */
async function addLog(
  pack: Pack,
  { proof, checkpoint, note }: Pick<EvidenceJob, 'proof' | 'checkpoint' | 'note'>,
  abandoned: AbandonedSet,
  onCheckpoint: (checkpoint: Checkpoint) => Promise<void>,
): Promise<number> {
  const tiles = new TileBuilder()
  const range = new CompactRange()
  const put = ({ level, n, width, hashes }: Tile) => pack.add(`log/${tilePath(level, n, width)}`, hashes)
  const notes = await pack.grow('log/checkpoints')
  const kept = checkpointsUpTo(proof, checkpoint.size)
  let left = 0
  let next = await kept.next()
  const compare = async (): Promise<void> => {
    for (; !next.done && next.value.size <= range.size; next = await kept.next()) {
      const one = claimedCheckpoint(next.value.note)
      if (one && abandoned.has(one)) {
        left += 1
        continue
      }
      if (!one || one.size !== range.size || !sameHash(one.root, range.root()))
        throw new Error(
          `The checkpoint of ${next.value.size} events is not of this log. Run: elevate audit verify`,
        )
      await notes.write(`${next.value.note}\n`)
      await onCheckpoint(one)
    }
  }
  await compare()
  for await (const page of hashPages(proof, 0, checkpoint.size))
    for (const { hash } of page) {
      for (const tile of tiles.append(hash)) await put(tile)
      range.append(hash)
      if (!next.done && next.value.size <= range.size) await compare()
    }
  if (range.size < checkpoint.size)
    throw new Error(`The log ends at event ${range.size}. Run: elevate audit verify`)
  for (const tile of tiles.rest()) await put(tile)
  await notes.end()
  await pack.add('log/checkpoint', note)
  return left
}
