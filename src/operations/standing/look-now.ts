import type { PersonId } from '../../core/people/person.ts'
import type { ReportId } from '../../core/standing/standing.ts'
import { refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'
import { lookAtStanding } from './look-at-standing.ts'

type Looked = Awaited<ReturnType<typeof lookAtStanding>>

/** Security wants to know now what became of a report: its target is read at once, unless somebody is at it. */
export async function lookNow(
  world: World,
  { report: id, by }: { readonly report: ReportId; readonly by: PersonId },
): Promise<{ readonly target: string; readonly looked: Looked | 'busy' }> {
  const found = await world.store.standing.report(id)
  if (!found) throw refusal('unknown-standing', 'There is no such report.')
  const { target } = found.report
  await refuseUnlessSecurity(world, by, { verdict: 'look', target, role: '' })
  if (!(await world.store.standing.claim(target))) return { target, looked: 'busy' }
  return { target, looked: await lookAtStanding(world, target) }
}
