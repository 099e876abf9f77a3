import { cleanText } from '../../core/access/reason.ts'
import { type Catalog, findTarget } from '../../core/catalog.ts'
import { standingAccepted } from '../../core/log/standing-events.ts'
import { operatorNamed, type Standing } from '../../core/standing/standing.ts'
import type { Store } from '../../store/database/open-store.ts'
import { notify } from '../record.ts'
import { refusal } from '../refusals.ts'
import { readUntil } from './accept-standing.ts'

export type AcceptingAsOperator = {
  readonly target: string
  readonly account?: string
  readonly role?: string
  readonly reason: string
  readonly until?: string
  /** Login name of whoever sits at the terminal. */
  readonly by: string
}

/** The baseline from the terminal: the right to it is the right to the database. */
export async function acceptAsOperator(
  store: Pick<Store, 'standing' | 'reads' | 'transaction'>,
  catalog: Catalog,
  ask: AcceptingAsOperator,
): Promise<{ readonly accepted: readonly Standing[] }> {
  const { target, account, role, by } = ask
  if (!findTarget(catalog, target))
    throw refusal('unknown-target', `There is no target “${target}”.`, { field: 'target' })
  const reason = cleanText(ask.reason)
  if (!reason) throw refusal('reason-missing', 'Please say why it is meant.', { field: 'note' })
  const until = readUntil(ask.until ?? '', await store.reads.now())
  const meant = (await store.standing.present(target)).filter(
    (one) =>
      one.state === 'open' &&
      (account === undefined || one.account === account) &&
      (role === undefined || one.role === role),
  )
  if (meant.length === 0)
    throw refusal('unknown-standing', 'Nothing like that is open. `elevate standing` shows what is known.')
  const accepted = await store.transaction(async (tx) => {
    const rows: Standing[] = []
    for (const { id } of meant) {
      const row = await tx.standing.accept(id, { by: operatorNamed(by), why: reason, until })
      if (row) rows.push(row)
    }
    for (const row of rows)
      tx.append(
        standingAccepted(row, { by: { kind: 'operator', id: by }, policy: catalog.hash }, { until, reason }),
      )
    for (const report of new Set(rows.map((row) => row.report)))
      await notify(catalog, tx, 'standing access changed', { report })
    return rows
  })
  return { accepted }
}
