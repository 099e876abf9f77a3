/**
 * What is different in a database that was restored or rewritten (the restore lock, `elevate quarantine`): every checkpoint
 * that the current log contradicts, wherever it was kept; and what operators must see before they confirm it: what was
 * signed and what is there, which grants are live by the database although they may be over, and which accounts the
 * targets really have. The short code names exactly this difference, so that nobody confirms one they have not seen.
 */
import { hash } from 'node:crypto'
import { grantName } from '../../core/access/grant.ts'
import type { Catalog, Target } from '../../core/catalog.ts'
import type { Connector } from '../../core/connector.ts'
import { canonicalJson } from '../../core/json.ts'
import type { Evidence } from '../../core/log/quarantine.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Store } from '../../store/database/open-store.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { checkpointsUpTo, hashPages } from '../tree/pages.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Verifier } from './note.ts'
import { type Abandoned, abandonedIn } from './restore-statement.ts'

export type Contradictions = {
  /** The current log, up to its first gap if it has one. */
  readonly log: Abandoned
  readonly hole: number | undefined
  /** The size of the largest checkpoint that verifies; 0 when none does. */
  readonly good: number
  /** Smallest first. */
  readonly against: readonly Evidence[]
}

type ContradictionParts = {
  readonly proof: Pick<ProofStore, 'size' | 'leafHashes' | 'checkpoints' | 'aboutCheckpoints'>
  readonly keys: readonly Verifier[]
  readonly origin: string
  /** This host's anchor file, whole. */
  readonly anchored: AsyncIterable<string>
  readonly host: string
  /** What other hosts have recorded, and what a running replica has in memory. */
  readonly others: readonly Evidence[]
}

/** Reads the whole log; only needed when something is wrong. */
export async function findContradictions(parts: ContradictionParts): Promise<Contradictions> {
  const { proof } = parts
  const abandoned = await abandonedIn(proof, parts.keys)
  const claims = (await claimed(parts)).filter((one) => !abandoned.has(one)).sort((a, b) => a.size - b.size)
  const range = new CompactRange()
  const against: Evidence[] = []
  let good = 0
  const compare = () => {
    for (let next = claims[0]; next && next.size <= range.size; next = claims[0]) {
      if (sameHash(next.root, range.root())) good = next.size
      else against.push(next.evidence)
      claims.shift()
    }
  }
  const size = await proof.size()
  compare()
  read: for await (const page of hashPages(proof, 0, size))
    for (const { index, hash } of page) {
      if (index !== range.size) break read
      range.append(hash)
      compare()
    }
  against.push(...claims.map((one) => one.evidence))
  const hole = range.size < size ? range.size : undefined
  return { log: { size: range.size, root: range.root() }, hole, good, against }
}

type Claimed = Abandoned & { readonly evidence: Evidence }

/** One of each size and root. A note that none of the log's keys has signed is ignored. */
async function claimed(parts: ContradictionParts): Promise<Claimed[]> {
  const all = new Map<string, Claimed>()
  const add = (evidence: Evidence) => {
    const { size, root } = evidence
    if (!all.has(`${size} ${root}`))
      all.set(`${size} ${root}`, { size, root: Buffer.from(root, 'base64'), evidence })
  }
  const addNote = (note: string, host: string) => {
    const opened = openCheckpoint(note, parts.keys)
    if (!opened.ok || opened.checkpoint.origin !== parts.origin) return
    const { size, root } = opened.checkpoint
    add({ size, root: Buffer.from(root).toString('base64'), note, host })
  }
  for await (const note of parts.anchored) addNote(note, parts.host)
  for await (const { note } of checkpointsUpTo(parts.proof, Number.POSITIVE_INFINITY))
    addNote(note, 'the database')
  for (const one of parts.others) {
    if (one.note !== undefined) addNote(one.note, one.host)
    else add(one)
  }
  return [...all.values()]
}

const TARGET_TIMEOUT_MS = 10_000
const MAX_PENDING = 1_000

/** Who really has one role of a target, where that differs from what the database knows. */
type RoleFound = {
  readonly target: string
  readonly role: string
  /** Accounts that have it without a live grant: given since, or standing access. */
  readonly unknown: readonly { readonly account: string; readonly ofGrant: boolean }[]
  /** Live grants whose account no longer has it. */
  readonly gone: readonly string[]
  /** Why it could not be read. */
  readonly fault?: string
}

export type Difference = Contradictions & {
  readonly signed: { readonly size: number; readonly root: string; readonly hosts: readonly string[] }
  readonly root: string
  /** Events that were signed and are not there; 0 when the log is long enough but another one. */
  readonly missing: number
  readonly newest: Date | undefined
  readonly live: readonly GrantRow[]
  readonly pending: readonly string[]
  readonly targets: readonly RoleFound[]
  readonly code: string
}

/** Reads the database and asks every target; a target that cannot be read is a `fault` of its roles. */
export async function readDifference(
  store: Pick<Store, 'reads' | 'audit'>,
  found: Contradictions,
  catalog: Catalog | undefined,
  connectors: ReadonlyMap<string, Connector>,
): Promise<Difference> {
  const [live, pending, events] = await Promise.all([
    store.reads.liveGrants(),
    store.reads.pendingRequests(MAX_PENDING),
    store.audit.events({ limit: 1 }),
  ])
  const newest = found.against.at(-1)
  const root = Buffer.from(found.log.root).toString('base64')
  const targets = await Promise.all(
    (catalog?.targets ?? []).flatMap((target) =>
      target.roles.map((role) => readRole(target, role, connectors.get(target.id), live)),
    ),
  )
  const signed = {
    size: newest?.size ?? 0,
    root: newest?.root ?? '',
    hosts: [...new Set(found.against.map((one) => one.host))],
  }
  const named = {
    against: found.against.map(({ size, root }) => `${size} ${root}`),
    size: found.log.size,
    root,
    live: live.map(({ grant }) => `${grant.number} ${grant.version}`),
    pending: pending.map((request) => request.number),
    targets: targets.map(({ target, role, unknown, gone, fault }) => ({
      role: `${target} ${role}`,
      unknown: unknown.map((one) => one.account),
      gone,
      readable: fault === undefined,
    })),
  }
  return {
    ...found,
    signed,
    root,
    missing: Math.max(0, signed.size - found.log.size),
    newest: events[0]?.time,
    live,
    pending: pending.map((request) => `R-${request.number}`),
    targets,
    code: shortCode(canonicalJson(named)),
  }
}

function shortCode(text: string): string {
  const digits = hash('sha256', text, 'hex')
  return `${digits.slice(0, 4)}-${digits.slice(4, 8)}`
}

async function readRole(
  target: Target,
  role: Target['roles'][number],
  connector: Connector | undefined,
  live: readonly GrantRow[],
): Promise<RoleFound> {
  const about = { target: target.id, role: role.id, unknown: [], gone: [] }
  if (!connector) return { ...about, fault: 'it could not be opened' }
  const grants = live
    .map((row) => row.grant)
    .filter((one) => one.target === target.id && one.role === role.id)
  try {
    const signal = AbortSignal.timeout(TARGET_TIMEOUT_MS)
    const holders = await connector.inspect(role.id, role.settings, signal)
    const has = new Set(holders.map((one) => one.account))
    const known = new Set(grants.map((one) => one.account))
    return {
      ...about,
      unknown: holders
        .filter((one) => !known.has(one.account))
        .map(({ account, grantId }) => ({ account, ofGrant: grantId !== undefined }))
        .sort((a, b) => (a.account < b.account ? -1 : 1)),
      gone: grants
        .filter((one) => one.state === 'active' && one.account !== undefined && !has.has(one.account))
        .map((one) => grantName(one.number)),
    }
  } catch (error) {
    return { ...about, fault: error instanceof Error ? error.message : String(error) }
  }
}
