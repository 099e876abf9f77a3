/** How a scenario begins, where the way there is not what it is about. */

import { vi } from 'vitest'
import type { Grant } from '../../src/core/access/grant.ts'
import type { Request } from '../../src/core/access/request.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import type { World } from '../../src/operations/world.ts'
import { BEN } from '../support/workspace.ts'
import type { TestWorld } from '../support/world.ts'

/** Long enough for a busy machine; nothing waits longer than it must. */
export const SOON = { timeout: 20_000, interval: 20 }

export type Wanted = {
  readonly by: string
  readonly target: string
  readonly role: string
  readonly approvers?: readonly string[]
  readonly reason?: string
  readonly startsAt?: Date
}

export async function asked(world: World, { by, target, role, reason, startsAt }: Wanted): Promise<Request> {
  const answer = await bindVerbs(world).requestAccess({
    by,
    target,
    role,
    duration: '1h',
    reason: reason ?? 'for INC-1',
    startsAt,
  })
  if (isRefused(answer)) throw new Error(JSON.stringify(answer.refused))
  return answer.request
}

/** Asked for, approved, and there. */
export async function given(world: World, wanted: Wanted): Promise<Grant> {
  const request = await asked(world, wanted)
  for (const by of wanted.approvers ?? [BEN]) {
    const decided = await bindVerbs(world).decideRequest({
      request: request.id,
      by,
      verdict: 'approve',
      note: '',
    })
    if (isRefused(decided)) throw new Error(JSON.stringify(decided.refused))
  }
  return vi.waitFor(async () => {
    const grant = await world.store.reads.grantOfRequest(request.id)
    if (grant?.state !== 'active') throw new Error(`the grant is ${grant?.state}: ${grant?.lastError}`)
    return grant
  }, SOON)
}

/** It is this long before its end now, as if the rest had passed. */
export async function passTimeUntil(test: TestWorld, id: string, left: string): Promise<void> {
  const times = ['activated_at', 'expires_at', 'wake_at', 'warn_at']
  await test.rows(
    `set session_replication_role = replica;
     update elevate.access_grant g set ${times.map((at) => `${at} = g.${at} - passed`).join(', ')}
     from (select expires_at - clock_timestamp() - interval '${left}' as passed
       from elevate.access_grant where id = '${id}') as one where g.id = '${id}'`,
  )
}

/** Its start has come, as if the time until then had passed. */
export async function passTimeToStart(test: TestWorld, id: string): Promise<void> {
  const times = ['created_at', 'starts_at', 'wake_at', 'provision_by', 'not_after']
  await test.rows(
    `set session_replication_role = replica;
     update elevate.access_grant g set ${times.map((at) => `${at} = g.${at} - passed`).join(', ')}
     from (select starts_at - clock_timestamp() as passed
       from elevate.access_grant where id = '${id}') as one where g.id = '${id}'`,
  )
}

/** Its time is over now, as if it had passed; past the triggers, which forbid that to the application. */
export async function passTime(test: TestWorld, which: string): Promise<void> {
  await test.rows(
    `set session_replication_role = replica;
     update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp() where state = 'active' and (${which})`,
  )
}
