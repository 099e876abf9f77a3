import { type Grant, grantName, lastOfEachExtensionChain } from '../../../core/access/grant.ts'
import { canGrant } from '../../../core/access/lifecycle.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { findTarget } from '../../../core/catalog.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { GrantRow } from '../../../core/reads.ts'
import { isRefused, type Refused } from '../../../core/refusal.ts'
import { readingScope } from '../../people/reading-scope.ts'
import { answerOf, RefusedError, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { endGrant, mayEndNow, refuseUnlessEnder } from './end-grant.ts'

/**
 * `end G-12 reason`, `end orders-db read reason`, or `end reason` when there is only one that could be meant. Refuses
 * an unknown name, nothing to end, several that could be meant, and what {@link endGrant} refuses.
 */
export async function endByName(
  world: World,
  ask: { readonly by: PersonId; readonly grant: number | undefined; readonly rest: string },
): Promise<{ readonly grant: Grant }> {
  const { by } = ask
  if (ask.grant !== undefined) {
    const row = await world.store.reads.grantByNumber(ask.grant)
    if (!row) throw refusal('no-grant-named', { grant: grantName(ask.grant) })
    return endGrant(world, { grant: row.grant.id, by, note: ask.rest })
  }
  const live = endable(await world.store.reads.liveGrants(by))
  const { rows, note, named } = narrow(world, live, words(ask.rest))
  if (rows.length === 0) throw refusal('nothing-to-end', { target: named })
  return endGrant(world, { grant: onlyOne(rows, 'end').grant.id, by, note })
}

/**
 * Ends somebody's access by naming the person and the target, with a reason: for where no dialog can ask for
 * confirmation, and so for one grant at a time. To people who may not look there, the refusal is the same whether
 * there is something to end or not.
 */
export async function revokeByName(
  world: World,
  ask: {
    readonly by: PersonId
    readonly person: PersonId
    readonly target: string
    readonly rest: string
  },
): Promise<{ readonly grant: Grant }> {
  const { by, person, target } = ask
  const scope = await answerOf(world, () => readingScope(world, { by, target, person }))
  const live = endable(await world.store.reads.liveGrants(person))
  const { rows, note } = narrow(world, live, [target, ...words(ask.rest)], target)
  if (isRefused(scope)) {
    // The attempt is recorded where there is something to end; the answer does not tell whether there was.
    const [first] = rows
    if (first) await answerOf(world, () => endGrant(world, { grant: first.grant.id, by, note }))
    throw onlyThose(target, scope)
  }
  if (rows.length === 0) throw refusal('nothing-to-revoke', { person, role: undefined, target })
  return endGrant(world, { grant: onlyOne(rows, 'end').grant.id, by, note })
}

/** What somebody hears who may not look there: the same whether there is something to end or not. */
function onlyThose(target: string, scope: Refused): RefusedError {
  if (scope.refused.code !== 'not-yours') return new RefusedError(scope)
  return refusal('not-yours-to-end-there', { target })
}

/** Grants that can be ended now; of a chain the last, with which all of it ends. */
function endable(rows: readonly GrantRow[]): GrantRow[] {
  return lastOfEachExtensionChain(rows.filter((row) => canGrant('end', row.grant.state)))
}

/** Target and role at the beginning of the words choose among the rows; what follows is the reason. */
function narrow(
  world: World,
  live: readonly GrantRow[],
  typed: readonly string[],
  target?: string,
): {
  readonly rows: readonly GrantRow[]
  readonly note: string
  readonly named: string | undefined
  readonly role: string | undefined
} {
  const [first = '', second = ''] = typed
  const named =
    target ??
    (findTarget(world.catalog(), first) || live.some((row) => row.grant.target === first) ? first : undefined)
  if (named === undefined) return { rows: live, note: typed.join(' '), named, role: undefined }
  const there = live.filter((row) => row.grant.target === named)
  const roles = new Set([
    ...there.map((row) => row.grant.role),
    ...(findTarget(world.catalog(), named)?.roles ?? []).map((role) => role.id),
  ])
  if (!roles.has(second)) return { rows: there, note: typed.slice(1).join(' '), named, role: undefined }
  const rows = there.filter((row) => row.grant.role === second)
  return { rows, note: typed.slice(2).join(' '), named, role: second }
}

/** The only row; refuses `more-than-one` with the names of all. `verb` is the command that the refusal shows. */
export function onlyOne(rows: readonly GrantRow[], verb: string): GrantRow {
  const [first] = rows
  if (first && rows.length === 1) return first
  const these = rows.map(({ grant: { number, role, target } }) => ({ name: grantName(number), role, target }))
  throw refusal('more-than-one', { verb, these })
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean)
}

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

/**
 * For the dialog that asks for confirmation: what would end. `rest` is what was typed after the target: the role, if
 * one is named, and the reason. Refuses as {@link revokeByName}.
 */
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
 * Ends what was offered, and what was approved since. Rights are checked again for each grant; one that ended
 * meanwhile is left out of the answer. Stops with a refusal that names what has ended already when the right was lost
 * in between.
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
  if (!first) throw refusal('nothing-to-revoke', { person, role, target })
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
  const names = ended.map((one) => grantName(one.number))
  return new RefusedError({ refused: names.length > 0 ? { ...refused, amid: { ended: names } } : refused })
}
