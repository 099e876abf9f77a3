import { Command } from 'commander'
import { secretResolver } from '../config/secret-source.ts'
import { activityInstallSql } from '../connectors/postgres/activity-install.ts'
import { type ActivitySummary, type KeptEntry, recordLine } from '../core/activity.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { type Grant, grantName } from '../core/grant.ts'
import { catalogInUse } from './catalog-file.ts'
import { withStore } from './database.ts'
import { moment, print, table } from './print.ts'

const PAGE = 1_000

export function activityCommand(): Command {
  return new Command('activity')
    .description('what was done under a grant')
    .argument('<grant>', 'its number: G-12')
    .option('--json', 'for programs: the record as its hash is computed, one entry a line')
    .action(showActivity)
    .addCommand(installSqlCommand())
}

async function showActivity(typed: string, { json }: { json?: boolean }): Promise<void> {
  const number = Number(/^g?-?([1-9][0-9]{0,8})$/i.exec(typed)?.[1])
  if (!number) throw new Error(`“${typed}” is not a grant: write G-12, for example.`)
  await withStore(async (store) => {
    const row = await store.reads.grantByNumber(number)
    if (!row) throw new Error(`There is no grant ${grantName(number)}.`)
    const summary = await store.activity.summary(row.grant.id)
    if (!summary) throw new Error(`Nothing was collected for ${grantName(number)}.`)
    const entries: KeptEntry[] = []
    for (let page: readonly KeptEntry[] = []; ; ) {
      page = await store.activity.entries(row.grant.id, { after: entries.length, limit: PAGE })
      entries.push(...page)
      if (page.length < PAGE) break
    }
    const hash = await store.activity.hashOf(row.grant.id)
    const intact = summary.state === 'open' || hash === summary.hash
    if (json) {
      const lines = entries
        .toSorted((a, b) => a.number - b.number)
        .map((one) => canonicalJson(recordLine(one)))
      process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    } else print(false, undefined, inWords(row.grant, summary, entries, intact))
    if (!intact) process.exitCode = 1
  })
}

function inWords(
  grant: Grant,
  summary: ActivitySummary,
  entries: readonly KeptEntry[],
  intact: boolean,
): string {
  const rows = entries.map((one) => [
    one.at.toISOString().slice(0, 23).replace('T', ' '),
    one.kind,
    one.outcome === 'done' ? '' : `${one.outcome}${one.code ? ` ${one.code}` : ''}`,
    one.source,
    one.text.replaceAll('\n', ' '),
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
    summary.state === 'open'
      ? 'The record is still open.'
      : intact
        ? `The record is the one that the audit log names: sha256 ${summary.hash}`
        : `THE RECORD WAS CHANGED after it was closed: the audit log names sha256 ${summary.hash}.`,
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
      const found = target === undefined ? {} : settingsOf(target)
      const bot = options.bot ?? found.bot
      process.stdout.write(
        activityInstallSql({
          ...found,
          ...(bot === undefined ? {} : { bot }),
          logins: [...(found.logins ?? []), ...(options.login ?? [])],
        }),
      )
    })
}

function settingsOf(id: string): { bot?: string; prefix?: string; logins?: string[] } {
  const target = catalogInUse().targets.find((one) => one.id === id)
  if (!target) throw new Error(`There is no target ${id} in the configuration.`)
  if (target.connector !== 'postgres') throw new Error(`${id} is not a PostgreSQL database.`)
  const {
    login_prefix: prefix,
    mode,
    accounts,
    connection,
  } = target.settings as {
    login_prefix?: string
    mode?: string
    accounts?: { map?: Record<string, string> }
    connection?: { env: string }
  }
  return {
    ...botOf(connection),
    prefix: mode === 'membership' ? '' : (prefix ?? 'elv_'),
    logins: Object.values(accounts?.map ?? {}),
  }
}

/** Only the user's name of the connection string; where the secret is not at hand, the documentation's. */
function botOf(connection: { env: string } | undefined): { bot?: string } {
  try {
    const url = new URL(secretResolver(process.env)(connection ?? null))
    return url.username ? { bot: decodeURIComponent(url.username) } : {}
  } catch {
    return {}
  }
}
