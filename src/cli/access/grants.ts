import { Command } from 'commander'
import { moment } from '../../audit/report/timeline.ts'
import { grantName } from '../../core/access/grant.ts'
import type { GrantRow } from '../../core/reads.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { operatorName, withElevate } from '../open.ts'
import { print, table } from '../print.ts'
import { readGrant } from '../typed.ts'

/** `elevate grants` */
export function grantsCommand(): Command {
  return new Command('grants')
    .description('every grant that is not over')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await withElevate(({ queries }) => queries.liveGrants())
      print(json, rows, rows.length === 0 ? 'No grant is live.' : inWords(rows))
    })
}

/** `elevate revoke`: works also while the bot is down, which then removes the access when it starts. */
export function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a grant now; the running bot takes the access back')
    .argument('<grant>', 'for example G-12')
    .requiredOption('--reason <text>', 'why; the holder will read it')
    .option('--json', 'for programs')
    .action(async (name: string, { reason, json }: { reason: string; json?: boolean }) => {
      const number = readGrant(name)
      const { grant } = unlessRefused(
        await withElevate(({ verbs }) => verbs.endAsOperator({ number, by: operatorName(), note: reason })),
      )
      print(json, grant, `${grantName(grant.number)} is ending.`)
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
