import { groupsToDecide } from '../../../core/access/approval.ts'
import { isSecurity } from '../../../core/access/audience.ts'
import { parseDuration } from '../../../core/access/duration.ts'
import { refuseUnlessMember } from '../../../core/access/policy.ts'
import {
  type Giving,
  mayEndPreApproval,
  type PreApproval,
  type PreApprovalEnd,
  type PreApprovalWorth,
  preApprovableBy,
  preApprovalName,
  preApprovers,
  rehearsePreApproval,
  type WhyVoid,
  whyVoid,
} from '../../../core/access/pre-approval.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { findRole, findTarget, type Policy, type Role, type Target } from '../../../core/catalog.ts'
import type { PreApprovalId } from '../../../core/ids.ts'
import { preApprovalEnded, preApprovalGiven } from '../../../core/log/grant-events.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'
import { type Attempt, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'

type GivingAsTyped = {
  readonly by: PersonId
  readonly person: PersonId
  readonly target: string
  readonly role: string
  /** As typed: `5d`. */
  readonly span: string
  /** As typed; undefined takes what is usual there. */
  readonly each: string | undefined
  readonly reason: string
}

export type Given = { readonly one: PreApproval } & PreApprovalWorth

/**
 * Pre-approves somebody's requests of the next days, if policy and the groups of this moment let this person approve
 * them. Refuses what core's `rehearsePreApproval` refuses, a duration that cannot be read, and a second one for the
 * same while one is live; all are recorded.
 */
export async function givePreApproval(world: World, typed: GivingAsTyped): Promise<Given> {
  const attempt = attemptOf(world, typed)
  const giving = readGiving(world, typed, attempt)
  const catalog = world.catalog()
  const [giver, receiver, groups] = await Promise.all([
    world.directory.person(typed.by),
    world.directory.person(typed.person),
    world.directory.groups(groupsToDecide(catalog, giving)),
  ])
  const worth = unlessRefused(rehearsePreApproval(catalog, giving, giver, receiver, groups), attempt)
  return world.store.transaction(async (tx) => {
    const { by, person } = typed
    const one = await tx.preApprovals.give({ ...giving, giver: by, person, policyHash: catalog.hash })
    if (!one) throw refusal('already-pre-approved', {}, attempt)
    await record(catalog, tx, preApprovalGiven(one, catalog.hash, worth.enough), { one })
    return { one, ...worth }
  })
}

function readGiving(world: World, typed: GivingAsTyped, attempt: Attempt): Giving {
  const { target, role } = typed
  const span = parseDuration(typed.span)
  if (span === undefined) throw refusal('not-a-span', { typed: cleanText(typed.span) }, attempt)
  const each = typed.each === undefined ? undefined : parseDuration(typed.each)
  if (typed.each !== undefined && each === undefined)
    throw refusal('not-a-duration', { typed: cleanText(typed.each) }, attempt)
  return { target, role, span, each: each ?? usualEach(world, typed), reason: cleanText(typed.reason) }
}

/** Nobody who leaves it out means more than what is usual there. */
function usualEach(world: World, { target, role }: GivingAsTyped): number {
  const usual = world
    .catalog()
    .policies.filter((one: Policy) => one.targets.includes(target) && one.roles.includes(role))
    .map((one) => one.duration.default)
  return usual.length > 0 ? Math.min(...usual) : 1
}

function attemptOf(world: World, typed: GivingAsTyped): Attempt {
  const target = findTarget(world.catalog(), typed.target)?.id
  const role = target && findRole(world.catalog(), target, typed.role)?.id
  return {
    by: typed.by,
    subject: typed.person,
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    detail: { verdict: 'pre-approve' },
    private: {
      reason: cleanText(typed.reason),
      ...(target && role ? {} : { typed: cleanText(`${typed.target} ${typed.role}`) }),
    },
    about: { tried: 'pre-approve' },
  }
}

/**
 * Ends a pre-approval, for its giver, its holder or security. Grants that it approved stay. Refuses
 * `not-your-pre-approval` to others, and one that is over.
 */
export async function endPreApproval(
  world: World,
  { by, id }: { readonly by: PersonId; readonly id: PreApprovalId },
): Promise<PreApproval> {
  const seen = await world.store.preApprovals.byId(id)
  if (!seen) throw refusal('no-such-pre-approval')
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  const name = preApprovalName(seen.number)
  if (!mayEndPreApproval(seen, person, isSecurity(catalog, person, groups)))
    throw refusal('not-your-pre-approval', { name, giver: seen.giver, person: seen.person })
  return world.store.transaction(async (tx) => {
    const one = await tx.preApprovals.end(id, { by })
    if (!one) throw refusal('pre-approval-over', { name })
    await recordEnd(world, tx, one, { by })
    return one
  })
}

/** The same by its number, as people write it: `P-12`. */
export async function endPreApprovalByName(
  world: World,
  { by, number }: { readonly by: PersonId; readonly number: number },
): Promise<PreApproval> {
  const one = await world.store.preApprovals.byNumber(number)
  if (!one) throw refusal('no-pre-approval-named', { name: preApprovalName(number) })
  return endPreApproval(world, { by, id: one.id })
}

/** Records that the time of a pre-approval is over; it stopped counting by itself. True when this call recorded it. */
export async function expirePreApproval(world: World, id: PreApprovalId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const one = await tx.preApprovals.end(id, 'time-over')
    if (!one) return false
    await recordEnd(world, tx, one, 'time-over')
    return true
  })
}

/**
 * Ends what somebody who left the workspace had given or was given. It would approve nothing any more, but would stay
 * in lists, and count again if the account came back.
 */
export async function endPreApprovalsOfLeaver(world: World, left: PersonId): Promise<void> {
  for (const { id } of await world.store.preApprovals.live({ concerns: left }, MAX_LIVE))
    await world.store.transaction(async (tx) => {
      const one = await tx.preApprovals.end(id, { left })
      if (!one) return
      await recordEnd(world, tx, one, { left })
    })
}

/** More than anybody gives or is given; what is beyond it is found when the sweeper comes by again. */
const MAX_LIVE = 200

function recordEnd(world: World, tx: Tx, one: PreApproval, how: PreApprovalEnd): Promise<void> {
  const catalog = world.catalog()
  return record(catalog, tx, preApprovalEnded(one, catalog.hash, how), { one, how })
}

/** With why it would count for nothing now, as far as that is known. */
export type ListedPreApproval = PreApproval & { readonly void?: WhyVoid }

export type PreApprovalList = {
  /** Those that live: given or had by this person; for security all of them. */
  readonly live: readonly ListedPreApproval[]
  /** What this person could pre-approve. */
  readonly mayGive: readonly { readonly target: Target; readonly role: Role }[]
}

/** More than a list shows; each asks Slack about two people. */
const MAX_JUDGED = 10

/**
 * The live pre-approvals that concern this person; all of them for security with `all`. Uses remembered groups, at
 * most a minute old: only for showing.
 */
export async function listPreApprovals(
  world: World,
  by: PersonId,
  { all }: { readonly all: boolean },
): Promise<PreApprovalList> {
  const catalog = world.catalog()
  const named = [...preApprovers(catalog), ...catalog.security]
  const [person, groups] = await Promise.all([
    world.directory.personLately(by),
    world.directory.groupsLately([...new Set(groupsIn(named))]),
  ])
  if (refuseUnlessMember(person)) return { live: [], mayGive: [] }
  const everything = all && isSecurity(catalog, person, groups)
  const live = await world.store.preApprovals.live(everything ? undefined : { concerns: by }, MAX_LIVE)
  return {
    live: await Promise.all(live.map((one, at) => (at < MAX_JUDGED ? judge(world, one) : one))),
    mayGive: preApprovableBy(catalog, by, groups),
  }
}

async function judge(world: World, one: PreApproval): Promise<ListedPreApproval> {
  const catalog = world.catalog()
  const [giver, receiver, groups] = await Promise.all([
    world.directory.personLately(one.giver),
    world.directory.personLately(one.person),
    world.directory.groupsLately(groupsToDecide(catalog, one)),
  ])
  const why = whyVoid(catalog, one, giver, receiver, groups)
  return why ? { ...one, void: why } : one
}
