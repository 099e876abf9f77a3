import type { Clock } from './clock.ts'
import type { Json } from './json.ts'
import type { Manifest } from './manifest.ts'
import type { DeliveryType, Wire } from './record.ts'

export type Ack =
  | { readonly outcome: 'acked'; readonly payload: Json | undefined }
  /** `reason` is what Slack gives for a repeated event. */
  | { readonly outcome: 'operation_timeout' | 'dispatch_failed'; readonly reason: string }

export type Attempt = { readonly attempt: number; readonly reason: string }

/** A way to the app: its sockets, or its URL. */
export type Transport = {
  readonly kind: 'socket' | 'http'
  connected(): boolean
  send(type: DeliveryType, payload: Json, attempt: Attempt): Promise<Ack>
}

/** Slack repeats an unacknowledged event at once, after a minute and after five; interactions never. */
export const RETRIES_MS: readonly number[] = [0, 60_000, 300_000]

export class Delivery {
  readonly #transport: Transport
  readonly #wire: Wire
  readonly #clock: Clock
  readonly #manifest: Manifest
  readonly #retries: readonly number[]
  readonly #timers = new Set<NodeJS.Timeout>()
  #stopped = false

  constructor(parts: {
    transport: Transport
    wire: Wire
    clock: Clock
    manifest: Manifest
    retries: readonly number[]
  }) {
    this.#transport = parts.transport
    this.#wire = parts.wire
    this.#clock = parts.clock
    this.#manifest = parts.manifest
    this.#retries = parts.retries
  }

  connected(): boolean {
    return this.#transport.connected()
  }

  async send(type: DeliveryType, payload: Json, attempt: Attempt = { attempt: 0, reason: '' }): Promise<Ack> {
    const seq = this.#wire.begin()
    const at = this.#clock.now()
    const ack = await this.#transport.send(type, payload, attempt)
    this.#wire.keep(seq, {
      at,
      kind: 'delivery',
      type,
      payload,
      ack: ack.outcome === 'acked' ? (ack.payload ?? {}) : null,
      outcome: ack.outcome,
      transport: this.#transport.kind,
      attempt: attempt.attempt,
    })
    return ack
  }

  /** Delivers an event the app has subscribed to, again if need be. Resolves after the first attempt. */
  async event(name: string, envelope: () => Json): Promise<Ack | undefined> {
    if (!this.#manifest.events.has(name)) return undefined
    const payload = envelope()
    const ack = await this.send('events_api', payload)
    if (ack.outcome !== 'acked') this.#repeat(payload, 1, ack.reason)
    return ack
  }

  #repeat(payload: Json, attempt: number, reason: string): void {
    const wait = this.#retries[attempt - 1]
    if (wait === undefined || this.#stopped) return
    const timer = setTimeout(async () => {
      this.#timers.delete(timer)
      const ack = await this.send('events_api', payload, { attempt, reason })
      if (ack.outcome !== 'acked') this.#repeat(payload, attempt + 1, ack.reason)
    }, wait)
    this.#timers.add(timer.unref())
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
