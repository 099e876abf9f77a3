import { Command } from 'commander'
import { activitySql } from '../../app/operator.ts'
import { recordText } from '../../audit/evidence/activity-file.ts'
import { moment } from '../../audit/report/timeline.ts'
import { type Grant, grantName } from '../../core/access/grant.ts'
import {
  type ActivitySummary,
  classCounts,
  classOf,
  type KeptEntry,
  type RecordCheck,
} from '../../core/activity/activity.ts'
import { erasedWords, isErased, type JudgedRecord, judgeRecord } from '../../core/activity/activity-record.ts'
import { findTarget, type Target } from '../../core/catalog.ts'
import { foundWanting } from '../exit-codes.ts'
import { catalogInUse, withElevate } from '../open.ts'
import { print, table } from '../print.ts'
import { grantNumber, readGrant } from '../typed.ts'

/** `elevate activity`: exit code 1 when the record is not the one that the audit log names. */
export function activityCommand(): Command {
  return new Command('activity')
    .description('what was done under a grant')
    .argument('<grant>', 'its number: G-12')
    .option(
      '--record',
      'the record as its hash is computed, one entry a line, with commitments in place of texts',
    )
    .option(
      '--json',
      'for programs: the record with its texts and their salts, and whether everything is accounted for',
    )
    .action(showActivity)
    .addCommand(installSqlCommand())
}

type Shown = {
  readonly grant: Grant
  readonly summary: ActivitySummary
  readonly entries: readonly KeptEntry[]
  readonly check: RecordCheck
  readonly judged: JudgedRecord
}

async function showActivity(
  typed: string,
  { json, record }: { readonly json?: boolean; readonly record?: boolean },
): Promise<void> {
  // The bare number is understood too.
  const number = grantNumber(`G${typed}`) ?? readGrant(typed)
  await withElevate(async ({ queries, reports }) => {
    const row = await queries.grantByNumber(number)
    if (!row) throw new Error(`There is no grant ${grantName(number)}.`)
    const { grant } = row
    const kept = await reports.recordOf(grant)
    if (!kept) throw new Error(`Nothing was collected for ${grantName(number)}.`)
    const shown = { grant, ...kept, judged: judgeRecord(kept.check) }
    if (record) process.stdout.write(recordText(kept.entries))
    else print(json, inJson(shown), inWords(shown))
    if (shown.judged.faults.length > 0) foundWanting()
  })
}

function inJson({ grant, summary, entries, check, judged }: Shown) {
  const { grant: _, ...sum } = summary
  return {
    grant: grantName(grant.number),
    ...sum,
    classes: classCounts(sum.counts),
    hash: check.hash,
    named_by_event: check.named ? { index: check.named.index, sha256: check.named.hash } : null,
    intact: judged.faults.length === 0,
    faults: judged.faults,
    texts_erased_on_purpose: judged.erasedOnPurpose,
    erased_by_events: check.erasures,
    record: entries.map((entry) => ({ ...entry, class: classOf(entry.kind) })),
  }
}

function inWords({ grant, summary, entries, check, judged }: Shown): string {
  const rows = entries.map((one) => [
    one.at.toISOString().slice(0, 23).replace('T', ' '),
    one.kind,
    one.outcome === 'done' ? '' : `${one.outcome}${one.code ? ` ${one.code}` : ''}`,
    one.source,
    isErased(one) ? '(text erased)' : one.text.replaceAll('\n', ' '),
  ])
  const known = [
    `${grantName(grant.number)}: ${grant.role} on ${grant.target} for ${grant.subject.name}, account ${grant.account ?? ''}, from ${moment(grant.activatedAt)}${grant.revokedAt ? ` to ${moment(grant.revokedAt)}` : ''}`,
    entries.length === 0
      ? 'Nothing is in the record.'
      : table(['at (UTC)', 'kind', 'outcome', 'source', 'statement'], rows),
    ...(summary.cut > 0 ? [`${summary.cut} more were counted and not kept.`] : []),
    ...(summary.unavailable
      ? [`elevate cannot see what was done there, because ${summary.unavailable}.`]
      : []),
    ...summary.gaps.map((gap) => `Gap: ${gap}`),
    ...(judged.erasedOnPurpose > 0 ? [erasedWords(judged.erasedOnPurpose)] : []),
    ...(judged.faults.length > 0
      ? [`THE RECORD WAS CHANGED. ${judged.faults.join(' ')}`]
      : [
          judged.state === 'open'
            ? 'The record is still open.'
            : `The record is the one that the audit log names: sha256 ${check.hash} (event ${check.named?.index})`,
        ]),
  ]
  return known.join('\n')
}

function installSqlCommand(): Command {
  return new Command('install-sql')
    .description('print what a database administrator runs so that elevate can read what its accounts did')
    .argument('[target]', 'takes the prefix of logins and the bot’s name from this target’s configuration')
    .option('--bot <role>', 'the role that elevate connects as')
    .option('--login <name...>', 'also let it read what these logins do, for memberships')
    .action((target: string | undefined, options: { bot?: string; login?: string[] }) => {
      const found = target === undefined ? undefined : targetNamed(target)
      const { bot, login: logins = [] } = options
      process.stdout.write(activitySql(found, { ...(bot ? { bot } : {}), logins }, process.env))
    })
}

function targetNamed(id: string): Target {
  const target = findTarget(catalogInUse(), id)
  if (!target) throw new Error(`There is no target ${id} in the configuration.`)
  return target
}
