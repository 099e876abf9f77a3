import { cleanText } from '../core/access/reason.ts'
import type { JsonObject } from '../core/connector.ts'
import { channelLane } from '../core/notice.ts'
import { isAttempt, type Refused } from '../core/refusal.ts'
import type { Tx } from '../store/database/transaction.ts'
import type { Asking } from './access/request/request-access.ts'
import type { World } from './world.ts'

/** Somebody asked for what cannot be had: on record, and security reads of it when it was not a mere mistake. */
export async function recordRefusal(
  world: World,
  asking: Asking,
  answer: Refused,
  detail?: JsonObject,
): Promise<Refused> {
  const catalog = world.catalog()
  const known = catalog.targets.find((target) => target.id === asking.target)
  const role = known?.roles.find((one) => one.id === asking.role)
  await world.store.transaction(async (tx: Tx) => {
    tx.append({
      type: 'request.refused',
      actor: { kind: 'person', id: asking.by },
      subject: asking.receiver ?? asking.by,
      // Names that exist are facts; anything else is what somebody typed, and goes into the erasable part.
      ...(known ? { target: known.id } : {}),
      ...(role ? { role: role.id } : {}),
      policy: catalog.hash,
      outcome: answer.refused.code,
      ...(detail ? { detail } : {}),
      private: {
        reason: cleanText(asking.reason),
        // One that was refused is whatever somebody typed.
        ...(asking.ticket ? { ticket: cleanText(asking.ticket) } : {}),
        ...(known && role ? {} : { typed: cleanText(`${asking.target} ${asking.role}`) }),
      },
    })
    if (isAttempt(answer.refused.code))
      tx.tell({
        lane: channelLane(catalog.securityChannel),
        notice: {
          kind: 'refused',
          person: asking.by,
          code: answer.refused.code,
          target: known?.id ?? '',
          role: role?.id ?? '',
        },
      })
  })
  return answer
}
