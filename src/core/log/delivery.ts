/** Audit events handed on to somebody else's system as they happen: at least once, in order, without end. */

import { HOUR, MINUTE } from '../access/duration.ts'
import type { JsonObject } from '../json.ts'
import type { AuditEventType } from './audit-event.ts'
import type { StoredLeaf } from './audit-proof.ts'
import type { OcsfVersion } from './ocsf-version.ts'

/** One receiver, as the configuration names it. */
export type Delivery = {
  readonly name: string
  readonly to:
    | {
        readonly kind: 'webhook'
        /** An address, or `{ env: NAME }`/`{ file: PATH }` where the address itself is a secret. */
        readonly url: string | JsonObject
        readonly secret: JsonObject
      }
    | { readonly kind: 'file'; readonly path: string }
  readonly format: 'jsonl' | 'ocsf'
  readonly ocsfVersion: OcsfVersion
  /** All when left out. */
  readonly types?: readonly AuditEventType[]
}

/** Events of one message at most, and about so many characters of them. */
export const BATCH_EVENTS = 100
export const BATCH_CHARACTERS = 512 * 1024

/** What is sent in one go. A batch that is sent again is the same batch under the same id. */
export type Batch = {
  readonly id: string
  readonly leaves: readonly StoredLeaf[]
  /** Seconds since 1970 by the database's clock. */
  readonly at: number
}

/** Takes batches; opened again when the configuration changes. */
export type Sink = {
  /** Resolves when the other side has it for good. Throws {@link SinkError} when it is not known to have it. */
  send(batch: Batch, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export class SinkError extends Error {
  override readonly name = 'SinkError'
  /** The other side takes no message of this size. */
  readonly tooLarge: boolean
  /** Seconds; as the other side asked. */
  readonly retryAfter: number | undefined

  constructor(
    message: string,
    how: { readonly tooLarge?: boolean; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message)
    this.tooLarge = how.tooLarge ?? false
    this.retryAfter = how.retryAfter
  }
}

/** The right of one process to deliver to one receiver, until its lease ends. */
export type DeliveryClaim = {
  readonly name: string
  readonly fence: number
  /** By this process's own monotonic clock, in milliseconds; the lease began no earlier. */
  readonly takenAt: number
  /** The first event that is not known to have arrived. */
  readonly from: number
  /** The end of the batch that was begun and is not known to have arrived; undefined when there is none. */
  readonly until: number | undefined
  /** How many events the log has. */
  readonly size: number
  /** Failures in a row. */
  readonly attempts: number
  /** Alarms raised since it last kept up. */
  readonly alarms: number
  /** Seconds since 1970 by the database's clock. */
  readonly at: number
}

export type DeliveryState = {
  readonly name: string
  /** The first event that is not known to have arrived. */
  readonly next: number
  readonly waiting: number
  /** Seconds that the oldest of those has waited; 0 when none. */
  readonly lag: number
  readonly attempts: number
  readonly lastError: string | undefined
  readonly deliveredAt: Date | undefined
}

/** A receiver that is this far behind is worth a message. Seconds. */
export const LAG_ALARM_SECONDS = 15 * MINUTE

/** What to say of a receiver that is so many seconds behind, after so many alarms: after a quarter of an hour, then hourly. */
export function lagNews(lag: number, alarms: number): 'lagging' | 'recovered' | undefined {
  if (lag >= LAG_ALARM_SECONDS + alarms * HOUR) return 'lagging'
  return alarms > 0 && lag < LAG_ALARM_SECONDS ? 'recovered' : undefined
}

/**
 * The same for the same events, whichever process sends them and however often: receivers know a repetition by it. The hash of the
 * last event is in it, because after a restored backup other events come under the same numbers.
 */
export function batchId(name: string, from: number, until: number, last: Uint8Array | undefined): string {
  const hash = [...(last ?? [])].slice(0, 8).map((byte) => byte.toString(16).padStart(2, '0'))
  return `elevate-${name}-${from}-${until - 1}-${hash.join('')}`
}

/** Where a batch that begins with these events ends: at a hundred, or sooner when they are long; never before the first. */
export function batchEnd(leaves: readonly Pick<StoredLeaf, 'index' | 'bytes'>[]): number | undefined {
  let length = 0
  let end: number | undefined
  for (const { index, bytes } of leaves.slice(0, BATCH_EVENTS)) {
    length += bytes?.length ?? 0
    if (end !== undefined && length > BATCH_CHARACTERS) break
    end = index + 1
  }
  return end
}
