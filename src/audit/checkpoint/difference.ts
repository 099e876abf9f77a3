/**
 * What an operator must see before a quarantine ends: what was signed and what is there, which grants are live by the
 * database although they may be over, and which accounts the targets really have. The short code names this very
 * difference, so that nobody confirms one that he has not seen.
 */
import { hash } from 'node:crypto'
import { grantName } from '../../core/access/grant.ts'
import type { Catalog, Target } from '../../core/catalog.ts'
import type { Connector } from '../../core/connector.ts'
import { canonicalJson } from '../../core/log/canonical-json.ts'
import type { Store } from '../../core/ports.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { Contradictions } from './contradictions.ts'

const TARGET_TIMEOUT_MS = 10_000
const MOST_PENDING = 1000

/** What one role of a target really has, beside what the database knows. */
export type RoleFound = {
  readonly target: string
  readonly role: string
  /** Accounts that have it and no live grant: made since, or standing access. */
  readonly unknown: readonly { readonly account: string; readonly ofGrant: boolean }[]
  /** Live grants whose account the target does not have any more. */
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

export async function readDifference(
  store: Pick<Store, 'reads' | 'audit'>,
  found: Contradictions,
  catalog: Catalog | undefined,
  connectors: ReadonlyMap<string, Connector>,
): Promise<Difference> {
  const [live, pending, events] = await Promise.all([
    store.reads.liveGrants(),
    store.reads.pendingRequests(MOST_PENDING),
    store.audit.events({ limit: 1 }),
  ])
  const newest = found.against.at(-1)
  const root = Buffer.from(found.log.root).toString('base64')
  const targets = await Promise.all(
    (catalog?.targets ?? []).flatMap((target) =>
      target.roles.map((role) => lookAt(target, role, connectors.get(target.id), live)),
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

async function lookAt(
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
