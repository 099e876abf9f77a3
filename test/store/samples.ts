// Requests and grants in the state a test needs, made through the store itself.

import type { Claim, Grant } from '../../src/core/access/grant.ts'
import type { NewRequest, Request } from '../../src/core/access/request.ts'
import type { AuditEvent } from '../../src/core/log/audit-event.ts'
import type { StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute } from '../support/postgres.ts'

let people = 0

/** Somebody whom no other test uses. */
export function someone(): string {
  return `U${String(++people).padStart(6, '0')}`
}

export const anEvent: AuditEvent = { type: 'request.created', actor: { kind: 'person', id: 'U1' } }

export async function openRequest(store: StoreHandle, over: Partial<NewRequest> = {}): Promise<Request> {
  const request = {
    requester: someone(),
    target: 'orders-db',
    role: 'read',
    duration: 3600,
    reason: 'a customer waits',
    policyName: 'engineers',
    policyHash: 'f00d',
    lapseAfter: 600,
    ...over,
  }
  return must(await store.transaction((tx) => tx.requests.open(request, ['channel:C1'])))
}

export type GrantOver = Partial<NewRequest> & { readonly provisionWithin?: number }

export async function openGrant(store: StoreHandle, over: GrantOver = {}): Promise<Grant> {
  const request = await openRequest(store, over)
  return store.transaction(async (tx) => {
    await tx.requests.decide(request.id, { approver: 'U000BOSS', verdict: 'approve', self: false, note: '' })
    await tx.requests.close(request, 'approved', 'U000BOSS')
    return tx.grants.open({
      requestId: request.id,
      person: request.requester,
      target: request.target,
      role: request.role,
      entitlement: { group: 'readers' },
      subject: { person: request.requester, name: 'Ada' },
      duration: request.duration,
      policyHash: request.policyHash,
      provisionWithin: over.provisionWithin ?? 300,
      prolongs: request.prolongs,
      startsAt: request.startsAt,
    })
  })
}

/** A claim on a grant that is being provisioned, its account named. */
export async function claimNamed(store: StoreHandle, over: GrantOver = {}, account?: string): Promise<Claim> {
  const opened = await openGrant(store, over)
  const claim = must(await store.claims.one(opened.id))
  const grant = must(await store.transaction((tx) => tx.grants.nameAccount(claim, account ?? opened.person)))
  return { ...claim, grant }
}

export async function activeGrant(
  store: StoreHandle,
  over: GrantOver = {},
  account?: string,
): Promise<Grant> {
  const claim = await claimNamed(store, over, account)
  return must(
    await store.transaction((tx) => tx.grants.activate(claim, { preexisting: false, howTo: [], ids: {} })),
  )
}

export async function endGrant(store: StoreHandle, grant: Grant): Promise<Grant> {
  const why = { reason: 'returned', by: grant.person, note: '' } as const
  return must(await store.transaction((tx) => tx.grants.end(grant, why)))
}

/**
 * Lets time pass for one grant, by moving all its times back. Only a superuser with the guards asleep can do this;
 * it spares the tests every kind of waiting.
 */
export async function letPass(url: string, grant: Pick<Grant, 'id'>, seconds: number): Promise<void> {
  const times = [
    'created_at',
    'starts_at',
    'provision_by',
    'not_after',
    'activated_at',
    'expires_at',
    'due_at',
    'stuck_since',
    'wake_at',
    'warn_at',
  ]
  await execute(
    url,
    `set session_replication_role = replica;
     update elevate.access_grant set ${times.map((at) => `${at} = ${at} - interval '${seconds} s'`).join(', ')}
     where id = '${grant.id}'`,
  )
}
