import { type Grant, grantName } from '../../core/access/grant.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import type { GrantId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { section } from '../blocks/layout.ts'
import { bold, moment, say } from '../blocks/rich-text.ts'
import { type Modal, type Produced, plain } from '../platform/dialog.ts'
import type { Door } from '../platform/guard.ts'
import { VIEW } from '../platform/ids.ts'
import { accessOf } from '../words/phrases.ts'
import { durations, lengthsOf, reasonInput, ticketInput } from './ask-form.ts'

export const EXTEND_TITLE = 'Extend access'

/** The form for how long and why. Whose access it is, is judged by the verb. */
export async function drawExtendForm(door: Door, by: PersonId, id: GrantId): Promise<Produced> {
  const grant = await door.verbs.extendable(by, id)
  if (isRefused(grant)) return grant
  const entitlement = await todays(door, by, grant)
  if (isRefused(entitlement)) return entitlement
  const before = await door.queries.request(grant.requestId)
  return extendForm(grant, entitlement, before?.ticket)
}

/** What today's policy says about asking for the same. */
async function todays(door: Door, by: PersonId, grant: Grant): Promise<Entitlement | Refused> {
  const explained = await door.verbs.explainAccess({ by, target: grant.target, role: grant.role })
  if (isRefused(explained)) return explained
  const catalog = door.catalog()
  const target = findTarget(catalog, grant.target)
  const role = findRole(catalog, grant.target, grant.role)
  if (target && role) return { target, role, policy: explained.policy }
  return refuse('unknown-target', `There is no ${grant.role} on ${grant.target} any more.`)
}

/** The reason is asked for again: why it takes longer is not why it was needed. The ticket mostly stays the same. */
export function extendForm(grant: Grant, entitlement: Entitlement, ticket?: string): Modal {
  const until = grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  return {
    type: 'modal',
    callback_id: VIEW.extend,
    private_metadata: grant.id,
    title: plain(EXTEND_TITLE),
    submit: plain('Ask'),
    close: plain('Cancel'),
    blocks: [
      section(
        say`${bold(grantName(grant.number))}: you have ${accessOf(grant)}${until}. What is approved is added to that.`,
      ),
      ...durations(lengthsOf(entitlement), { label: 'How much longer' }),
      ...ticketInput(entitlement.policy.ticket, ticket),
      reasonInput([entitlement]),
    ],
  }
}
