/** What can be read of requests and grants outside of a transaction. Types only. */
import type { Grant } from './access/grant.ts'
import type { Request, Review } from './access/request.ts'
import type { RequestId } from './ids.ts'
import type { Lane } from './notice.ts'
import type { ChannelId, PersonId } from './people/person.ts'

/** A message of ours in Slack, kept so that it can be redrawn. */
export type Posted = {
  readonly lane: Lane
  readonly channel: ChannelId
  readonly ts: string
  readonly request: RequestId
}

export type GrantRow = {
  readonly grant: Grant
  readonly request: Request
}

/** Who had an entitlement over which stretch of time. */
export type Held = {
  readonly grant: Grant
  /** The number of the request it came of. */
  readonly request: number
  readonly reason: string
  readonly approvers: readonly PersonId[]
  /** Where nobody approved it, because it was taken by break-glass. */
  readonly review?: Review | undefined
  /** Where a rule of the configuration approved it, and nobody. */
  readonly rule?: string | undefined
}
