import { findTarget } from '../../core/catalog.ts'
import { nearest } from '../../core/people/nearest.ts'
import type { PersonId } from '../../core/people/person.ts'
import { oneOf } from '../../core/refusal.ts'
import type { Look, Standing } from '../../core/standing/standing.ts'
import { refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'
import { listableTargets } from './look-at-standing.ts'

export type StandingNow = {
  readonly target: string | undefined
  readonly present: readonly Standing[]
  /** Of every target that can be read; one that was never read is among them. */
  readonly looks: readonly Look[]
}

/** What is known of standing access now, for security. */
export async function readStanding(
  world: World,
  { by, target }: { readonly by: PersonId; readonly target: string | undefined },
): Promise<StandingNow> {
  await refuseUnlessSecurity(world, by, { verdict: 'read', target: target ?? '', role: '' })
  const all = world.catalog().targets.map((one) => one.id)
  if (target !== undefined && !findTarget(world.catalog(), target)) {
    const near = nearest(target, all)
    throw refusal(
      'unknown-target',
      `There is no target “${target}”. ${near ? `Did you mean ${near}?` : `There are ${oneOf(all)}.`}`,
      { field: 'target' },
    )
  }
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
