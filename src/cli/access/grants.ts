import { Command } from 'commander'
import { grantName } from '../../core/access/grant.ts'
import type { GrantRow } from '../../core/reads.ts'
import { withStore } from '../database.ts'
import { moment, print, table } from '../print.ts'

export function grantsCommand(): Command {
  return new Command('grants')
    .description('every grant that is not over')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: boolean }) => {
      await withStore(async (store) => {
        const rows = await store.reads.liveGrants()
        print(json, rows, rows.length === 0 ? 'No grant is live.' : inWords(rows))
      })
    })
}

function inWords(rows: readonly GrantRow[]): string {
  return table(
    ['grant', 'state', 'person', 'entitlement', 'account', 'expires', 'trouble'],
    rows.map(({ grant }) => [
      grantName(grant.number),
      grant.state,
      `${grant.subject.name} (${grant.person})`,
      `${grant.target} ${grant.role}`,
      grant.account ?? '',
      moment(grant.expiresAt),
      grant.lastError ?? '',
    ]),
  )
}
