/** The configuration file: read at start and on SIGHUP. */
import type { Logger } from 'pino'
import { openSink } from '../audit/export/sinks.ts'
import { readCatalogFile } from '../config/catalog.ts'
import type { secretResolver } from '../config/secret-source.ts'
import { connectorKinds, openConnectors } from '../connectors/open-connectors.ts'
import type { Catalog } from '../core/catalog.ts'
import { orphanedBy } from '../operations/log/load-catalog.ts'
import { type ActivityKeys, activityKeys } from './activity.ts'
import { CannotStart } from './cannot-start.ts'

type ReadCatalog =
  | { readonly ok: true; readonly catalog: Catalog; readonly warnings: string }
  | { readonly ok: false; readonly printed: string; readonly lines: readonly string[] }

/** The file as it is, good or not, with what to print about it. */
export function readConfiguration(file: string) {
  return readCatalogFile(file, connectorKinds)
}

export function parseFile(file: string): ReadCatalog {
  const { parsed, printed } = readConfiguration(file)
  if (parsed.ok) return { ok: true, catalog: parsed.catalog, warnings: printed }
  return { ok: false, printed, lines: parsed.issues.map((issue) => `line ${issue.line}: ${issue.message}`) }
}

export function readCatalog(file: string, log: Logger): Catalog {
  const parsed = parseFile(file)
  if (!parsed.ok) throw new CannotStart(parsed.printed)
  if (parsed.warnings) log.warn(parsed.warnings)
  return parsed.catalog
}

/** Throws when a receiver's address or secret cannot be found or used; nothing is sent. */
export function tryDeliveries(catalog: Catalog, secret: ReturnType<typeof secretResolver>): void {
  for (const delivery of catalog.deliveries ?? []) void openSink(delivery, secret).close()
}

type Taken =
  | {
      readonly ok: true
      readonly catalog: Catalog
      readonly connectors: ReturnType<typeof openConnectors>
      readonly reporters: ActivityKeys
    }
  | { readonly ok: false; readonly printed: string; readonly lines: readonly string[] }

/** Checks everything that can be wrong with a new configuration before anything is changed. */
export async function take(
  store: Parameters<typeof orphanedBy>[0],
  read: ReadCatalog,
  secret: ReturnType<typeof secretResolver>,
): Promise<Taken> {
  if (!read.ok) return read
  const { catalog } = read
  const faults = (await orphanedBy(store, catalog)).map(
    (target) => `${target} still has live grants; keep it until they have ended.`,
  )
  if (faults.length > 0) return { ok: false, printed: faults.join('\n'), lines: faults }
  try {
    tryDeliveries(catalog, secret)
    const reporters = activityKeys(catalog, secret)
    return { ok: true, catalog, reporters, connectors: openConnectors(catalog, secret) }
  } catch (error) {
    const printed = error instanceof Error ? error.message : String(error)
    return { ok: false, printed, lines: [printed] }
  }
}
