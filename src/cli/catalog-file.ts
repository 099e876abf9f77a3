import { readCatalogFile } from '../config/catalog-file.ts'
import { connectorKinds } from '../connectors/registry.ts'
import type { Catalog } from '../core/catalog.ts'

export function catalogPath(given?: string): string {
  return given ?? process.env.ELEVATE_CONFIG ?? 'elevate.yaml'
}

/** The configuration in force for the commands, or an Error whose text lists every fault. */
export function catalogInUse(): Catalog {
  const { parsed, printed } = readCatalogFile(catalogPath(), connectorKinds)
  if (!parsed.ok) throw new Error(printed)
  return parsed.catalog
}
