import { DAY } from '../../core/access/duration.ts'
import { clamp, cleanText } from '../../core/access/reason.ts'
import { type Catalog, findRole, findTarget } from '../../core/catalog.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { ReportId, StandingId } from '../../core/ids.ts'
import { standingAccepted, standingAsked, standingRemoved } from '../../core/log/standing-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import { operatorNamed, type Standing } from '../../core/standing/standing.ts'
import type { Store } from '../../store/database/open-store.ts'
import { notify, record } from '../record.ts'
import { type RefusedError, refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'

type Accepting = {
  /** One holding, or everything of one report that is still open. */
  readonly what: { readonly access: StandingId } | { readonly report: ReportId }
  readonly by: PersonId
  readonly why: string
  /** `2027-01-31`, as typed: accepted to the end of that day, UTC. Without an end when empty. */
  readonly until: string
}

/**
 * For the form: the standing access that would be accepted. Refuses everybody but security (recorded), and what is no
 * longer open.
 */
export async function offerAccept(
  world: World,
  { what, by }: Pick<Accepting, 'what' | 'by'>,
): Promise<{ readonly open: readonly Standing[] }> {
  const { standing } = world.store
  const one = 'access' in what ? await standing.one(what.access) : undefined
  const listed = 'report' in what ? await standing.report(what.report) : undefined
  const all = one ? [one] : (listed?.found ?? [])
  const [first] = all
  if (!first) throw refusal('no-such-standing')
  const role = one?.role ?? ''
  await refuseUnlessSecurity(world, by, { verdict: 'accept', target: first.target, role })
  const open = all.filter((each) => each.state === 'open')
  if (open.length === 0) throw one ? alreadyClosed(one) : allClosed()
  return { open }
}

/**
 * Security says that access without a grant is intended: from now on it is part of the baseline, until the given day.
 * Refuses as {@link offerAccept}, a missing reason, and a day that cannot be read or is over.
 */
export async function acceptStanding(
  world: World,
  { what, by, why: typed, until: day }: Accepting,
): Promise<{ readonly accepted: readonly Standing[] }> {
  const offered = await offerAccept(world, { what, by })
  const why = cleanText(typed)
  if (!why) throw refusal('accept-reason-missing')
  const until = readUntil(day, await world.store.reads.now())
  const accepted = await world.store.transaction(async (tx) => {
    const rows: Standing[] = []
    for (const { id } of offered.open) {
      const row = await tx.standing.accept(id, { by, why, until })
      if (row) rows.push(row)
    }
    const catalog = world.catalog()
    for (const row of rows)
      tx.append(standingAccepted(row, { by, policy: catalog.hash }, { until, reason: why }))
    for (const report of new Set(rows.map((row) => row.report)))
      await notify(catalog, tx, 'standing access changed', { report })
    return rows
  })
  if (accepted.length === 0) throw allClosed()
  return { accepted }
}

/** The end of a day (`2026-12-31`, UTC); undefined for no end. Refuses what is no day, and a day that is over. */
export function readUntil(typed: string, now: Date): Date | undefined {
  const day = typed.trim()
  if (day === '') return undefined
  const start = Date.parse(`${day}T00:00:00Z`)
  // 31 February parses, as 3 March.
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(start) || isoDay(new Date(start)) !== day)
    throw refusal('not-a-day', { typed: day, example: isoDay(new Date(now.getTime() + 90 * DAY * 1000)) })
  const end = new Date(start + DAY * 1000)
  if (end > now) return end
  throw refusal('day-over', { day })
}

const isoDay = (date: Date) => date.toISOString().slice(0, 10)

const allClosed = () => refusal('nothing-open')

/** The refusal for acting on standing access that is accepted, removed or gone. */
export function alreadyClosed({ state, account, acceptedBy, closedBy }: Standing): RefusedError {
  if (state === 'accepted') return refusal('standing-accepted', { account, by: acceptedBy })
  if (state === 'removed') return refusal('standing-removed', { by: closedBy })
  return refusal('standing-gone', { account })
}

type AcceptingAsOperator = {
  readonly target: string
  readonly account?: string
  readonly role?: string
  readonly reason: string
  readonly until?: string
  /** Login name of the operator. */
  readonly by: string
}

/**
 * Accepts standing access from the terminal. Anyone who may write to the database may do it. Refuses an unknown target,
 * a missing reason, and when nothing like that is open.
 */
export async function acceptAsOperator(
  store: Pick<Store, 'standing' | 'reads' | 'transaction'>,
  catalog: Catalog,
  ask: AcceptingAsOperator,
): Promise<{ readonly accepted: readonly Standing[] }> {
  const { target, account, role, by } = ask
  if (!findTarget(catalog, target)) throw refusal('no-such-target', { typed: target, known: [] })
  const reason = cleanText(ask.reason)
  if (!reason) throw refusal('accept-reason-missing')
  const until = readUntil(ask.until ?? '', await store.reads.now())
  const meant = (await store.standing.present(target)).filter(
    (one) =>
      one.state === 'open' &&
      (account === undefined || one.account === account) &&
      (role === undefined || one.role === role),
  )
  if (meant.length === 0) throw refusal('no-standing-like-that')
  const accepted = await store.transaction(async (tx) => {
    const rows: Standing[] = []
    for (const { id } of meant) {
      const row = await tx.standing.accept(id, { by: operatorNamed(by), why: reason, until })
      if (row) rows.push(row)
    }
    for (const row of rows)
      tx.append(
        standingAccepted(row, { by: { kind: 'operator', id: by }, policy: catalog.hash }, { until, reason }),
      )
    for (const report of new Set(rows.map((row) => row.report)))
      await notify(catalog, tx, 'standing access changed', { report })
    return rows
  })
  return { accepted }
}

/**
 * Asks in the target's channel what somebody has access for; answers go to security in words. Refuses everybody but
 * security (recorded), and what is no longer open.
 */
export async function askAboutStanding(
  world: World,
  { access, by }: { readonly access: StandingId; readonly by: PersonId },
): Promise<{ readonly standing: Standing }> {
  const standing = await world.store.standing.one(access)
  if (!standing) throw refusal('no-such-standing')
  await refuseUnlessSecurity(world, by, { verdict: 'ask', ...standing })
  if (standing.state !== 'open') throw alreadyClosed(standing)
  const catalog = world.catalog()
  const target = findTarget(catalog, standing.target)
  if (!target) throw refusal('no-channel-to-ask-in', { target: standing.target })
  await world.store.transaction((tx) =>
    record(catalog, tx, standingAsked(standing, { by, policy: catalog.hash }), {
      target: target.id,
      access,
      by,
    }),
  )
  return { standing }
}

type Taking = { readonly access: StandingId; readonly by: PersonId }

const REMOVE_TIMEOUT_MS = 60_000

/**
 * For the form: the standing access that would be removed. Refuses everybody but security (recorded), what is over,
 * and what elevate has no right to remove.
 */
export async function offerTake(
  world: World,
  { access, by }: Taking,
): Promise<{ readonly standing: Standing }> {
  const standing = await world.store.standing.one(access)
  if (!standing) throw refusal('no-such-standing')
  const { target, role } = standing
  await refuseUnlessSecurity(world, by, { verdict: 'take-away', target, role })
  if (standing.state === 'removed' || standing.state === 'gone') throw alreadyClosed(standing)
  if (standing.beyond) throw refusal('standing-beyond', { why: standing.beyond })
  return { standing }
}

/**
 * Removes in the target access that has no grant. Who did it is recorded before the target is called: if this process
 * dies in between, the next look finds it gone, and knows why. Refuses as {@link offerTake}, when a grant needs it
 * now, and when the target refuses.
 */
export async function takeStanding(
  world: World,
  taking: Taking,
): Promise<{ readonly standing: Standing; readonly sessionsEnded: number }> {
  const offered = await offerTake(world, taking)
  const { target, role, account, leftover } = offered.standing
  const connector = world.connector(target)
  const entitlement = findRole(world.catalog(), target, role)?.settings
  const takeAway = connector?.takeAway?.bind(connector)
  if (!takeAway || !entitlement) throw refusal('standing-not-removable', { role, target })
  const since = await world.store.reads.now()
  const backing = await world.store.standing.backing([target], since)
  if (leftover && backing.some((one) => one.account === account && one.role === role))
    throw refusal('standing-granted', { account })
  const noted = await world.store.transaction((tx) => tx.standing.taking(taking.access, taking.by))
  if (!noted) throw refusal('standing-over')
  let sessionsEnded: number
  try {
    const holding = { account, role, entitlement, leftover }
    sessionsEnded = (await takeAway(holding, AbortSignal.timeout(REMOVE_TIMEOUT_MS))).sessionsEnded
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    throw refusal('standing-not-removed', { target, said: clamp(error.message, 500) })
  }
  const standing = await world.store.transaction(async (tx) => {
    const row = await tx.standing.removed(taking.access, taking.by)
    // A look came by and saw that it was gone: it has said all this.
    if (!row) return undefined
    const catalog = world.catalog()
    tx.append(standingRemoved(row, { by: taking.by, policy: catalog.hash }, sessionsEnded))
    await notify(catalog, tx, 'standing access changed', { report: row.report })
    return row
  })
  return { standing: standing ?? noted, sessionsEnded }
}
