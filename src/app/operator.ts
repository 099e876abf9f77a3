/** elevate for a command: what an operator may do and read, without the bot. */
import { type Contradictions, type Difference, readDifference } from '../audit/checkpoint/contradictions.ts'
import { bindProofs, type Proofs } from '../audit/proofs.ts'
import { bindReports, type Reports } from '../audit/reports.ts'
import { writeJsonSchema } from '../config/schema/json-schema.ts'
import { type Env, secretResolver } from '../config/secret-source.ts'
import {
  closeConnectors,
  connectorKinds,
  openConnectors,
  type Secrets,
} from '../connectors/open-connectors.ts'
import { activityInstallFor, activityInstallSql } from '../connectors/postgres/activity-install.ts'
import type { Catalog, Target } from '../core/catalog.ts'
import type { Finding } from '../core/connector.ts'
import { bindOperatorQueries, type OperatorQueries } from '../operations/queries.ts'
import { bindOperatorVerbs, type OperatorVerbs } from '../operations/verbs.ts'
import { openProofStore, openStore, type Store } from '../store/database/open-store.ts'

/** What a command sees of elevate. No store, no connector. */
export type OperatorInterior = {
  readonly verbs: OperatorVerbs
  readonly queries: OperatorQueries
  readonly reports: Reports
  readonly proofs: Proofs
  readonly readDifference: (
    found: Contradictions,
    catalog: Catalog | undefined,
  ) => Promise<{ readonly difference: Difference; readonly fault: string | undefined }>
  /** What elevate's own login may do beyond what it needs. */
  readonly excessRights: () => Promise<readonly Finding[]>
}

/**
 * What is different from the log that was signed. Where the targets cannot be opened `fault` says why, and the rest is
 * there all the same: it is read in an emergency.
 */
async function differenceWithTargets(
  store: Store,
  found: Contradictions,
  catalog: Catalog | undefined,
  secret: Secrets,
): Promise<{ readonly difference: Difference; readonly fault: string | undefined }> {
  let connectors: ReturnType<typeof openConnectors> = new Map()
  let fault: string | undefined
  try {
    if (catalog) connectors = openConnectors(catalog, secret)
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error)
  }
  try {
    return { difference: await readDifference(store, found, catalog, connectors), fault }
  } finally {
    await closeConnectors(connectors)
  }
}

/** Opens the database for one command, and closes it afterwards. Throws `StoreDown` when it cannot be reached. */
export async function forOperator<T>(
  { url, env }: { readonly url: string; readonly env: Env },
  work: (inside: OperatorInterior) => Promise<T>,
): Promise<T> {
  const store = await openStore({ url })
  try {
    // Verifying and exporting read all of the log: on a connection whose statements may take a minute.
    const proof = await openProofStore({ url })
    try {
      return await work({
        verbs: bindOperatorVerbs(store),
        queries: bindOperatorQueries(store),
        reports: bindReports(store),
        proofs: bindProofs(store, proof),
        readDifference: (found, catalog) => differenceWithTargets(store, found, catalog, secretResolver(env)),
        excessRights: () => store.checkRights(),
      })
    } finally {
      await proof.close()
    }
  } finally {
    await store.close()
  }
}

/** What each target says of the rights that elevate has there; connects to all of them, at most for 20 seconds. */
export async function checkTargets(
  catalog: Catalog,
  env: Env,
): Promise<readonly (Finding & { readonly target: string })[]> {
  const secret = secretResolver(env)
  const found = await Promise.all(catalog.targets.map((target) => checkTarget(target, secret)))
  return found.flatMap((findings, at) =>
    findings.map((one) => ({ ...one, target: catalog.targets[at]?.id ?? '' })),
  )
}

async function checkTarget(target: Target, secret: Secrets): Promise<readonly Finding[]> {
  try {
    const kind = connectorKinds.find((one) => one.kind === target.connector)
    if (!kind) return []
    const roles = target.roles.map(({ id, settings }) => ({ id, settings }))
    const connector = kind.open({ id: target.id, settings: target.settings, secret, roles })
    const findings = await connector.check(AbortSignal.timeout(20_000))
    await connector.close()
    return findings
  } catch (error) {
    return [{ level: 'fault', text: error instanceof Error ? error.message : String(error) }]
  }
}

/** The JSON Schema of the configuration file, for editors. */
export function configurationSchema(): object {
  return writeJsonSchema(connectorKinds)
}

/**
 * What a database administrator runs so that elevate can read what its accounts did: for this target, or with the names of
 * the documentation. Throws when the target is no PostgreSQL database.
 */
export function activitySql(
  target: Target | undefined,
  names: { readonly bot?: string; readonly logins: readonly string[] },
  env: Env,
): string {
  if (!target) return activityInstallSql(names)
  if (target.connector !== 'postgres') throw new Error(`${target.id} is not a PostgreSQL database.`)
  return activityInstallFor(target.settings, secretResolver(env), names)
}
