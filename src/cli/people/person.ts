import { Command } from 'commander'
import { prepareFolder, writeBelow } from '../../audit/files.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Erased, nothingErased } from '../../operations/people/privacy.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { wrongUse } from '../exit-codes.ts'
import { recordExport } from '../log/audit-files.ts'
import { operatorName, withElevate } from '../open.ts'
import { print } from '../print.ts'
import { readPersonId } from '../typed.ts'

type Everything = Readonly<Record<string, readonly JsonObject[]>>

/** `elevate person`: what the law calls a subject access request. Recorded in the audit log before anything leaves. */
export function personCommand(): Command {
  const command = new Command('person')
  return command
    .description('everything that is kept about one person, for that person')
    .argument('<id>', 'Slack id, for example U0ADA', readPersonId)
    .option('--out <folder>', 'a new or empty folder: a file for each kind, and what they are')
    .option('--json', 'all of it here')
    .action(async (person: string, { out, json }: { readonly out?: string; readonly json?: boolean }) => {
      if (!out === !json) wrongUse(command, 'give either --out FOLDER or --json')
      if (out) await prepareFolder(out)
      const kept = await withElevate(async (inside) => {
        await recordExport(inside, { formats: ['person'], person })
        return inside.queries.everythingOf(person)
      })
      if (out) await writeAll(out, person, kept)
      print(json, { person, ...kept }, `${inWords(kept)}, in ${out}.`)
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

/** What each file has, for README.txt. */
const MEANING: Readonly<Record<string, string>> = {
  requests: 'access this person asked for, or that was asked for them',
  decisions: 'yes or no, by this person or on what they asked for',
  reviews: 'reviews of break-glass, by this person or of theirs',
  grants: 'access this person had, or ended',
  standing_access: 'access without a grant that this person accepted or took away',
  pre_approvals: 'pre-approvals, given by this person or to them',
  activity: 'what was done with the access this person had',
  activity_records:
    'the records of that: how much was kept, what is missing, and the hash that the audit log has',
  messages: 'where messages about their requests are in Slack',
  home: 'when their Home was last open',
  checks: 'when Slack was last asked whether they are still there',
  events: 'the audit log: what they did and what was about them, with the private texts that are left',
}

function inWords(kept: Everything): string {
  return Object.entries(kept)
    .filter(([, rows]) => rows.length > 0)
    .map(([kind, rows]) => `${rows.length} ${kind.replaceAll('_', ' ')}`)
    .join(', ')
}

/** `elevate erase` */
export function eraseCommand(): Command {
  return new Command('erase')
    .description('erase what a person wrote and what was written about them; logs itself, breaks no proof')
    .requiredOption('--person <id>', 'Slack id, for example U0ADA', readPersonId)
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
        const erased = unlessRefused(
          await withElevate(({ verbs }) => verbs.erasePerson({ ...ask, dryRun, by: operatorName() })),
        )
        print(json, { person: ask.person, dryRun, ...erased }, erasedInWords(ask.person, erased, dryRun))
      },
    )
}

function erasedInWords(person: string, erased: Erased, dryRun: boolean): string {
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
