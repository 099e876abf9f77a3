import { clamp } from '../../core/access/reason.ts'
import { findTarget, type Target } from '../../core/catalog.ts'
import type { Connector } from '../../core/connector.ts'
import type { ReportId } from '../../core/ids.ts'
import { standingFound, standingGone, standingRemoved } from '../../core/log/standing-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type Look, type Reading, type Standing, standingIn } from '../../core/standing/standing.ts'
import type { Store } from '../../store/database/open-store.ts'
import { notify } from '../record.ts'
import { refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'

const LIST_TIMEOUT_MS = 60_000

/** Targets whose holders can be listed, and so can be looked at. */
export function listableTargets(world: World): string[] {
  return world
    .catalog()
    .targets.filter((target) => world.connector(target.id)?.holders)
    .map((target) => target.id)
}

/**
 * Reads who has access on a target, and records access without a grant. The caller has claimed the look. `unread`
 * says why a target did not answer; that says nothing about who has access there.
 */
export async function lookAtStanding(
  world: World,
  id: string,
): Promise<{ readonly unread: string } | { readonly unread: undefined; readonly found: number }> {
  const catalog = world.catalog()
  const target = findTarget(catalog, id)
  const connector = world.connector(id)
  const roles = target?.roles.map((role) => role.id) ?? []
  // Before the target is asked: a grant that ends meanwhile may still have been seen.
  const since = await world.store.reads.now()
  const read = await readAll(target, connector)
  const result = await world.store.transaction(async (tx) => {
    if (typeof read === 'string') {
      const report = await tx.standing.unread(id, read)
      if (report) await notify(catalog, tx, 'standing access changed', { report })
      return { unread: read }
    }
    const backing = await world.store.standing.backing(sameSystem(world, id, connector), since)
    const done = await tx.standing.record(id, roles, standingIn(id, read, backing))
    for (const one of [...done.found, ...done.again]) tx.append(standingFound(one, catalog.hash))
    for (const one of done.over) {
      const by = one.state === 'removed' ? one.closedBy : undefined
      tx.append(by ? standingRemoved(one, { by, policy: catalog.hash }) : standingGone(one, catalog.hash))
    }
    for (const report of [...(done.report ? [done.report] : []), ...done.changed])
      await notify(catalog, tx, 'standing access changed', { report })
    return { unread: undefined, found: done.found.length + done.again.length }
  })
  return result
}

/** For an operator: the running bot looks at these targets in its next turns, one after the other. */
export async function askForLook(store: Store, targets: readonly string[]): Promise<void> {
  await store.standing.ask(targets)
}

/** Every role, or why not all of them could be read. */
async function readAll(
  target: Target | undefined,
  connector: Connector | undefined,
): Promise<readonly Reading[] | string> {
  const holders = connector?.holders?.bind(connector)
  if (!target || !holders) return 'elevate cannot list who has access there'
  try {
    return await Promise.all(
      target.roles.map(async ({ id, settings }) => ({
        role: id,
        holders: await holders(id, settings, AbortSignal.timeout(LIST_TIMEOUT_MS)),
      })),
    )
  } catch (error) {
    return clamp(error instanceof Error ? error.message : String(error), 500)
  }
}

function sameSystem(world: World, id: string, connector: Connector | undefined): string[] {
  const others = world
    .catalog()
    .targets.map((target) => target.id)
    .filter((other) => connector?.system && world.connector(other)?.system === connector.system)
  return [...new Set([id, ...others])]
}

type Looked = Awaited<ReturnType<typeof lookAtStanding>>

/**
 * Reads the target of a report now, for security; `busy` when another look is under way. Refuses everybody else,
 * recorded.
 */
export async function lookNow(
  world: World,
  { report: id, by }: { readonly report: ReportId; readonly by: PersonId },
): Promise<{ readonly target: string; readonly looked: Looked | 'busy' }> {
  const found = await world.store.standing.report(id)
  if (!found) throw refusal('no-such-report')
  const { target } = found.report
  await refuseUnlessSecurity(world, by, { verdict: 'look', target, role: '' })
  if (!(await world.store.standing.claim(target))) return { target, looked: 'busy' }
  return { target, looked: await lookAtStanding(world, target) }
}

type StandingNow = {
  readonly target: string | undefined
  readonly present: readonly Standing[]
  /** Of every target that can be read; one that was never read is among them. */
  readonly looks: readonly Look[]
}

/**
 * Standing access as it is known, and when each target was read. Refuses everybody but security (recorded), and an
 * unknown target.
 */
export async function readStanding(
  world: World,
  { by, target }: { readonly by: PersonId; readonly target: string | undefined },
): Promise<StandingNow> {
  await refuseUnlessSecurity(world, by, { verdict: 'read', target: target ?? '', role: '' })
  const all = world.catalog().targets.map((one) => one.id)
  if (target !== undefined && !findTarget(world.catalog(), target))
    throw refusal('no-such-target', { typed: target, known: all })
  const [present, looks] = await Promise.all([
    world.store.standing.present(target),
    world.store.standing.looks(),
  ])
  const readable = listableTargets(world).filter((id) => target === undefined || id === target)
  const never = { triedAt: undefined, readAt: undefined, error: undefined }
  return {
    target,
    present,
    looks: readable.map((id) => looks.find((one) => one.target === id) ?? { target: id, ...never }),
  }
}
