import { clamp } from '../../core/access/reason.ts'
import { findRole } from '../../core/catalog.ts'
import { ConnectorError } from '../../core/connector.ts'
import type { StandingId } from '../../core/ids.ts'
import { standingRemoved } from '../../core/log/standing-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Standing } from '../../core/standing/standing.ts'
import { notify } from '../record.ts'
import { refusal, refuseUnlessSecurity } from '../refusals.ts'
import type { World } from '../world.ts'
import { settled } from './accept-standing.ts'

export type Taking = { readonly access: StandingId; readonly by: PersonId }

const CALL_TIMEOUT_MS = 60_000

/** For the form: what would be taken, to somebody who may, and only where elevate can. */
export async function offerTake(
  world: World,
  { access, by }: Taking,
): Promise<{ readonly standing: Standing }> {
  const standing = await world.store.standing.one(access)
  if (!standing) throw refusal('unknown-standing', 'There is no such standing access.')
  const { target, role } = standing
  await refuseUnlessSecurity(world, by, { verdict: 'take-away', target, role })
  if (standing.state === 'removed' || standing.state === 'gone') throw settled(standing)
  if (standing.beyond) throw refusal('target-refused', `elevate cannot take it. ${standing.beyond}`)
  return { standing }
}

/**
 * Takes in the target what elevate did not give. Who did it is written down before the target is asked: should this
 * process die in between, the next look finds it gone, and knows why.
 */
export async function takeStanding(
  world: World,
  taking: Taking,
): Promise<{ readonly standing: Standing; readonly sessionsEnded: number }> {
  const offered = await offerTake(world, taking)
  const { target, role, account, leftover } = offered.standing
  const connector = world.connector(target)
  const entitlement = findRole(world.catalog(), target, role)?.settings
  const takeAway = connector?.takeAway?.bind(connector)
  if (!takeAway || !entitlement)
    throw refusal('target-refused', `elevate cannot take ${role} on ${target} from anybody now.`)
  const since = await world.store.reads.now()
  const backing = await world.store.standing.backing([target], since)
  if (leftover && backing.some((one) => one.account === account && one.role === role))
    throw refusal('already-closed', `A grant gives ${account} this access now; end the grant.`)
  const noted = await world.store.transaction((tx) => tx.standing.taking(taking.access, taking.by))
  if (!noted) throw refusal('already-closed', 'It is over already; nothing was changed.')
  let sessionsEnded: number
  try {
    const holding = { account, role, entitlement, leftover }
    sessionsEnded = (await takeAway(holding, AbortSignal.timeout(CALL_TIMEOUT_MS))).sessionsEnded
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    throw refusal('target-refused', `${target} said: ${clamp(error.message, 500)}`)
  }
  const standing = await world.store.transaction(async (tx) => {
    const row = await tx.standing.removed(taking.access, taking.by)
    // A look came by and saw that it was gone: it has said all this.
    if (!row) return undefined
    const catalog = world.catalog()
    tx.append(standingRemoved(row, { by: taking.by, policy: catalog.hash }, sessionsEnded))
    await notify(catalog, tx, 'standing access changed', { report: row.report })
    return row
  })
  return { standing: standing ?? noted, sessionsEnded }
}
