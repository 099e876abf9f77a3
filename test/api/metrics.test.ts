import { expect, it } from 'vitest'
import { makeMetrics } from '../../src/api/metrics.ts'

const readings = {
  liveGrants: async () => 2,
  overdue: async () => 0,
  stuck: async () => 0,
  outboxAge: async () => 0,
  quarantine: async () => 0,
  worstLateness: async () => 0,
  deliveryLag: async () => [
    { name: 'siem', waiting: 3 },
    { name: 'disk', waiting: 0 },
  ],
}

it('says of each receiver of the audit log how many events it does not have yet', async () => {
  const { body } = await makeMetrics(readings).scrape()
  expect(body).toContain('elevate_delivery_lag_events{delivery="siem"} 3')
  expect(body).toContain('elevate_delivery_lag_events{delivery="disk"} 0')
})

it('a receiver that left the configuration leaves the numbers too, and a database that is away fails nothing', async () => {
  let gone = false
  const metrics = makeMetrics({
    ...readings,
    deliveryLag: () => (gone ? Promise.reject(new Error('away')) : readings.deliveryLag()),
  })
  expect((await metrics.scrape()).body).toContain('delivery="siem"')
  gone = true
  const { body } = await metrics.scrape()
  expect(body).not.toContain('delivery="siem"')
  expect(body).toContain('elevate_grants_live 2')
})
