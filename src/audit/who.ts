import { type Catalog, findTarget } from '../core/catalog.ts'
import { nearest } from '../core/nearest.ts'
import type { PersonId } from '../core/person.ts'
import type { Store } from '../core/ports.ts'
import type { Held } from '../core/reads.ts'
import { oneOf, type Refused, refuse } from '../core/refusal.ts'

const MOST = 200

export type WhoAsk = {
  readonly target?: string
  readonly role?: string
  readonly person?: PersonId
  /** As typed; undefined means now. */
  readonly at?: string
}

/** Who has an entitlement, or had it at a moment. */
export async function whoHad(
  store: Pick<Store, 'reads'>,
  catalog: Catalog,
  ask: WhoAsk,
): Promise<{ readonly at: Date; readonly held: readonly Held[] } | Refused> {
  const at = ask.at === undefined ? await store.reads.now() : readMoment(ask.at)
  if (!at) return refuse('unknown-date', `“${ask.at}” is not a moment: ${MOMENT_HELP}.`, 'date')
  const known = ask.target === undefined ? undefined : findTarget(catalog, ask.target)
  const held = await store.reads.held({
    from: at,
    to: at,
    limit: MOST,
    ...(ask.target ? { target: ask.target } : {}),
    ...(ask.role ? { role: ask.role } : {}),
    ...(ask.person ? { person: ask.person } : {}),
  })
  // A target that left the configuration still has a past, so only a name without any past is refused.
  if (ask.target && !known && held.length === 0) return unknownTarget(catalog, ask.target)
  if (ask.role && known && held.length === 0 && !known.roles.some((role) => role.id === ask.role)) {
    const roles = known.roles.map((role) => role.id)
    const near = nearest(ask.role, roles)
    return refuse(
      'unknown-role',
      `There is no role “${ask.role}” on ${known.id}. ${near ? `Did you mean ${near}?` : `It has ${oneOf(roles)}.`}`,
      'role',
    )
  }
  return { at, held }
}

function unknownTarget(catalog: Catalog, typed: string): Refused {
  const names = catalog.targets.map((target) => target.id)
  const near = nearest(typed, names)
  return refuse(
    'unknown-target',
    `There is no target “${typed}”. ${near ? `Did you mean ${near}?` : `There are ${oneOf(names)}.`}`,
    'target',
  )
}

export const MOMENT_HELP = 'write 2026-11-20T03:00Z, or 2026-11-20 03:00 for UTC, or 2026-11-20'

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** A moment in one strict grammar, UTC unless it says otherwise. `Date.parse` would accept `2` and 31 February. */
export function readMoment(typed: string): Date | undefined {
  const match = MOMENT.exec(typed.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`)
  const calendar = new Date(`${year}-${month}-${day}T00:00:00Z`)
  const real = !Number.isNaN(calendar.getTime()) && calendar.getUTCDate() === Number(day)
  return real && !Number.isNaN(moment.getTime()) ? moment : undefined
}
