import { isObject, type Json } from '../json.ts'

/** The small language in which the Block Kit rules are written down. */

export type Surface = 'message' | 'modal' | 'home'

export type Issue = {
  readonly pointer: string
  readonly message: string
  readonly code: 'missing_field' | 'failed_constraint'
  readonly field?: string
  readonly constraint?: { readonly type: string; readonly expected?: unknown; readonly got?: unknown }
}

export type Inspection = { readonly surface: Surface; readonly issues: Issue[] }

/** Looks at one value and reports what Slack would not accept. Answers whether the value has the right kind. */
export type Rule = (value: unknown, pointer: string, inspection: Inspection) => boolean

export type Fields = Record<string, Rule | { readonly optional: Rule }>

export function fail(
  inspection: Inspection,
  pointer: string,
  message: string,
  constraint?: Issue['constraint'],
): false {
  inspection.issues.push({
    pointer,
    message,
    code: 'failed_constraint',
    ...(constraint ? { constraint } : {}),
  })
  return false
}

function missing(inspection: Inspection, pointer: string, field: string): false {
  const message = `missing required field: ${field}`
  inspection.issues.push({ pointer, message, code: 'missing_field', field })
  return false
}

export function optional(rule: Rule): { readonly optional: Rule } {
  return { optional: rule }
}

export function string(limits: { min?: number; max?: number; pattern?: RegExp } = {}): Rule {
  const { min = 0, max, pattern } = limits
  return (value, pointer, inspection) => {
    if (typeof value !== 'string')
      return fail(inspection, pointer, 'must provide a string', kind('string', value))
    if (max !== undefined && value.length > max) {
      const constraint = { type: 'max_length', expected: max, got: value.length }
      fail(inspection, pointer, `must be less than ${max + 1} characters`, constraint)
    }
    if (value.length < min) {
      const constraint = { type: 'min_length', expected: min, got: value.length }
      fail(inspection, pointer, `must be more than ${min - 1} characters`, constraint)
    }
    if (pattern && !pattern.test(value)) fail(inspection, pointer, `must match the pattern ${pattern.source}`)
    return true
  }
}

export function integer(min: number, max: number): Rule {
  return (value, pointer, inspection) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return fail(inspection, pointer, 'must provide an integer', kind('integer', value))
    }
    if (value < min) fail(inspection, pointer, `must be greater than ${min - 1}`)
    if (value > max) fail(inspection, pointer, `must be less than ${max + 1}`)
    return true
  }
}

export const number: Rule = (value, pointer, inspection) =>
  Number.isFinite(value) || fail(inspection, pointer, 'must provide a number', kind('number', value))

export const boolean: Rule = (value, pointer, inspection) =>
  typeof value === 'boolean' || fail(inspection, pointer, 'must provide a boolean', kind('boolean', value))

export const anything: Rule = () => true

export function oneOf(...values: readonly unknown[]): Rule {
  return (value, pointer, inspection) =>
    values.includes(value) ||
    fail(inspection, pointer, 'must be a valid enum value', { type: 'enum', expected: values, got: value })
}

export function list(rule: Rule, min: number, max: number): Rule {
  return (value, pointer, inspection) => {
    if (!Array.isArray(value)) return fail(inspection, pointer, 'must provide an array', kind('array', value))
    if (value.length > max) {
      const constraint = { type: 'max_items', expected: max, got: value.length }
      fail(inspection, pointer, `no more than ${max} items allowed`, constraint)
    }
    if (value.length < min) {
      const constraint = { type: 'min_items', expected: min, got: value.length }
      fail(inspection, pointer, `no fewer than ${min} items allowed`, constraint)
    }
    value.forEach((one, at) => {
      rule(one, `${pointer}/${at}`, inspection)
    })
    return true
  }
}

/** An object with these fields and no others. */
export function object(fields: Fields, ...also: readonly Rule[]): Rule {
  return (value, pointer, inspection) => {
    if (!isObject(value)) return fail(inspection, pointer, 'must provide an object', kind('object', value))
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) fail(inspection, pointer, `invalid additional property: ${key}`)
    }
    for (const [key, field] of Object.entries(fields)) {
      const given = value[key]
      if (typeof field === 'function') {
        if (given === undefined) missing(inspection, pointer, key)
        else field(given, `${pointer}/${key}`, inspection)
      } else if (given !== undefined) field.optional(given, `${pointer}/${key}`, inspection)
    }
    for (const rule of also) rule(value, pointer, inspection)
    return true
  }
}

/** An object whose `type` says which rule it must meet. */
export function byType(rules: Record<string, Rule>): Rule {
  return (value, pointer, inspection) => {
    if (!isObject(value)) return fail(inspection, pointer, 'must provide an object', kind('object', value))
    if (value.type === undefined) return missing(inspection, pointer, 'type')
    const rule =
      typeof value.type === 'string' && Object.hasOwn(rules, value.type) ? rules[value.type] : undefined
    if (!rule) {
      const constraint = { type: 'enum', expected: Object.keys(rules), got: value.type }
      return fail(inspection, `${pointer}/type`, `unsupported type: ${String(value.type)}`, constraint)
    }
    return rule(value, pointer, inspection)
  }
}

/** A rule about an object as a whole, tried after its fields. */
export function also(wanted: (value: Json) => boolean, message: string): Rule {
  return (value, pointer, inspection) =>
    !isObject(value) || wanted(value) || fail(inspection, pointer, message)
}

function kind(expected: string, got: unknown): Issue['constraint'] {
  return { type: 'type', expected, got: Array.isArray(got) ? 'array' : typeof got }
}
