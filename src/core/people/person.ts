/** People as the workspace knows them. Ids are Slack's (`U…`, `W…`) and never change; names are for reading. */

export type PersonId = string
export type GroupId = string
export type ChannelId = string

export type PersonKind = 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger'

export type Person = {
  readonly id: PersonId
  readonly kind: PersonKind
  readonly name: string
  /** What others type after an @, as far as Slack tells. Chosen freely: never used to find out who somebody is. */
  readonly handle?: string
  readonly email?: string
  /** IANA name, for quiet hours and dates in words. */
  readonly timezone?: string
}

/** At the keyboard or not, as Slack says; it knows nothing of holidays. */
export type Presence = 'active' | 'away'

/** Whom a policy names. */
export type Who =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'person'; readonly id: PersonId }
  | { readonly kind: 'group'; readonly id: GroupId }

/**
 * The members of every group that a question needs, read from Slack for this question. A group that could not be
 * read is absent, and an absent group contains nobody: unreadable means no access, never "probably fine".
 */
export type Groups = ReadonlyMap<GroupId, readonly PersonId[]>

export function includes(who: readonly Who[], person: PersonId, groups: Groups): boolean {
  return who.some((one) => isMeant(one, person, groups))
}

function isMeant(one: Who, person: PersonId, groups: Groups): boolean {
  if (one.kind === 'everyone') return true
  if (one.kind === 'person') return one.id === person
  return groups.get(one.id)?.includes(person) ?? false
}

/** By which entries of the list this person is meant, for the record: ids of groups, their own id, `everyone`. */
export function entitledThrough(who: readonly Who[], person: PersonId, groups: Groups): string[] {
  const meant = who.filter((one) => isMeant(one, person, groups))
  return [...new Set(meant.map((one) => (one.kind === 'everyone' ? 'everyone' : one.id)))]
}

export function groupsIn(who: readonly Who[]): GroupId[] {
  return who.flatMap((one) => (one.kind === 'group' ? [one.id] : []))
}

/** Groups of the list in which nobody is, or which could not be read. */
export function emptyGroups(who: readonly Who[], groups: Groups): GroupId[] {
  return [...new Set(groupsIn(who))].filter((id) => (groups.get(id) ?? []).length === 0)
}

/** Everybody whom the list names one by one; undefined where it says `everyone`. */
export function membersOf(who: readonly Who[], groups: Groups): PersonId[] | undefined {
  if (who.some((one) => one.kind === 'everyone')) return undefined
  return [
    ...new Set(
      who.flatMap((one) =>
        one.kind === 'person' ? [one.id] : one.kind === 'group' ? (groups.get(one.id) ?? []) : [],
      ),
    ),
  ]
}

/** Who the access is for, as far as a target may need to know. */
export type Subject = {
  readonly person: string
  readonly name: string
  readonly email?: string
}

/** Whom a message mentions, and whom it only names. */
export type Alert = { readonly mention: readonly Who[]; readonly named: readonly string[] }
