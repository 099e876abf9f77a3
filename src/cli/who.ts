import { Command } from 'commander'
import { whoHad } from '../audit/who.ts'
import { formatDuration } from '../core/duration.ts'
import { grantName } from '../core/grant.ts'
import type { Held } from '../core/reads.ts'
import { isRefused } from '../core/refusal.ts'
import { catalogInUse } from './catalog-file.ts'
import { withStore } from './database.ts'
import { moment, print, table } from './print.ts'

export function whoCommand(): Command {
  return new Command('who')
    .description('who has, or had at a moment, an entitlement')
    .argument('[target]')
    .argument('[role]')
    .option('--at <moment>', 'for example 2026-11-20T03:00Z; now when left out')
    .option('--person <id>', 'only this person (Slack id)')
    .option('--json', 'for programs')
    .action(async (target: string | undefined, role: string | undefined, options: WhoOptions) => {
      const catalog = catalogInUse()
      await withStore(async (store) => {
        const answer = await whoHad(store, catalog, {
          ...(target ? { target } : {}),
          ...(role ? { role } : {}),
          ...(options.at ? { at: options.at } : {}),
          ...(options.person ? { person: options.person } : {}),
        })
        if (isRefused(answer)) throw new Error(answer.refused.text)
        print(options.json, { at: answer.at, held: answer.held }, inWords(answer.at, answer.held))
      })
    })
}

type WhoOptions = { readonly at?: string; readonly person?: string; readonly json?: boolean }

function inWords(at: Date, held: readonly Held[]): string {
  if (held.length === 0) return `Nobody had elevated access at ${moment(at)}.`
  const rows = held.map(({ grant, approvers, review, reason }) => [
    grantName(grant.number),
    `${grant.subject.name} (${grant.person})`,
    `${grant.target} ${grant.role}`,
    grant.account ?? '',
    moment(grant.activatedAt),
    grant.revokedAt ? moment(grant.revokedAt) : `until ${moment(grant.expiresAt)}`,
    formatDuration(grant.duration),
    review ? 'break-glass' : approvers.join(', '),
    reason.replaceAll('\n', ' '),
  ])
  const head = ['grant', 'person', 'entitlement', 'account', 'from', 'to', 'asked', 'approved by', 'reason']
  return `At ${moment(at)}:\n${table(head, rows)}`
}
