import { userInfo } from 'node:os'
import { Command } from 'commander'
import { isRefused } from '../../core/refusal.ts'
import { type Erased, erasePerson, nothingErased } from '../../operations/people/erase-person.ts'
import { withStore } from '../database.ts'
import { print } from '../print.ts'
import { personId } from './person.ts'

export function eraseCommand(): Command {
  return new Command('erase')
    .description('erase what a person wrote and what was written about them; logs itself, breaks no proof')
    .requiredOption('--person <id>', 'Slack id, for example U0ADA', personId)
    .requiredOption('--reason <text>', 'why; it stays in the audit log')
    .option('--dry-run', 'only say what would be erased')
    .option('--json', 'for programs')
    .action(
      async ({
        dryRun = false,
        json,
        ...ask
      }: {
        readonly person: string
        readonly reason: string
        readonly dryRun?: boolean
        readonly json?: boolean
      }) => {
        await withStore(async (store) => {
          const erased = await erasePerson(store, { ...ask, dryRun, by: userInfo().username })
          if (isRefused(erased)) throw new Error(erased.refused.text)
          print(json, { person: ask.person, dryRun, ...erased }, inWords(ask.person, erased, dryRun))
        })
      },
    )
}

function inWords(person: string, erased: Erased, dryRun: boolean): string {
  if (nothingErased(erased)) return `Nothing of ${person} is left to erase.`
  const rows = Object.entries(erased.rows).filter(([, count]) => count > 0)
  return [
    `${dryRun ? 'Would be erased' : 'Erased'} of ${person}: ${erased.texts} private texts in the audit log.`,
    ...(rows.length > 0
      ? [
          `Rows ${dryRun ? 'to be emptied' : 'emptied'}: ${rows.map(([kind, count]) => `${count} ${kind}`).join(', ')}.`,
        ]
      : []),
    'Not included: messages in Slack, exports and deliveries made before, logs and backups. See docs/privacy.md.',
  ].join('\n')
}
