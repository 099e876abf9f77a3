/** Slack's time. Tests move it on instead of waiting for a trigger or a response_url to grow old. */
export class Clock {
  #ahead = 0
  #second = 0
  #micro = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds
  }

  /** A message's ts: its place in the channel and its identity, so no two are alike and each is later. */
  ts(): string {
    const second = Math.max(this.#second, Math.floor(this.now() / 1000))
    this.#micro = second === this.#second ? this.#micro + 100 : 100
    this.#second = second
    if (this.#micro > 999_900) {
      this.#second += 1
      this.#micro = 100
    }
    return `${this.#second}.${String(this.#micro).padStart(6, '0')}`
  }
}

/** Ids that look like Slack's and come out the same in every run. */
export class Ids {
  readonly #counts = new Map<string, number>()

  count(kind: string): number {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    return count
  }

  next(prefix: string): string {
    return `${prefix}SIM${String(this.count(prefix)).padStart(6, '0')}`
  }
}
