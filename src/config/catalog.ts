/** `elevate.yaml` → {@link Catalog}, or all of its faults together, each with its place. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Catalog } from '../core/catalog.ts'
import type { ConnectorKind } from '../core/connector.ts'
import type { Json } from '../core/json.ts'
import { readConnectorSettings, type TargetSettings } from './connector-settings.ts'
import { checkActivitySources, checkDeliveries, checkNamesTyped } from './rules/name-rules.ts'
import { checkPolicies } from './rules/policy-rules.ts'
import { findLiterals, HIDDEN, hideLiterals, isSecretKey, REFERENCE_ADVICE } from './rules/secret-literals.ts'
import type { CatalogShape } from './schema/schema.ts'
import { checkShape } from './schema/shape-faults.ts'
import { type Issue, printIssues, type Report, sortIssues, writePath } from './yaml/issue.ts'
import { readYaml, type YamlSource } from './yaml/yaml-source.ts'

type ParsedCatalog =
  | { readonly ok: true; readonly catalog: Catalog; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Shows at most this many faults; the next run shows the rest. */
const MAX_ISSUES = 200
class TooMany extends Error {}

export function parseCatalog(text: string, kinds: readonly ConnectorKind[]): ParsedCatalog {
  const source = readYaml(text)
  const secrets = new Set<string>()
  const issues: Issue[] = []
  const note = (offset: number, path: string, message: string, severity: Issue['severity']) =>
    issues.push({ ...source.placeOf(offset), path, message, severity })
  const left = { fault: MAX_ISSUES, warning: MAX_ISSUES }
  const report: Report = (path, message, { at = 'value', severity = 'fault' } = {}) => {
    if (severity === 'fault' && left.fault === 0) throw new TooMany()
    if (left[severity] === 0) return
    left[severity] -= 1
    note(source.offsetOf(path, at), writePath(path), message, severity)
  }

  for (const fault of source.faults) note(fault.offset, writePath(fault.path), fault.message, 'fault')
  let shape: CatalogShape | undefined
  let settings: ReadonlyMap<string, TargetSettings> = new Map()
  try {
    refuseSecrets(source, note, secrets, report)
    if (source.sound) {
      shape = checkShape(source.value, report)
      settings = readConnectorSettings(source.value, kinds, report)
      checkNamesTyped(source.value, report)
      checkPolicies(source.value, report)
      checkDeliveries(source.value, report)
      checkActivitySources(source.value, report)
    }
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
  }
  const shown = sortIssues(issues).map((issue) => withoutSecrets(issue, secrets))
  if (shape && !shown.some((issue) => issue.severity === 'fault'))
    return { ok: true, catalog: assemble(shape, settings, text), warnings: shown }
  return { ok: false, issues: shown }
}

function refuseSecrets(
  source: YamlSource,
  note: (offset: number, path: string, message: string, severity: 'fault') => void,
  secrets: Set<string>,
  report: Report,
): void {
  for (const { what, offset, text } of findLiterals(source.text).slice(0, MAX_ISSUES)) {
    secrets.add(text)
    note(offset, writePath(source.pathAt(offset)), `This looks like ${what}. ${REFERENCE_ADVICE}`, 'fault')
  }
  const visit = (value: Json, path: readonly (string | number)[]) => {
    const key = path.at(-1)
    if (typeof value === 'string' && typeof key === 'string' && isSecretKey(key) && value !== '') {
      if (value.length >= 4) secrets.add(value)
      report(path, `A secret does not belong in this file. ${REFERENCE_ADVICE}`)
    } else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value))
        visit(one, [...path, Array.isArray(value) ? Number(name) : name])
  }
  visit(source.value, [])
}

function withoutSecrets(issue: Issue, secrets: ReadonlySet<string>): Issue {
  const hide = (text: string) =>
    hideLiterals([...secrets].reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text))
  return { ...issue, path: hide(issue.path), message: hide(issue.message) }
}

/** The shape, with what each target's connector read of its own keys. */
function assemble(shape: CatalogShape, settings: ReadonlyMap<string, TargetSettings>, text: string): Catalog {
  return {
    ...shape,
    hash: createHash('sha256').update(text, 'utf8').digest('hex'),
    text,
    targets: shape.targets.map((target) => ({
      ...target,
      settings: settings.get(target.id)?.settings ?? {},
      roles: target.roles.map((role) => ({
        ...role,
        settings: settings.get(target.id)?.roles.get(role.id) ?? {},
      })),
    })),
  }
}

/** Larger files are refused before they are read. */
const MAX_BYTES = 2 * 1024 * 1024

type CatalogFile = {
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
