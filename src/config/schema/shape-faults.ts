/** Checks the shape of the file and says in words what is missing, unknown or of the wrong kind. */
import { z } from 'zod'
import type { Json } from '../../core/json.ts'
import { nearest } from '../../core/people/nearest.ts'
import { type Path, quote, quoteAll, type Report } from '../yaml/issue.ts'
import { type CatalogShape, catalogSchema } from './schema.ts'

export function checkShape(value: Json, report: Report): CatalogShape | undefined {
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

function missingKey(path: Path): string {
  const description = schemaAt(path)?.description
  return `${quote(String(path.at(-1) ?? 'The file'))} is missing.${description ? ` ${description}` : ''}`
}

/** What elevate itself reads of a mapping at this path; none outside of what the shape knows. */
export function keysAt(path: Path): string[] {
  const schema = schemaAt(path)
  const inner = schema && unwrap(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function schemaAt(path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = catalogSchema
  for (const step of path) {
    const inner: z.ZodType | undefined = schema && unwrap(schema)
    if (inner instanceof z.ZodObject)
      schema = Object.hasOwn(inner.shape, step) ? inner.shape[step] : undefined
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as z.ZodType
    else if (inner instanceof z.ZodArray) schema = inner.element as z.ZodType
    else return undefined
  }
  return schema
}

/** What stands in the file: without what makes a key optional, and before what is made of it. */
function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema
  for (;;) {
    if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType
    else if (
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodExactOptional
    )
      inner = inner.unwrap() as z.ZodType
    else return inner
  }
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
