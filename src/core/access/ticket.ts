/**
 * The ticket that a request names: the place where the work is written down. What matches the operator's pattern is
 * a name and not somebody's words, so it is readable in the audit log; what does not is refused.
 */
import type { Catalog, TicketRule } from '../catalog.ts'
import { type Refused, refuse } from '../refusal.ts'
import { cleanText, lengthOf } from './reason.ts'

/** Characters. A ticket is a name, not a text: it is in the part of the audit log that cannot be erased. */
export const TICKET_MAX = 64

/** What surrounds a word in a sentence and does not belong to it. */
const AROUND = /^[\s"'“”„‘’«»`([{<#]+|[\s"'“”„‘’«»`)\]}>.,;:!?]+$/g

export type TicketAsk = {
  /** As typed into its own field. */
  readonly ticket?: string | undefined
  readonly reason: string
  /** The one that was named before, when access is to go on. */
  readonly earlierTicket?: string | undefined
}

/** The ticket, undefined where none is named and none has to be, or what is wrong with it. */
export function readTicket(rule: TicketRule | undefined, ask: TicketAsk): string | undefined | Refused {
  if (!rule) return undefined
  const typed = cleanText(ask.ticket ?? '')
  if (typed !== '') return isTicket(rule, typed) ? typed : refuse('ticket-pattern', { typed, ...form(rule) })
  const found = ticketIn(rule, ask.reason)
  if (found !== undefined) return found
  if (ask.earlierTicket !== undefined && isTicket(rule, ask.earlierTicket)) return ask.earlierTicket
  return rule.required ? refuse('ticket-missing', form(rule)) : undefined
}

/** The first word that is a ticket. */
export function ticketIn(rule: TicketRule, text: string): string | undefined {
  for (const word of cleanText(text).split(/\s+/)) {
    const bare = word.replace(AROUND, '')
    const found = [word, bare].find((one) => isTicket(rule, one))
    if (found !== undefined) return found
  }
  return undefined
}

function isTicket(rule: TicketRule, word: string): boolean {
  return word !== '' && lengthOf(word) <= TICKET_MAX && rule.pattern.test(word)
}

const form = ({ pattern, hint }: TicketRule) => ({ pattern: pattern.source, hint })

/** Where it can be read. Only the operator says where links lead; the name is encoded, so it cannot leave its place. */
export function ticketLink(rule: TicketRule | undefined, ticket: string): string | undefined {
  return rule?.link?.replaceAll('{ticket}', () => encodeURIComponent(ticket))
}

/** The same for a request, by the rule it was asked under as that stands today. */
export function ticketUrlOf(
  catalog: Catalog,
  { ticket, policyName }: { readonly ticket: string | undefined; readonly policyName: string },
): string | undefined {
  if (ticket === undefined) return undefined
  return ticketLink(catalog.policies.find((policy) => policy.name === policyName)?.ticket, ticket)
}
