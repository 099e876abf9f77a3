/** Other systems that report activity: their keys, and how their reports are handled. */

import type { ActivityDesk } from '../api/activity-endpoint.ts'
import { readSigningKeys } from '../audit/export/sinks.ts'
import type { Catalog } from '../core/catalog.ts'
import type { Json } from '../core/json.ts'
import { reportActivity } from '../operations/activity/report-activity.ts'
import type { World } from '../operations/world.ts'

export type ActivityKeys = ReadonlyMap<string, readonly Uint8Array[]>

/** Throws with the source's name when its secret cannot be read or is invalid. */
export function activityKeys(catalog: Catalog, secret: (reference: Json) => string): ActivityKeys {
  return new Map(
    (catalog.activitySources ?? []).map((source) => {
      try {
        return [source.name, readSigningKeys(secret(source.secret))]
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Error(`The source of activity ${source.name} cannot be used: ${why}`)
      }
    }),
  )
}

export function activityDesk(world: World, keys: () => ActivityKeys, now: () => number): ActivityDesk {
  return {
    keysOf: (source) => keys().get(source),
    now,
    receive: async (name, delivery) => {
      const source = world.catalog().activitySources?.find((one) => one.name === name)
      if (!source) return { status: 404, body: { error: 'There is no such source any more.' } }
      const reported = await reportActivity(world, source, delivery)
      if (!reported.ok) return { status: 422, body: { error: 'Nothing was taken.', faults: reported.faults } }
      const { ok: _, ...counts } = reported
      return { status: 200, body: counts }
    },
  }
}
