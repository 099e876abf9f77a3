/** Messages that wait to be sent, and the sender's side of them. Types only. */
import type { Lane, Notice, OutboxMessage } from './notice.ts'

export type Waiting = {
  readonly id: string
  readonly lane: Lane
  readonly notice: Notice
  readonly attempts: number
}

export type Outbox = {
  /** One lane that may be used now, with what waits in it (oldest first); held by this process until `settle`. */
  claim(limit: number): Promise<{ readonly lane: Lane; readonly waiting: readonly Waiting[] } | undefined>
  /** Keeps a claimed lane while its delivery takes long. */
  renew(lane: Lane): Promise<void>
  /** Removes what was delivered, notes what failed, and lets the lane be used again after `pause` milliseconds. */
  settle(
    lane: Lane,
    result: {
      readonly done: readonly string[]
      readonly failed: readonly { readonly id: string; readonly error: string; readonly retryMs: number }[]
      readonly pause: number
    },
  ): Promise<void>
  /** True while a notice that would say the same is still to be sent. */
  waits(message: OutboxMessage): Promise<boolean>
  /** Seconds the oldest notice has waited; 0 when none. */
  age(): Promise<number>
}
