import { isSecurity } from '../../../core/access/audience.ts'
import {
  mayEndPreApproval,
  type PreApproval,
  type PreApprovalEnd,
  preApprovalName,
} from '../../../core/access/pre-approval.ts'
import type { PreApprovalId } from '../../../core/ids.ts'
import { preApprovalEnded } from '../../../core/log/grant-events.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import { sentence } from '../../../core/refusal.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'
import { refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'

/** Takes a yes given beforehand back: whoever gave it, has it, or watches over access. What it has approved stays. */
export async function endPreApproval(
  world: World,
  { by, id }: { readonly by: PersonId; readonly id: PreApprovalId },
): Promise<PreApproval> {
  const seen = await world.store.preApprovals.byId(id)
  if (!seen) throw refusal('unknown-pre-approval', 'There is no such pre-approval.')
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  const name = preApprovalName(seen.number)
  if (!mayEndPreApproval(seen, person, isSecurity(catalog, person, groups)))
    throw refusal(
      'not-yours',
      sentence`Only ${{ person: seen.giver }}, who gave ${name}, ${{ person: seen.person }}, who has it, and security can end it.`,
    )
  return world.store.transaction(async (tx) => {
    const one = await tx.preApprovals.end(id, { by })
    if (!one) throw refusal('already-closed', `${name} is over already; nothing was changed.`)
    await recordEnd(world, tx, one, { by })
    return one
  })
}

/** `P-12`. */
export async function endPreApprovalByName(
  world: World,
  { by, number }: { readonly by: PersonId; readonly number: number },
): Promise<PreApproval> {
  const one = await world.store.preApprovals.byNumber(number)
  if (!one) throw refusal('unknown-pre-approval', `There is no pre-approval ${preApprovalName(number)}.`)
  return endPreApproval(world, { by, id: one.id })
}

/** Its time is over: nothing depends on this but that it is on record and no longer shown. True when this call noted it. */
export async function lapsePreApproval(world: World, id: PreApprovalId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const one = await tx.preApprovals.end(id, 'time-over')
    if (!one) return false
    await recordEnd(world, tx, one, 'time-over')
    return true
  })
}

/**
 * Ends what somebody who left had given or was given. Nothing would be approved by it any more; but it would still
 * stand in lists, and hold again if the account came back.
 */
export async function endPreApprovalsOfLeaver(world: World, left: PersonId): Promise<void> {
  for (const { id } of await world.store.preApprovals.live({ concerns: left }, MOST))
    await world.store.transaction(async (tx) => {
      const one = await tx.preApprovals.end(id, { left })
      if (!one) return
      await recordEnd(world, tx, one, { left })
    })
}

/** More than anybody gives or is given; what is beyond it is found when the sweeper comes by again. */
const MOST = 200

function recordEnd(world: World, tx: Tx, one: PreApproval, how: PreApprovalEnd): Promise<void> {
  const catalog = world.catalog()
  return record(catalog, tx, preApprovalEnded(one, catalog.hash, how), { one, how })
}
