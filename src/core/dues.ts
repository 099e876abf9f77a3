/** What is due by the rows' times beside the work on targets. Types only. */
import type { GrantId } from './grant.ts'
import type { PersonId } from './person.ts'

export type Dues = {
  /** Grants whose holders are to be told that they end, while there is time left to do something about it. */
  ending(limit: number): Promise<readonly GrantId[]>
  /** Who, of those that have or want access, was not asked about for a while; each is named to one of us only. */
  personToCheck(): Promise<PersonId | undefined>
}
