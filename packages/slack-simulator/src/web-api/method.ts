import type { Json } from '../json.ts'
import type { Platform } from '../platform.ts'
import type { Tier } from '../rates.ts'
import { invalid, SlackError } from '../slack-error.ts'

/** One Web API method, by Slack's name. */
export type Method = {
  readonly token: 'bot' | 'app' | 'none'
  /** Methods whose scope depends on the kind of conversation ask for it themselves. */
  readonly scope?: string
  readonly tier: Tier
  readonly run: (args: Args, platform: Platform) => Json
}

/** The arguments of a call. A form gives everything as text, JSON gives numbers and booleans as they are. */
export class Args {
  readonly all: Json

  constructor(all: Json) {
    this.all = all
  }

  text(name: string): string | undefined {
    const value = this.all[name]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw invalid('invalid_arguments', [`[ERROR] missing required field: ${name}`])
    return value
  }

  flag(name: string): boolean {
    return ['true', '1'].includes(String(this.all[name]))
  }

  count(name: string, otherwise: number): number {
    const value = Number(this.text(name) ?? otherwise)
    if (!Number.isInteger(value))
      throw invalid('invalid_arguments', [`[ERROR] must provide an integer [json-pointer:/${name}]`])
    return value
  }

  /** An object or array: as it is in a JSON body, encoded once in a form. */
  json(name: string, fault: string): unknown {
    const value = this.all[name]
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      throw new SlackError(fault)
    }
  }
}

/** `oneOf`: any of these scopes is enough. */
export function needScope(platform: Platform, ...oneOf: readonly string[]): void {
  const { scopes } = platform.manifest
  if (oneOf.some((scope) => scopes.has(scope))) return
  throw new SlackError('missing_scope', { needed: oneOf.join(','), provided: [...scopes].join(',') })
}

/** A page of a list, and where the next one begins. */
export function paged<T>(
  all: readonly T[],
  args: Args,
  limit: number,
): { page: T[]; response_metadata: Json } {
  const from = cursorOf(args.text('cursor'))
  const size = Math.max(1, Math.min(args.count('limit', limit), 1000))
  const more = from + size < all.length
  const next = more ? Buffer.from(`next:${from + size}`).toString('base64') : ''
  return { page: all.slice(from, from + size), response_metadata: { next_cursor: next } }
}

function cursorOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const match = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())
  if (!match) throw new SlackError('invalid_cursor')
  return Number(match[1])
}
