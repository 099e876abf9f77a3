/** One thing that went over the wire between Slack and the app, without secrets. */
export type WireRecord =
  | {
      readonly seq: number
      readonly at: number
      readonly kind: 'call'
      /** A Web API method, or `response_url`. */
      readonly method: string
      readonly args: Record<string, unknown>
      readonly status: number
      readonly answer: unknown
    }
  | {
      readonly seq: number
      readonly at: number
      readonly kind: 'delivery'
      readonly type: DeliveryType
      readonly payload: unknown
      /** What the app answered; null when it did not. */
      readonly ack: unknown
      readonly outcome: 'acked' | 'operation_timeout' | 'dispatch_failed'
      readonly transport: 'socket' | 'http'
      readonly attempt: number
    }

export type DeliveryType = 'slash_commands' | 'interactive' | 'events_api'

export type CallRecord = Extract<WireRecord, { kind: 'call' }>
export type DeliveryRecord = Extract<WireRecord, { kind: 'delivery' }>

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never

/**
 * Keeps what went over the wire. An entry is kept when it is complete; its `seq` says when it began, because a
 * call made while handling a delivery ends before that delivery is acknowledged.
 */
export class Wire {
  readonly entries: WireRecord[] = []
  #seq = 0
  readonly #watching = new Set<(entry: WireRecord) => void>()
  readonly #listen: ((entry: WireRecord) => void) | undefined

  constructor(listen?: (entry: WireRecord) => void) {
    this.#listen = listen
  }

  begin(): number {
    this.#seq += 1
    return this.#seq
  }

  keep(seq: number, entry: WithoutSeq<WireRecord>): void {
    const kept = redact({ seq, ...entry }) as WireRecord
    this.entries.push(kept)
    this.#listen?.(kept)
    for (const look of [...this.#watching]) look(kept)
  }

  /** Resolves with the first entry like this, past or future; rejects after `within` milliseconds. */
  until(wanted: (entry: WireRecord) => boolean, within: number): Promise<WireRecord> {
    const found = this.entries.find(wanted)
    if (found) return Promise.resolve(found)
    return new Promise((resolve, reject) => {
      const look = (entry: WireRecord) => {
        if (!wanted(entry)) return
        clearTimeout(timer)
        this.#watching.delete(look)
        resolve(entry)
      }
      const timer = setTimeout(() => {
        this.#watching.delete(look)
        const latest = this.entries.slice(-10).map((entry) => JSON.stringify(entry).slice(0, 300))
        reject(
          new Error(
            `nothing like it went over the wire within ${within} ms. The latest:\n${latest.join('\n')}`,
          ),
        )
      }, within)
      this.#watching.add(look)
    })
  }
}

const SECRET_KEYS = new Set(['token', 'authorization'])

/** A deep copy in which tokens, and the tickets and response_urls that work like tokens, are blanked. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/(ticket=|\/hooks\/[^/]+\/[^/]+\/[^/]+\/)[^&\s"]+/g, '$1[redacted]')
  }
  if (Array.isArray(value)) return value.map(redact)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      SECRET_KEYS.has(key.toLowerCase()) ? [key, '[redacted]'] : [key, redact(inner)],
    ),
  )
}
