import type { Notice } from '../../core/notice.ts'
import type { World } from '../../operations/world.ts'
import type { Message } from '../blocks/message.ts'
import { withNames } from '../platform/names.ts'
import { everythingEnded } from '../words/access/end-for-others.ts'
import { inTurns } from './draw-feed.ts'

/** What security ended of one person, from the rows of this moment. */
export async function drawEverything(
  world: World,
  { by, person, ...ids }: Extract<Notice, { kind: 'everything-ended' }>,
): Promise<Message> {
  const { reads, preApprovals } = world.store
  const [grants, requests, beforehand] = await Promise.all([
    inTurns(ids.grants, (id) => reads.grant(id)),
    inTurns(ids.requests, (id) => reads.request(id)),
    inTurns(ids.beforehand, (id) => preApprovals.byId(id)),
  ])
  const all = {
    person,
    grants: grants.filter((row) => row !== undefined),
    requests: requests.filter((one) => one !== undefined),
    beforehand: beforehand.filter((one) => one !== undefined),
  }
  const note = all.grants.find((row) => row.grant.endNote)?.grant.endNote ?? ''
  return withNames(world.directory, (names) => everythingEnded(all, by, note, names))
}
