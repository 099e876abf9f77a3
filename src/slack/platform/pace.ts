/** A bucket of tokens: so many at once, then so many a minute. Slack counts calls of one method together. */
export type Pace = {
  /** Takes one and answers 0, or takes none and answers the milliseconds until there is one. */
  take(): number
}

export function makePace({
  perMinute,
  burst,
  now,
}: {
  readonly perMinute: number
  readonly burst: number
  readonly now: () => Date
}): Pace {
  const perMs = perMinute / 60_000
  let tokens = burst
  let at = now().getTime()
  return {
    take() {
      const moment = now().getTime()
      // A clock that was set back gives nothing and takes nothing.
      tokens = Math.min(burst, tokens + Math.max(0, moment - at) * perMs)
      at = moment
      if (tokens < 1) return Math.ceil((1 - tokens) / perMs)
      tokens -= 1
      return 0
    },
  }
}
