import type { Ack } from '../deliver.ts'
import type { Json } from '../json.ts'
import { notify, type Platform } from '../platform.ts'
import type { ActResult } from '../view.ts'
import type { Person } from '../workspace.ts'

/** How an act ended, in the words Slack has for it. */

export const OK: ActResult = { ok: true }

export function refused(error: string, errors?: Record<string, string>): ActResult {
  return { ok: false, error, ...(errors ? { errors } : {}) }
}

/** Delivers an interaction whose acknowledgement carries nothing; the person is told when none comes. */
export async function deliverInteraction(
  platform: Platform,
  person: Person,
  what: string,
  payload: Json,
): Promise<ActResult> {
  if (!platform.manifest.interactivity) return failed(platform, person, what, 'dispatch_failed')
  const ack = await platform.delivery.send('interactive', payload)
  return ack.outcome === 'acked' ? OK : failed(platform, person, what, ack.outcome)
}

export function failed(
  platform: Platform,
  person: Person,
  what: string,
  error: Exclude<Ack['outcome'], 'acked'> | 'invalid_command_response',
): ActResult {
  notify(platform, person.id, `${what} failed with the error "${error}"`)
  return refused(error)
}
