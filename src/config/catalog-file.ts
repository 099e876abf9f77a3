import { readFileSync, statSync } from 'node:fs'
import type { ConnectorKind } from '../core/connector.ts'
import { type ParsedCatalog, parseCatalog } from './catalog.ts'
import { printIssues } from './yaml/print-issues.ts'

/** Larger files are refused before they are read. */
const MAX_BYTES = 2 * 1024 * 1024

export type CatalogFile = {
  readonly parsed: ParsedCatalog
  /** Issues for the terminal, empty when there are none. */
  readonly printed: string
}

/** Reads the file once, so that what is hashed is what was parsed. Not being readable is an issue like any other. */
export function readCatalogFile(file: string, kinds: readonly ConnectorKind[]): CatalogFile {
  const text = read(file)
  if (typeof text !== 'string') {
    const message = `${file} cannot be read: ${text.why}. Set ELEVATE_CONFIG, or begin with elevate.example.yaml.`
    return {
      parsed: { ok: false, issues: [{ line: 1, column: 1, path: '', message, severity: 'fault' }] },
      printed: message,
    }
  }
  const parsed = parseCatalog(text, kinds)
  return { parsed, printed: printIssues(file, text, parsed.ok ? parsed.warnings : parsed.issues) }
}

function read(file: string): string | { readonly why: string } {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) return { why: 'it is not a file' }
    if (stat.size > MAX_BYTES) return { why: 'it is larger than 2 MiB' }
    return readFileSync(file, 'utf8')
  } catch (error) {
    return { why: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
}
