import { groupsToDecide } from '../../../core/access/approval.ts'
import { DURATION_HELP, parseDuration } from '../../../core/access/duration.ts'
import {
  type Giving,
  type PreApproval,
  type PreApprovalWorth,
  preApprovalName,
  rehearsePreApproval,
} from '../../../core/access/pre-approval.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { findRole, findTarget, type Policy } from '../../../core/catalog.ts'
import { channelLane, type Lane, type Notice, personLane } from '../../../core/notice.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { type Attempt, refusal, unlessRefused } from '../../refusals.ts'
import { tellHomes } from '../../tell-homes.ts'
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
    tx.append({
      ...aboutPreApproval(one),
      type: 'pre_approval.given',
      actor: { kind: 'person', id: by },
      policy: catalog.hash,
      detail: {
        pre_approval: preApprovalName(one.number),
        each_s: one.each,
        ends_at: one.endsAt.toISOString(),
        enough: worth.enough,
        self: by === person,
      },
      private: { reason: one.reason },
    })
    await tellPreApproval(world, tx, one, { what: 'given' }, by)
    return { one, ...worth }
  })
}

const LIVES_ALREADY =
  'You have approved that beforehand already, and it still holds. /elevate allow list shows it; end it first to give another one.'

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

export function aboutPreApproval(one: PreApproval) {
  return { subject: one.person, target: one.target, role: one.role } as const
}

/** The one it is about, its giver, the target's channel and security; whoever did it knows already, or is gone. */
export async function tellPreApproval(
  world: World,
  tx: Tx,
  one: PreApproval,
  news: Pick<Extract<Notice, { kind: 'pre-approval' }>, 'what' | 'left'>,
  by: PersonId | undefined,
): Promise<void> {
  const catalog = world.catalog()
  const channel = findTarget(catalog, one.target)?.channel
  const channels = new Set([...(channel ? [channel] : []), catalog.securityChannel])
  const lanes: Lane[] = [...channels].map(channelLane)
  // What ends by itself at the time that everybody was told is nobody's news in private.
  const people = news.what === 'lapsed' ? [] : news.what === 'given' ? [one.person] : [one.person, one.giver]
  for (const person of new Set(people)) if (person !== by) lanes.push(personLane(person))
  for (const lane of lanes) tx.tell({ lane, notice: { kind: 'pre-approval', ...news, id: one.id } })
  await tellHomes(tx, one.person)
  await tellHomes(tx, one.giver)
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
