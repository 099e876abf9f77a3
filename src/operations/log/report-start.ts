import { openAccounts } from '../../core/standing/standing.ts'
import { notify } from '../record.ts'
import type { World } from '../world.ts'

/** Being away for less than this is a restart and needs no message. Seconds. */
const WORTH_TELLING = 60

export type Missed = Awaited<ReturnType<World['store']['claims']['missed']>>

/** Says what had become due while nobody was awake. Must run before the sweeper ends any of it. */
export async function reportStart(world: World): Promise<Missed> {
  const missed = await world.store.claims.missed()
  const overdue = missed.expired + missed.unfinished + missed.lapsed
  if (overdue > 0 || (missed.downSeconds ?? 0) >= WORTH_TELLING) {
    const standing = openAccounts(await world.store.standing.present())
    await world.store.transaction((tx) =>
      notify(world.catalog(), tx, 'news of elevate', { notice: { kind: 'woke', ...missed, standing } }),
    )
  }
  await world.store.claims.heartbeat()
  return missed
}
