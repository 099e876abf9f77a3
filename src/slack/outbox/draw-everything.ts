import type { Notice } from '../../core/notice.ts'
import type { Message } from '../blocks/message.ts'
import type { Inside } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { everythingEnded } from '../words/access/end-for-others.ts'
import { inTurns } from './draw-feed.ts'

/** What security ended of one person, from the rows of this moment. */
export async function drawEverything(
  inside: Inside,
  { by, person, ...ids }: Extract<Notice, { kind: 'everything-ended' }>,
): Promise<Message> {
  const { queries } = inside
  const [grants, requests, beforehand] = await Promise.all([
    inTurns(ids.grants, (id) => queries.grant(id)),
    inTurns(ids.requests, (id) => queries.request(id)),
    inTurns(ids.beforehand, (id) => queries.preApproval(id)),
  ])
  const all = {
    person,
    grants: grants.filter((row) => row !== undefined),
    requests: requests.filter((one) => one !== undefined),
    beforehand: beforehand.filter((one) => one !== undefined),
  }
  const note = all.grants.find((row) => row.grant.endNote)?.grant.endNote ?? ''
  return withNames(inside.directory, (names) => everythingEnded(all, by, note, names))
}
