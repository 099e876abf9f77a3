import type { Clock } from './clock.ts'

/** Slack's rate tiers. `post` is about one message a second in a channel; `special` is hundreds a minute. */
export type Tier = 'tier1' | 'tier2' | 'tier3' | 'tier4' | 'special' | 'post'

/** `burst` is how many may come at once; Slack tolerates bursts but does not say how long they may be. */
const PACE: Record<Tier, { readonly perMinute: number; readonly burst: number }> = {
  tier1: { perMinute: 1, burst: 10 },
  tier2: { perMinute: 20, burst: 20 },
  tier3: { perMinute: 50, burst: 50 },
  tier4: { perMinute: 100, burst: 100 },
  special: { perMinute: 600, burst: 600 },
  post: { perMinute: 60, burst: 5 },
}

/** A bucket of tokens for each method, and for each channel where Slack counts by channel. */
export class Rates {
  readonly #clock: Clock
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes one; answers 0 when allowed, otherwise the seconds for `Retry-After`. */
  take(key: string, tier: Tier): number {
    const { perMinute, burst } = PACE[tier]
    const now = this.#clock.now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute)
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now })
      return Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60))
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    return 0
  }
}
