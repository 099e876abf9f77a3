/** A name that Slack did not turn into a person: refused, with those who may have been meant. */
import { isRefused, oneOf, type Refused, refuse } from '../../core/refusal.ts'
import type { Door } from '../platform/guard.ts'

/** A refusal that names may still be added to. */
export type NoSuchPerson = Refused & { readonly unknown: { readonly typed: string; readonly help: string } }

const CHOOSE = "Type @ and choose from Slack's list."

/** `help` says how the whole is written. */
export function noSuchPerson(typed: string, help: string): NoSuchPerson {
  const text = `“${typed}” is not a person Slack knows: type @ and choose from Slack's list. ${help}`
  return { ...refuse('unknown-person', text, 'person'), unknown: { typed, help } }
}

/** The same refusal, or the same with “Did you mean …?”. Never more than words: nothing is done by a name. */
export async function withSuggestions(door: Door, by: string, refused: Refused): Promise<Refused> {
  if (!isNoSuchPerson(refused)) return refused
  const { typed, help } = refused.unknown
  const near = await door.queries.suggestPeople(by, typed)
  if (near.length === 0) return refused
  const names = near.map(({ name, handle }) => (handle ? `${name} (@${handle})` : name))
  const text = `“${typed}” is not a person Slack knows. Did you mean ${oneOf(names)}? ${CHOOSE} ${help}`
  return refuse('unknown-person', text, 'person')
}

function isNoSuchPerson(refused: Refused): refused is NoSuchPerson {
  return isRefused(refused) && 'unknown' in refused
}
