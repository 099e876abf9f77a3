import type { Policy } from '../../core/catalog.ts'
import { endOfHours } from '../../core/people/hours.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Resting } from '../../core/people/pinging.ts'
import type { World } from '../world.ts'

/** Beyond so many approvers it is not asked where each of them is. */
const MOST = 200

/** Who of these is in quiet hours now, by the database's clock and the time zone that Slack knows of each. */
export async function readResting(
  world: World,
  policy: Pick<Policy, 'quietHours'> | undefined,
  people: readonly PersonId[],
): Promise<Resting> {
  const hours = policy?.quietHours
  if (!hours || people.length === 0) return new Map()
  const now = await world.store.reads.now()
  const known = await Promise.all(
    people.slice(0, MOST).map((id) => world.directory.personLately(id).catch(() => undefined)),
  )
  return new Map(
    known.flatMap((person) => {
      const end = person && endOfHours(hours, person.timezone, now)
      return person && end ? [[person.id, end] as const] : []
    }),
  )
}
