import { type Grant, type GrantId, grantName } from '../../core/access/grant.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { section } from '../blocks/layout.ts'
import { bold, moment, say } from '../blocks/rich-text.ts'
import { tellRefusal } from '../platform/answers.ts'
import type { Door } from '../platform/guard.ts'
import { VIEW } from '../platform/ids.ts'
import { accessOf } from '../words/phrases.ts'
import { durations, lengthsOf, reasonInput, ticketInput } from './ask-form.ts'
import { type Modal, noticeView, plain } from './notice-view.ts'
import { openThen } from './open-view.ts'

const TITLE = 'Extend access'

export function openExtendForm(
  door: Door,
  {
    by,
    grant: id,
    trigger,
    into,
  }: {
    readonly by: PersonId
    readonly grant: GrantId
    readonly trigger: string
    readonly into?: string | undefined
  },
): Promise<undefined> {
  return openThen(door, { trigger, title: TITLE, what: 'open extend form', into }, async () => {
    const grant = await door.verbs.extendable(by, id)
    if (isRefused(grant)) return noticeView(TITLE, await tellRefusal(door, grant))
    const entitlement = await todays(door, by, grant)
    if (isRefused(entitlement)) return noticeView(TITLE, await tellRefusal(door, entitlement))
    const before = await door.queries.request(grant.requestId)
    return extendForm(grant, entitlement, before?.ticket)
  })
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

/** The reason is asked for anew: why it takes longer is not why it was needed. The ticket mostly stays the same. */
export function extendForm(grant: Grant, entitlement: Entitlement, ticket?: string): Modal {
  const until = grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  return {
    type: 'modal',
    callback_id: VIEW.extend,
    private_metadata: grant.id,
    title: plain(TITLE),
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
