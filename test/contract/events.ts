/**
 * What an event of each type holds, for those who read the log. Every test world checks its own log against it when it
 * ends: what is listed may not be missing, and what is not listed is either new (add it) or an old name changed.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { refusalCodes } from './old-rows.ts'

type Shape = {
  /** `-` is an event without an outcome, `refusal` any refusal code. */
  readonly outcome: readonly string[]
  readonly detail: readonly string[]
  readonly detail_sometimes: readonly string[]
  readonly private: readonly string[]
  readonly private_sometimes: readonly string[]
}

const file = path.join(import.meta.dirname, 'events.json')
const shapes: Readonly<Record<string, Shape>> = JSON.parse(readFileSync(file, 'utf8'))

/** Sentences about events that differ from the list; empty when all are as listed. */
export function differences(events: readonly { readonly bytes: string }[]): string[] {
  return [...new Set(events.flatMap(({ bytes }) => differencesOf(JSON.parse(bytes))))]
}

function differencesOf(event: {
  readonly type: string
  readonly outcome?: string
  readonly detail?: object
}): string[] {
  const { type, outcome = '-', detail = {} } = event
  const shape = shapes[type]
  if (!shape) return [`${type} is not in test/contract/events.json`]
  const outcomes = shape.outcome.flatMap((one) => (one === 'refusal' ? refusalCodes : one))
  const texts = Object.keys(event).flatMap((key) => /^(.+)_c$/.exec(key)?.[1] ?? [])
  return [
    ...(outcomes.includes(outcome) ? [] : [`${type} has the outcome ${outcome}, which is not listed`]),
    ...compare(`${type} detail`, Object.keys(detail), shape.detail, shape.detail_sometimes),
    ...compare(`${type} private`, texts, shape.private, shape.private_sometimes),
  ]
}

function compare(
  where: string,
  keys: readonly string[],
  always: readonly string[],
  sometimes: readonly string[],
): string[] {
  return [
    ...always.filter((key) => !keys.includes(key)).map((key) => `${where}.${key} is missing`),
    ...keys
      .filter((key) => !always.includes(key) && !sometimes.includes(key))
      .map((key) => `${where}.${key} is not listed`),
  ]
}
