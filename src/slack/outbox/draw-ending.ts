/** Receipts and direct messages that closed a grant, drawn anew when it is known what was done with it. */
import type { GrantId } from '../../core/access/grant.ts'
import type { Lane } from '../../core/notice.ts'
import type { Waiting } from '../../core/outbox.ts'
import type { Message } from '../blocks/message.ts'
import type { Inside } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { receipt } from '../words/access/ending.ts'
import { requesterUpdate } from '../words/access/requester-updates.ts'

export type EndingToRedraw = { readonly grant: GrantId; readonly covers: readonly Waiting[] }

/** One that is still to be posted is drawn from the same rows, and is posted first. */
export function endingsToRedraw(
  waiting: readonly Waiting[],
  done: ReadonlySet<string>,
): readonly EndingToRedraw[] {
  const toPost = new Set(
    waiting.flatMap(({ id, notice }) =>
      !done.has(id) && (notice.kind === 'receipt' || notice.kind === 'told') ? [notice.grant] : [],
    ),
  )
  return waiting.flatMap((one) =>
    one.notice.kind === 'activity' && !toPost.has(one.notice.grant)
      ? [{ grant: one.notice.grant, covers: [one] }]
      : [],
  )
}

/** What closes a grant in this lane, from the rows of this moment. */
export async function drawEnding(inside: Inside, lane: Lane, grant: GrantId): Promise<Message | undefined> {
  const row = await inside.queries.grant(grant)
  const card = row && (await inside.queries.readCard(row.request.id))
  if (!card) return undefined
  return withNames(inside.directory, (names) =>
    lane.startsWith('person:') ? requesterUpdate('ended', card, names) : receipt(card, names),
  )
}

/** Keeps where it was posted, so that it can be drawn anew. */
export function keepEnding(inside: Inside, lane: Lane, grant: GrantId) {
  return (place: { readonly channel: string; readonly ts: string }) =>
    inside.queries.saveEnding({ grant, lane, ...place })
}
