import type { Grant } from '../../../core/access/grant.ts'
import type { Access } from '../../../core/connector.ts'

/** What a connector needs to know of a grant whose account is known. */
export function accessOf(grant: Grant, account: string, preexisting: boolean): Access {
  return {
    grantId: grant.accountFor,
    grantNumber: grant.number,
    target: grant.target,
    role: grant.role,
    account,
    entitlement: grant.entitlement,
    subject: grant.subject,
    notAfter: grant.notAfter,
    preexisting,
  }
}
