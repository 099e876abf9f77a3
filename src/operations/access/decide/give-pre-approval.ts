import { groupsToDecide } from '../../../core/access/approval.ts'
import { DURATION_HELP, parseDuration } from '../../../core/access/duration.ts'
import {
  type Giving,
  type PreApproval,
  type PreApprovalWorth,
  rehearsePreApproval,
} from '../../../core/access/pre-approval.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { findRole, findTarget, type Policy } from '../../../core/catalog.ts'
import { preApprovalGiven } from '../../../core/log/grant-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { sentence } from '../../../core/refusal.ts'
import { record } from '../../record.ts'
import { type Attempt, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'

export type GivingAsTyped = {
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

/** Says yes to somebody's requests of the next days. Policy and groups of this moment say whether that is his to say. */
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
    if (!one) throw refusal('already-pending', LIVES_ALREADY, { attempt })
    await record(catalog, tx, preApprovalGiven(one, catalog.hash, worth.enough), { one })
    return { one, ...worth }
  })
}

const LIVES_ALREADY = sentence`You have approved that beforehand already, and it still holds. ${{ command: 'allow list' }} shows it; end it first to give another one.`

function readGiving(world: World, typed: GivingAsTyped, attempt: Attempt): Giving {
  const { target, role } = typed
  const span = parseDuration(typed.span)
  if (span === undefined)
    throw refusal('bad-duration', `“${cleanText(typed.span)}” is not a duration: ${DURATION_HELP}.`, {
      field: 'span',
      attempt,
    })
  const each = typed.each === undefined ? undefined : parseDuration(typed.each)
  if (typed.each !== undefined && each === undefined)
    throw refusal('bad-duration', `“${cleanText(typed.each)}” is not a duration: ${DURATION_HELP}.`, {
      field: 'duration',
      attempt,
    })
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
