import type { Claim } from '../core/access/grant.ts'
import type { GrantId } from '../core/ids.ts'
import type { Delivery, Sink } from '../core/log/delivery.ts'
import type { DigestPeriod, Lane } from '../core/notice.ts'
import type { Facts } from '../core/notifications.ts'
import type { Delivered } from '../core/ports.ts'
import { openAccounts } from '../core/standing/standing.ts'
import { expirePreApproval } from './access/decide/pre-approvals.ts'
import { advanceGrant, warnHolder } from './access/grant/advance-grant.ts'
import { endForLeaver } from './access/grant/end-everything.ts'
import { askFallback, remindApprovers } from './access/request/ask-approvers.ts'
import { expireRequest } from './access/request/close-request.ts'
import { collectActivity } from './activity/collect-activity.ts'
import { deliverEvents } from './log/deliver-events.ts'
import { recordCatalog } from './log/load-catalog.ts'
import { postDueDigest } from './log/post-digest.ts'
import { beginQuarantine } from './log/quarantine.ts'
import { applyRetention } from './people/privacy.ts'
import { notify } from './record.ts'
import { listableTargets, lookAtStanding } from './standing/look-at-standing.ts'
import type { World } from './world.ts'

/** What is due is taken up in portions, so that a thousand of one kind do not keep the others waiting. */
const DUE_BATCH = 100

/** The clock's work, with the world bound in: what is due is decided by the database, each piece is one verb. */
export type Work = ReturnType<typeof bindWork>

export function bindWork(world: World) {
  const { store } = world
  const inTurn = async <T>(due: Promise<readonly T[]>, work: (world: World, one: T) => Promise<unknown>) => {
    for (const one of await due) await work(world, one)
  }
  /** Something about the log itself, for security. */
  const notifySecurity = (notice: Facts['news of elevate']['notice']) =>
    store.transaction((tx) => notify(world.catalog(), tx, 'news of elevate', { notice }))

  return {
    grants: {
      /** Claims what must be looked at now; `room` is how many of each target may be taken up. */
      due: (room: ReadonlyMap<string, number>) => store.claims.due(room),
      /** Milliseconds until the next grant of these targets must be looked at, if that is within `ms`. */
      nextWithin: (ms: number) =>
        store.claims.nextWithin(
          world.catalog().targets.map((target) => target.id),
          ms,
        ),
      advance: (claim: Claim) => advanceGrant(world, claim),
      advanceNow: async (id: GrantId) => {
        const claim = await store.claims.one(id)
        if (claim) await advanceGrant(world, claim)
      },
    },

    /** Everything else that becomes due by the second, one kind after the other. */
    async advanceRequests(): Promise<void> {
      await inTurn(store.claims.expired(DUE_BATCH), expireRequest)
      await inTurn(store.dues.ending(DUE_BATCH), warnHolder)
      await inTurn(store.dues.reminders(DUE_BATCH), remindApprovers)
      await inTurn(store.dues.fallbacks(DUE_BATCH), askFallback)
      await inTurn(store.preApprovals.over(DUE_BATCH), expirePreApproval)
    },
    heartbeat: () => store.claims.heartbeat(),

    /** Asks Slack whether the holder who is next is still there, and ends what a leaver has. */
    async checkNextHolder(): Promise<void> {
      const person = await store.dues.personToCheck()
      if (person !== undefined) await endForLeaver(world, person)
    },

    /** Looks at the one target that is due. */
    async lookForStandingAccess(): Promise<void> {
      const due = await store.standing.claimDue(listableTargets(world), world.catalog().standingAccess)
      if (due === undefined) return
      const { unread } = await lookAtStanding(world, due)
      if (unread !== undefined)
        world.log.warn({ target: due, error: unread }, 'could not read who has access to a target')
    },

    /** Reads what was done under at most `limit` grants; false when none is due. */
    async collectActivity(limit: number): Promise<boolean> {
      const claims = await store.activity.due(limit)
      await Promise.all(claims.map((claim) => collectActivity(world, claim)))
      return claims.length > 0
    },

    outbox: {
      claim: (limit: number) => store.outbox.claim(limit),
      renew: (lane: Lane) => store.outbox.renew(lane),
      settle: (lane: Lane, result: Delivered) => store.outbox.settle(lane, result),
    },

    deliverEvents: (delivery: Delivery, sink: Sink, stopping: AbortSignal) =>
      deliverEvents(world, delivery, sink, stopping),
    applyRetention: () => applyRetention(world),
    postDueDigest: (period: DigestPeriod) => postDueDigest(world, period),

    /** Start-up work: records the policy in force, and reports what became due while elevate was down. */
    async reportStart() {
      await recordCatalog(store, world.catalog(), 'start', undefined)
      return reportStart(world)
    },

    log: {
      quarantine: () => store.quarantine.current(),
      intact: () => store.quarantine.intact(),
      remember: (size: number, leafHash: Uint8Array) => store.quarantine.remember(size, leafHash),
      beginQuarantine: (found: Parameters<typeof beginQuarantine>[1]) =>
        beginQuarantine(store, found, world.catalog().securityChannel),
      notifyRefused: (text: string) => notifySecurity({ kind: 'log-refused', text }),
      notifyWitnessRefused: (witness: string, text: string) =>
        notifySecurity({ kind: 'witness-refused', witness, text }),
    },
  }
}

/** A shorter downtime is a restart and needs no message. */
const REPORTED_AFTER_SECONDS = 60

type OverdueAtStart = Awaited<ReturnType<World['store']['claims']['overdueAtStart']>>

/** Queues the restart report: what became due while elevate was down. Must run before the sweeper ends any of it. */
async function reportStart(world: World): Promise<OverdueAtStart> {
  const overdue = await world.store.claims.overdueAtStart()
  const count = overdue.expired + overdue.unfinished + overdue.lapsed
  if (count > 0 || (overdue.downSeconds ?? 0) >= REPORTED_AFTER_SECONDS) {
    const standing = openAccounts(await world.store.standing.present())
    await world.store.transaction((tx) =>
      notify(world.catalog(), tx, 'news of elevate', { notice: { kind: 'woke', ...overdue, standing } }),
    )
  }
  await world.store.claims.heartbeat()
  return overdue
}
