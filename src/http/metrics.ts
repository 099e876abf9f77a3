import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Numbers read at the moment of the scrape. */
export type Readings = {
  readonly liveGrants: () => Promise<number>
  readonly overdue: () => Promise<number>
  readonly stuck: () => Promise<number>
  readonly outboxAge: () => Promise<number>
}

export type Metrics = {
  readonly scrape: () => Promise<{ type: string; body: string }>
  /** Seconds between the moment access was due to end and the target's word that it is gone. */
  readonly late: (seconds: number) => void
}

export function makeMetrics(readings: Readings): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'elevate_' })
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        // A database that does not answer must not make the whole scrape fail.
        this.set(await read().catch(() => Number.NaN))
      },
    })
  gauge('elevate_grants_live', 'Grants that are not yet revoked', readings.liveGrants)
  gauge('elevate_revocations_overdue', 'Grants whose access should be gone and is not', readings.overdue)
  gauge('elevate_grants_stuck', 'Revocations that an alarm was raised for', readings.stuck)
  gauge('elevate_outbox_age_seconds', 'Age of the oldest message that waits to be sent', readings.outboxAge)
  const late = new Histogram({
    name: 'elevate_revocation_late_seconds',
    help: 'How late access was confirmed gone',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  })
  return {
    scrape: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    late: (seconds) => late.observe(seconds),
  }
}
