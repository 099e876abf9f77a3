/** Checks the shape of the file and says in words what is missing, unknown or of the wrong kind. */
import type { z } from 'zod'
import type { Json } from '../../core/connector.ts'
import { nearest } from '../../core/people/nearest.ts'
import { type CatalogFile, catalogSchema, keysAt, schemaAt } from '../schema/schema.ts'
import { type Path, quote, quoteAll, type Report } from './issue.ts'

export function checkShape(value: Json, report: Report): CatalogFile | undefined {
  const parsed = catalogSchema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) report([...path, key], unknownKey(key, keysAt(path)), { at: 'key' })
    else if (isMissing(issue)) report(path, missingKey(path))
    else if (issue.code === 'invalid_type' && !['int', 'number'].includes(issue.expected))
      report(path, wrongKind(issue.expected, issue.input))
    else report(path, issue.message)
  }
  return undefined
}

export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  const advice = near
    ? `Did you mean ${quote(near)}?`
    : known.length > 0
      ? `Known here: ${quoteAll(known)}.`
      : ''
  return `There is no key ${quote(key)} here. ${advice}`.trim()
}

export function missingKey(path: Path): string {
  const description = schemaAt(path)?.description
  return `${quote(String(path.at(-1) ?? 'The file'))} is missing.${description ? ` ${description}` : ''}`
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return (
    issue.input === undefined &&
    issue.path.length > 0 &&
    ['invalid_type', 'invalid_value'].includes(issue.code)
  )
}

const KINDS: { readonly [kind: string]: string } = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
}

function wrongKind(expected: string, input: unknown): string {
  const wanted = KINDS[expected] ?? expected
  if (input === null) return `There is nothing here; write ${wanted}.`
  const found = Array.isArray(input) ? 'a list' : (KINDS[typeof input] ?? 'something else')
  const isWord = expected === 'string' && ['number', 'boolean'].includes(typeof input)
  return `This is ${found}; write ${wanted}.${isWord ? ' Put it in quotes.' : ''}`
}
