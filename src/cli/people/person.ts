import { Command, InvalidArgumentError } from 'commander'
import { prepareFolder, writeBelow } from '../../audit/files.ts'
import type { JsonObject } from '../../core/connector.ts'
import { withStore } from '../database.ts'
import { recordExport } from '../log/audit-files.ts'
import { print } from '../print.ts'

type Everything = Readonly<Record<string, readonly JsonObject[]>>

export function personCommand(): Command {
  const command = new Command('person')
  return command
    .description('everything that is kept about one person, for that person')
    .argument('<id>', 'Slack id, for example U0ADA', personId)
    .option('--out <folder>', 'a new or empty folder: a file for each kind, and what they are')
    .option('--json', 'all of it here')
    .action(async (person: string, { out, json }: { readonly out?: string; readonly json?: boolean }) => {
      if (!out === !json) command.error('error: give either --out FOLDER or --json', { exitCode: 2 })
      if (out && !(await prepareFolder(out))) throw new Error(`${out} is not empty. Give a new folder.`)
      await recordExport({ formats: ['person'], person })
      const kept = await withStore((store) => store.privacy.everythingOf(person))
      if (out) await writeAll(out, person, kept)
      print(json, { person, ...kept }, `${said(kept)}, in ${out}.`)
    })
}

async function writeAll(folder: string, person: string, kept: Everything): Promise<void> {
  for (const [kind, rows] of Object.entries(kept))
    await writeBelow(folder, `${kind}.json`, `${JSON.stringify(rows, null, 2)}\n`)
  const lines = Object.entries(kept).map(
    ([kind, rows]) =>
      `${`${kind}.json`.padEnd(22)}${String(rows.length).padStart(6)}  ${MEANING[kind] ?? ''}`,
  )
  await writeBelow(
    folder,
    'README.txt',
    `What elevate keeps about ${person}. Times are in UTC. Texts that were erased are empty.\n\n${lines.join('\n')}\n`,
  )
}

const MEANING: Readonly<Record<string, string>> = {
  requests: 'access this person asked for, or that was asked for them',
  decisions: 'yes or no, by this person or on what they asked for',
  reviews: 'reviews of break-glass, by this person or of theirs',
  grants: 'access this person had, or ended',
  standing_access: 'access without a grant that this person accepted or took away',
  pre_approvals: 'approvals given beforehand, by this person or to them',
  activity: 'what was done with the access this person had',
  activity_records:
    'the records of that: how much was kept, what is missing, and the hash that the audit log has',
  messages: 'where messages about their requests stand in Slack',
  home: 'when their Home was last open',
  checks: 'when Slack was last asked whether they are still there',
  events: 'the audit log: what they did and what was about them, with the private texts that are left',
}

function said(kept: Everything): string {
  return Object.entries(kept)
    .filter(([, rows]) => rows.length > 0)
    .map(([kind, rows]) => `${rows.length} ${kind.replaceAll('_', ' ')}`)
    .join(', ')
}

/** As commander wants it: wrong use, not a refusal. */
export function personId(typed: string): string {
  if (/^[UW][A-Z0-9]{1,20}$/.test(typed)) return typed
  throw new InvalidArgumentError('This is not a person’s Slack id (U… or W…).')
}
