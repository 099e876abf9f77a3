import { inspectOptions } from '../block-rules/inspect.ts'
import { isObject, type Json } from '../json.ts'
import { interaction } from '../payloads.ts'
import { notify, type Platform } from '../platform.ts'
import type { Place, Suggestions } from '../view.ts'
import type { Person } from '../workspace.ts'
import { around, elementOf, spotOf } from './press.ts'

/** Slack asks an app for options only once this much was typed. */
export const SHORTEST_QUERY = 3

export type Question = {
  readonly place: Place
  readonly block_id: string
  readonly action_id: string
  readonly value: string
}

/** What an external select offers while the person types. An unusable answer offers nothing, and says so. */
export async function suggest(platform: Platform, person: Person, question: Question): Promise<Suggestions> {
  const spot = spotOf(platform, person, question.place)
  const found = spot && elementOf(spot, question.block_id, question.action_id)
  if (!spot || !found) return { options: [] }
  if (question.value.length < Number(found.element.min_query_length ?? SHORTEST_QUERY)) return { options: [] }
  const ack = await platform.delivery.send('interactive', {
    ...interaction(platform, 'block_suggestion', person),
    ...around(platform, person, spot, found),
    block_id: question.block_id,
    action_id: question.action_id,
    value: question.value,
  })
  const answer = ack.outcome === 'acked' ? (ack.payload ?? {}) : undefined
  if (!answer || inspectOptions(answer).length > 0) {
    notify(platform, person.id, 'The options could not be loaded.')
    return { options: [] }
  }
  return { options: offered(answer) }
}

function offered(answer: Json): Suggestions['options'] {
  const groups = Array.isArray(answer.option_groups) ? (answer.option_groups as Json[]) : [answer]
  return groups
    .filter(isObject)
    .flatMap((group) =>
      Array.isArray(group.options) ? group.options : [],
    ) as Suggestions['options'][number][]
}
