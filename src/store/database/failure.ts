/**
 * Which errors mean that the database is away. Their texts are ours: a driver's error can carry the
 * address, and a URL's error the password.
 */

import { Quarantined } from '../../core/log/quarantine.ts'
import { OutcomeUnknown, StoreDown } from '../../core/ports.ts'

/** Raised by `elevate.admit`. */
const NOT_ADMITTED = 'EQ001'

/** Unreachable, out of resources, shutting down, read-only, or too busy to answer in time. */
const AWAY = /^(08...|53...|57P0.|57014|25006|40001|40P01|55P03|58...|XX001|28...|3D000)$/

const SYSTEM =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_\w+|ENOENT|EACCES|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO\w+)$/

/** The driver gives these no code. */
const DRIVER: readonly (readonly [RegExp, string])[] = [
  [/timeout exceeded when trying to connect|connection timeout/i, 'no connection in time'],
  [/query read timeout/i, 'no answer in time'],
  [/^connection terminated|not queryable|client was closed|^connection error/i, 'connection lost'],
  [/cannot use a pool after calling end|driver has already been destroyed/i, 'closed'],
  [/does not support SSL|SSL connection/i, 'no TLS'],
  [/SASL|password must be a string/i, 'login refused'],
]

/** Why the database is away, in a few words without addresses; undefined when it answered. */
export function reasonAway(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code && (AWAY.test(code) || SYSTEM.test(code))) return code
  if (error instanceof AggregateError)
    return error.errors.map(reasonAway).find((reason) => reason !== undefined)
  return DRIVER.find(([text]) => text.test(error.message))?.[1]
}

/** The error a verb sees: {@link StoreDown} when the database is away, {@link Quarantined}, else the error itself. */
export function whileWorking(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && error.code === NOT_ADMITTED) return new Quarantined()
  const reason = reasonAway(error)
  return reason ? new StoreDown(`the database does not answer (${reason}); nothing was changed`) : error
}

/**
 * The same when a commit was under way: it may have happened, unless PostgreSQL itself said that it did
 * not.
 */
export function whileCommitting(error: unknown): unknown {
  const reason = reasonAway(error)
  if (!reason) return error
  if (reason === '40001' || reason === '40P01') return whileWorking(error)
  return new OutcomeUnknown(`the database was lost during a commit (${reason})`)
}

/** Every method of a part of the store, with its errors translated. */
export function shielded<Part extends Record<string, unknown>>(part: Part): Part {
  const shield = (method: unknown) =>
    typeof method !== 'function'
      ? method
      : async (...args: unknown[]) => {
          try {
            return await method(...args)
          } catch (error) {
            throw whileWorking(error)
          }
        }
  return Object.fromEntries(Object.entries(part).map(([name, method]) => [name, shield(method)])) as Part
}
