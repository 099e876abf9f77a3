import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** Numbers read at the moment of the scrape. */
type Readings = {
  readonly liveGrants: () => Promise<number>
  readonly overdue: () => Promise<number>
  readonly stuck: () => Promise<number>
  /** 1 while the restore lock is on. */
  readonly quarantine: () => Promise<number>
  readonly outboxAge: () => Promise<number>
  /** Seconds; the worst of the last hour. */
  readonly worstLateness: () => Promise<number>
  /** Events that wait, by receiver. */
  readonly deliveryLag: () => Promise<readonly { readonly name: string; readonly waiting: number }[]>
}

type Metrics = {
  readonly scrape: () => Promise<{ type: string; body: string }>
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
        // If the database does not answer, the other metrics must still be there.
        this.set(await read().catch(() => Number.NaN))
      },
    })
  gauge('elevate_grants_live', 'Grants that are not yet revoked', readings.liveGrants)
  gauge('elevate_revocations_overdue', 'Grants whose access should be gone and is not', readings.overdue)
  gauge('elevate_grants_stuck', 'Revocations that an alarm was raised for', readings.stuck)
  gauge(
    'elevate_quarantine',
    'Is 1 while the log is not the one that was signed, and nothing is done',
    readings.quarantine,
  )
  gauge('elevate_outbox_age_seconds', 'Age of the oldest message that waits to be sent', readings.outboxAge)
  gauge(
    'elevate_revocation_late_worst_seconds',
    'How late access was confirmed gone, the worst of the last hour',
    readings.worstLateness,
  )
  new Gauge({
    name: 'elevate_delivery_lag_events',
    help: 'Audit events that are not known to have reached a receiver',
    labelNames: ['delivery'],
    registers: [registry],
    async collect() {
      this.reset()
      for (const { name, waiting } of await readings.deliveryLag().catch(() => []))
        this.set({ delivery: name }, waiting)
    },
  })
  return {
    scrape: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  }
}
