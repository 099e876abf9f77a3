import { parseDuration } from '../../../core/access/duration.ts'
import { type Grant, lastOfEachExtensionChain } from '../../../core/access/grant.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import {
  type Entitlement,
  entitlementsOf,
  groupsThatAsk,
  refuseUnlessMember,
} from '../../../core/access/policy.ts'
import type { Request } from '../../../core/access/request.ts'
import { everybodyNamed, nearPeople } from '../../../core/people/near-people.ts'
import { type Groups, groupsIn, includes, type Person, type PersonId } from '../../../core/people/person.ts'
import type { Refused } from '../../../core/refusal.ts'
import type { Standing } from '../../../core/standing/standing.ts'
import { answerOf } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { standingAccessOf } from '../read-card.ts'
import { type Explained, explainAccess } from './explain-access.ts'

export type Previewing = {
  readonly by: PersonId
  readonly target: string
  readonly roles: readonly string[]
  /** As picked or typed so far; undefined is the policy's default. */
  readonly duration: string | undefined
  readonly receiver?: PersonId | undefined
}

/** What asking for one role would come to, and what speaks against it. */
export type RolePreview = {
  readonly role: string
  readonly explained: Explained | Refused
  /** Seconds wanted; undefined while what was typed is no duration. */
  readonly seconds: number | undefined
  /** What the receiver has of it already. */
  readonly holds: Grant | undefined
  /** What was asked for already and waits. */
  readonly waits: Request | undefined
  /** What the receiver is known to have of it without a grant. */
  readonly standingAccess: Standing | undefined
}

/**
 * What each of these roles would come to. Writes nothing: the form shows it while it is filled in, and the verb
 * judges again.
 */
export async function previewAsk(world: World, asking: Previewing): Promise<readonly RolePreview[]> {
  const { by, target, roles, receiver = by } = asking
  const { reads } = world.store
  const [live, asked] = await Promise.all([reads.liveGrants(receiver), reads.requestsOf(receiver, 50)])
  const open = lastOfEachExtensionChain(live.filter(({ grant }) => grant.state !== 'revoking'))
  return Promise.all(
    roles.map(async (role) => {
      const explained = await answerOf(world, () => explainAccess(world, { by, target, role, receiver }))
      const usual = 'policy' in explained ? explained.policy.duration.default : undefined
      return {
        role,
        explained,
        standingAccess: await standingAccessOf(world, {
          requester: receiver,
          target,
          role,
          state: 'pending',
        }),
        seconds: asking.duration === undefined ? usual : parseDuration(asking.duration),
        holds: open.find(({ grant }) => grant.target === target && grant.role === role)?.grant,
        waits: asked.find(
          (one) =>
            one.requester === receiver &&
            one.target === target &&
            one.role === role &&
            canRequest('withdraw', one.state),
        ),
      }
    }),
  )
}

/** What a form can offer to this person, with the lately known groups. */
type Offers = {
  readonly entitlements: readonly Entitlement[]
  /** May this person ask on behalf of anybody else? */
  readonly forOthers: boolean
}

/** What the form may offer. For a receiver: what this person may ask for on the receiver's behalf. */
export async function offersTo(world: World, by: PersonId, receiver?: PersonId): Promise<Offers> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.personLately(by),
    world.directory.groupsLately(groupsThatAsk(catalog.policies)),
  ])
  if (refuseUnlessMember(person)) return { entitlements: [], forOthers: false }
  const forOthers = catalog.policies.some((policy) => mayAskForSomebody(policy, by, groups))
  const own = entitlementsOf(catalog, by, groups)
  if (receiver === undefined || receiver === by) {
    // Somebody who may only ask for others sees what they may ask for; the receiver is chosen next.
    const others = catalog.targets.flatMap((target) =>
      target.roles.flatMap((role) => {
        const policy = catalog.policies.find(
          (one) =>
            one.targets.includes(target.id) &&
            one.roles.includes(role.id) &&
            mayAskForSomebody(one, by, groups),
        )
        return policy ? [{ target, role, policy }] : []
      }),
    )
    return { entitlements: own.length > 0 ? own : others, forOthers }
  }
  const theirs = entitlementsOf(catalog, by, groups, receiver)
  return { entitlements: theirs.length > 0 ? theirs : own, forOthers }
}

function mayAskForSomebody({ requestFor }: Entitlement['policy'], by: PersonId, groups: Groups): boolean {
  return requestFor !== undefined && includes(requestFor.from, by, groups)
}

/** Each that is not remembered is one question to Slack, which takes about a hundred a minute. */
const MAX_DIRECTORY_LOOKUPS = 60

/**
 * Whom `typed` may have meant, out of those whom the configuration names: for members of the workspace, who see these
 * names in Slack anyway. Nobody when Slack cannot be asked: a suggestion is not worth a failure.
 */
export async function suggestPeople(world: World, by: PersonId, typed: string): Promise<readonly Person[]> {
  const { directory, catalog } = world
  const named = everybodyNamed(catalog())
  try {
    const [reader, groups] = await Promise.all([
      directory.personLately(by),
      directory.groupsLately(groupsIn(named)),
    ])
    if (reader.kind !== 'member') return []
    const ids = named.flatMap((who) =>
      who.kind === 'person' ? [who.id] : who.kind === 'group' ? (groups.get(who.id) ?? []) : [],
    )
    const looked = [...new Set(ids)].slice(0, MAX_DIRECTORY_LOOKUPS)
    const people = await Promise.allSettled(looked.map((id) => directory.personLately(id)))
    return nearPeople(
      typed,
      people.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    )
  } catch (error) {
    world.log.debug({ error: String(error) }, 'nobody could be suggested in place of a mistyped name')
    return []
  }
}
