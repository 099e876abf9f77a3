// What an account did, from the server's JSON log, through the functions of docs/targets/postgres-activity.sql.
import type { ActivityAsk, ActivityPage, Gap } from '../../core/activity/activity.ts'
import type { Json } from '../../core/json.ts'
import { type LogLine, readLines, type Sessions } from './activity-lines.ts'
import { sqlState } from './errors.ts'
import { findRole } from './roles.ts'
import type { Ask, Database } from './session.ts'
import { roleOf } from './settings.ts'
import { mayLogStatements } from './temporary-login.ts'

export const ACTIVITY_VERSION = 1

/** Bytes of the log that one call reads; that takes well under a second. */
const MAX_BYTES = 4 * 1024 * 1024

/** Tolerance between the clocks of two servers. */
const SAME_CLOCK_MS = 2_000

type About = {
  readonly version: number
  /** UTC, without saying so. */
  readonly now: string
  readonly collector: boolean
  readonly jsonlog: boolean
  readonly english: boolean
  readonly connections: boolean
  readonly disconnections: boolean
  readonly pgaudit: boolean
  /** `log_statement` as it is for this account. */
  readonly statements: string
  readonly readable: boolean
}

type Cursor = {
  readonly log: Json
  readonly sessions: Sessions
  readonly statements: string
}

export async function collectActivity(
  database: Database,
  ask: ActivityAsk,
  signal: AbortSignal,
): Promise<ActivityPage> {
  return database.read(signal, async (question) => {
    const about = await aboutActivity(question, ask.account)
    const why = typeof about === 'string' ? about : whyUnavailable(about, ask.account)
    if (typeof about === 'string' || why) return { kind: 'unavailable', why: why ?? '' }
    const before = ask.cursor as Cursor | undefined
    const temporary = roleOf(ask.entitlement).mode === 'temporary-login'
    const skew = skewOf(about, ask.now)
    const from = new Date(ask.from.getTime() + skew)
    // A login that was created for the grant belongs to it alone: later attempts with it belong to the record too.
    const to =
      ask.to === undefined || (temporary && ask.afterwards) ? undefined : new Date(ask.to.getTime() + skew)
    const read = await readLog(question, ask.account, from, to, before?.log)
    const { entries, turns, gaps, sessions } = readLines(read.lines, before?.sessions ?? {}, {
      from,
      redact: ask.redact,
    })
    // Asked while the login is there; once it is gone, so is what was set for it.
    const statements = before?.statements ?? (await loggedFor(question, about, ask))
    const cursor: Cursor = { log: read.cursor, sessions, statements }
    return {
      kind: 'page',
      entries,
      turns,
      gaps: [...read.gaps.map(sentence), ...gaps, ...notLogged(about, statements)],
      cursor: cursor as unknown as Json,
      more: read.more,
    }
  })
}

type Log = {
  readonly lines: readonly LogLine[]
  readonly gaps: readonly string[]
  readonly more: boolean
  readonly cursor: Json
}

async function readLog(
  question: Ask,
  account: string,
  from: Date,
  to: Date | undefined,
  cursor: Json | undefined,
): Promise<Log> {
  const [row] = await question<{ read: Log }>(
    'select elevate_activity.read($1::text, $2::timestamptz, $3::timestamptz, $4::jsonb, $5::integer) as read',
    [
      account,
      from.toISOString(),
      to?.toISOString() ?? 'infinity',
      cursor === undefined ? null : JSON.stringify(cursor),
      MAX_BYTES,
    ],
  )
  if (!row) throw new Error('elevate_activity.read gave no row')
  return row.read
}

/**
 * How the server logs, or why that cannot be asked. The functions are called only when an administrator made them:
 * anyone who may create a schema could create functions of that name, which would run with the bot's rights.
 */
export async function aboutActivity(question: Ask, account: string): Promise<About | string> {
  const [found] = await question<{ count: number; trusted: boolean; may: boolean }>(
    `select count(*)::int as count,
            coalesce(bool_and(p.prosecdef and (o.rolsuper or o.rolname = 'elevate_log_reader')), false) as trusted,
            coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') and has_function_privilege(p.oid, 'EXECUTE')),
              false) as may
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles o on o.oid = p.proowner
      where n.nspname = 'elevate_activity' and p.proname in ('about', 'read')`,
  )
  if (!found || found.count < 2) return 'the function that reads its log is not installed there'
  if (found.count > 2 || !found.trusted)
    return 'the functions in its schema elevate_activity are not the ones an administrator installs'
  if (!found.may) return 'elevate may not call the function that reads its log'
  try {
    const [row] = await question<{ about: About }>('select elevate_activity.about($1::text) as about', [
      account,
    ])
    return row?.about ?? 'the function that reads its log gave no answer'
  } catch (error) {
    if (sqlState(error) === '42883') return 'the function that reads its log is an outdated one'
    throw error
  }
}

function whyUnavailable(about: About, account: string): string | undefined {
  if (about.version < ACTIVITY_VERSION) return 'the function that reads its log is an outdated one'
  if (!about.collector || !about.jsonlog) return 'it does not keep its log as JSON (log_destination: jsonlog)'
  if (!about.english) return 'its log is not in English (lc_messages)'
  if (!about.readable)
    return `its administrator has not listed the login ${account} as one whose log may be read`
  return undefined
}

const skewOf = (about: About, now: Date) => {
  const skew = new Date(`${about.now}Z`).getTime() - now.getTime()
  return Math.abs(skew) < SAME_CLOCK_MS ? 0 : skew
}

/** What of this login's statements is logged. When it is gone already: as elevate set it, where it may. */
async function loggedFor(
  question: Ask,
  about: About,
  { account, entitlement }: ActivityAsk,
): Promise<string> {
  const { mode, statement_log: wanted } = roleOf(entitlement)
  if (mode === 'membership' || (await findRole(question, account))) return about.statements
  return wanted ?? ((await mayLogStatements(question)) ? 'all' : about.statements)
}

/** What even a complete log does not contain. */
function notLogged({ pgaudit, connections, disconnections }: About, statements: string): Gap[] {
  const gaps: Gap[] = []
  if (!pgaudit && statements === 'none') gaps.push('The statements of this login are not logged there.')
  if (!pgaudit && statements === 'ddl')
    gaps.push('Of the statements of this login only those that change tables and roles are logged there.')
  if (!pgaudit && statements === 'mod')
    gaps.push(
      'Of the statements of this login only those that change something are logged there, not what is read.',
    )
  if (!connections || !disconnections) gaps.push('Logins and their ends are not logged there.')
  return gaps
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
