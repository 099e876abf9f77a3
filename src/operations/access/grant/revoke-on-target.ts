import { type Grant, grantName } from '../../../core/access/grant.ts'
import { cleanText } from '../../../core/access/reason.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import { isRefused, partsOf, type Refused, sentence } from '../../../core/refusal.ts'
import { readingScope } from '../../people/reading-scope.ts'
import { answerOf, type RefusedError, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { endable, narrow, onlyThose } from './end-by-name.ts'
import { endGrant, mayEndNow, refuseUnlessEnder } from './end-grant.ts'

type Whose = { readonly by: PersonId; readonly person: PersonId; readonly target: string }

/** What would end of somebody's access on one target, or of one role there. */
export type Revocable = {
  readonly person: PersonId
  readonly target: string
  readonly role: string | undefined
  readonly grants: readonly GrantRow[]
  /** Meant as well, and for others to end. */
  readonly others: readonly GrantRow[]
  /** The reason, as far as it was typed already. */
  readonly note: string
}

/** For the dialog that asks whether it is meant. `rest` is the role, if one is named, and the reason. */
export async function offerRevoke(
  world: World,
  { rest, ...whose }: Whose & { readonly rest: string },
): Promise<Revocable> {
  const live = endable(await world.store.reads.liveGrants(whose.person))
  const typed = [whose.target, ...rest.split(/\s+/).filter(Boolean)]
  const { role, note } = narrow(world, live, typed, whose.target)
  return readRevocable(world, { ...whose, role }, live, note)
}

/**
 * Ends what was offered, and with it what was approved in between. Rights are asked anew for each grant; one that ended
 * meanwhile is left out of the answer.
 */
export async function revokeOnTarget(
  world: World,
  { note: typed, ...whose }: Whose & { readonly role: string | undefined; readonly note: string },
): Promise<{ readonly person: PersonId; readonly target: string; readonly ended: readonly Grant[] }> {
  const note = cleanText(typed)
  const live = endable(await world.store.reads.liveGrants(whose.person))
  const found = await readRevocable(world, whose, live, note)
  const ended: Grant[] = []
  for (const { grant } of found.grants) {
    const done = await answerOf(world, () => endGrant(world, { grant: grant.id, by: whose.by, note }))
    if (!isRefused(done)) ended.push(done.grant)
    else if (done.refused.code !== 'already-over') throw partly(done, ended)
  }
  return { person: whose.person, target: whose.target, ended }
}

async function readRevocable(
  world: World,
  whose: Whose & { readonly role: string | undefined },
  live: readonly GrantRow[],
  note: string,
): Promise<Revocable> {
  const { by, person, target, role } = whose
  const rows = live.filter(
    ({ grant }) => grant.target === target && (role === undefined || grant.role === role),
  )
  const [first] = rows
  const scope = await answerOf(world, () => readingScope(world, { by, target, person }))
  if (isRefused(scope)) {
    // The attempt is recorded where there is something to end; the answer does not tell whether there was.
    if (first) await answerOf(world, () => refuseUnlessEnder(world, first, by))
    throw onlyThose(target, scope)
  }
  if (!first)
    throw refusal(
      'unknown-grant',
      sentence`${{ person: person }} has no access${role === undefined ? '' : ` as ${role}`} on ${target} that could be ended.`,
    )
  const grants: GrantRow[] = []
  const others: GrantRow[] = []
  for (const row of rows) {
    const may = row.grant.person === by || (await mayEndNow(world, row.grant, by))
    ;(may ? grants : others).push(row)
  }
  if (grants.length === 0) await refuseUnlessEnder(world, first, by)
  return { person, target, role, grants, others, note }
}

/** Somebody lost the right between two of them. */
function partly({ refused }: Refused, ended: readonly Grant[]): RefusedError {
  const already = ended.map((one) => grantName(one.number)).join(', ')
  const said = already ? sentence`${already} ended. ${partsOf(refused)}` : partsOf(refused)
  return refusal(refused.code, said, refused.field ? { field: refused.field } : {})
}
