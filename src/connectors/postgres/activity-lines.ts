// Lines of the server's JSON log → what somebody did. The lines are written by the server, but much of their text is
// the person's: statements, the names of prepared statements, of cursors, of the application.
import { createHash } from 'node:crypto'
import { clamp } from '../../core/access/reason.ts'
import {
  type ActivityEntry,
  type ActivityKind,
  type ActivityTurn,
  type Gap,
  MAX_TEXT_LENGTH,
  type Redaction,
} from '../../core/activity/activity.ts'
import { gravest, kindOf } from './classify.ts'
import { HIDDEN_STATEMENT, redactSql, tokensOf } from './redaction.ts'

/** As the function `elevate_activity.read` gives them; times are UTC without saying so. */
export type LogLine = {
  readonly at: string
  readonly session: string
  readonly began: string
  readonly line: number
  readonly severity: string
  readonly code?: string
  readonly message?: string
  readonly detail?: string
  readonly statement?: string
  /** What the session shows that it is doing: the command's tag while it executes. */
  readonly tag?: string
}

/** What has to be known of a session to understand its next line. */
type Session = {
  readonly line: number
  /** The last statement that may still fail. */
  readonly last?: { readonly key: string; readonly digest: string } | undefined
  readonly in?: boolean
}
export type Sessions = { readonly [session: string]: Session }

/** Limit of remembered sessions; if more are open, only the outcome of some statements is lost. */
const MAX_SESSIONS = 200

type ReadLines = {
  readonly entries: ActivityEntry[]
  readonly turns: ActivityTurn[]
  readonly gaps: Gap[]
  readonly sessions: Sessions
}

export function readLines(
  lines: readonly LogLine[],
  before: Sessions,
  ask: { readonly from: Date; readonly redact: Redaction },
): ReadLines {
  const sessions = new Map(Object.entries(before))
  const entries: ActivityEntry[] = []
  const turns: ActivityTurn[] = []
  const gaps = new Set<Gap>()
  for (const line of lines) {
    const known = sessions.get(line.session)
    if (missesLines(line, known, ask.from)) {
      gaps.add(`lines of the session ${line.session} are missing in the log`)
    }
    const { entry, turn, session } = readLine(line, known, ask.redact)
    if (entry) entries.push(entry)
    if (turn) turns.push(turn)
    sessions.delete(line.session)
    if (session) sessions.set(line.session, session)
  }
  return {
    entries,
    turns,
    gaps: [...gaps],
    sessions: Object.fromEntries([...sessions].slice(-MAX_SESSIONS)),
  }
}

/**
 * The server counts the lines of each session. The first one or two, before it knows who is there, name no user. A
 * session that began before the window was not seen from its first line.
 */
function missesLines(line: LogLine, known: Session | undefined, from: Date): boolean {
  if (known) return line.line > known.line + 1
  return timeOf(line.began) >= from && line.line > 3
}

type Read = { entry?: ActivityEntry; turn?: ActivityTurn; session: Session | undefined }

function readLine(line: LogLine, known: Session | undefined, redact: Redaction): Read {
  const key = `${line.session}/${line.line}`
  const message = line.message ?? ''
  const code = line.code ?? ''
  const stays: Session = { ...known, line: line.line }
  const make = (
    kind: ActivityKind,
    { text = '', outcome = 'done' }: Partial<Pick<ActivityEntry, 'text' | 'outcome'>> = {},
  ): ActivityEntry => ({
    key,
    at: timeOf(line.at),
    kind,
    text: clamp(text, MAX_TEXT_LENGTH),
    outcome,
    code: outcome === 'done' ? '' : code,
    session: line.session,
  })

  if (line.severity === 'ERROR' || line.severity === 'FATAL' || line.severity === 'PANIC') {
    const outcome = refused(code) ? 'refused' : 'failed'
    if (line.severity === 'FATAL' && !known?.in && keptOut(code)) {
      return { entry: make('failed-login', { outcome: 'refused' }), session: undefined }
    }
    if (!line.statement) return { session: stays }
    const over: Session = { ...stays, last: undefined }
    // A statement that could not be parsed had no earlier line, so this error is not about the previous statement.
    const unread = code === '42601'
    if (!unread && known?.last && known.last.digest === digestOf(line.statement)) {
      return { turn: { key: known.last.key, outcome, code }, session: over }
    }
    const text = unread ? unreadable(line.statement, redact) : redactSql(line.statement, redact)
    return { entry: make(kindOf(line.statement), { text, outcome }), session: over }
  }
  if (line.severity !== 'LOG') return { session: stays }
  if (message.startsWith('connection authorized')) {
    return { entry: make('connect'), session: { ...stays, in: true } }
  }
  if (message.startsWith('disconnection:')) return { entry: make('disconnect'), session: undefined }
  const said = statementIn(message)
  if (!said) return { session: stays }
  const digest = digestOf(said.sql)
  // The same statement again: its duration, or pgaudit's line for it.
  if (said.again && known?.last?.digest === digest) return { session: stays }
  const text = said.odd ? oddlyNamed(redact) : withParameters(said.sql, line.detail, redact)
  return {
    entry: make(gravest([...(said.odd ? said.readings : [said.sql]), line.tag ?? ''].map(kindOf)), { text }),
    session: { ...stays, in: true, last: { key, digest } },
  }
}

type LoggedStatement = {
  readonly sql: string
  /** It may be a repetition of an earlier line. */
  readonly again: boolean
  /** The name before it is crafted so that the start of the statement is ambiguous. */
  readonly odd: boolean
  /** Every way to read it. */
  readonly readings: readonly string[]
}

function statementIn(message: string): LoggedStatement | undefined {
  const timed = /^duration: [0-9.]+ ms {2}(?=statement: |execute )/.exec(message)?.[0] ?? ''
  const rest = message.slice(timed.length)
  const again = timed !== ''
  if (rest.startsWith('statement: ')) return { sql: rest.slice(11), again, odd: false, readings: [] }
  if (rest.startsWith('execute ')) return { again, ...executedIn(rest.slice('execute '.length)) }
  const audited = auditedIn(message)
  return audited === undefined ? undefined : { sql: audited, again: true, odd: false, readings: [] }
}

const MAX_READINGS = 20

/**
 * `execute NAME: STATEMENT`, and the name of a prepared statement is the person's to choose: called `x: select 'a`, it
 * would make a DELETE look like a SELECT, and swap what is inside and outside of its strings. An executed statement is
 * complete, so only one reading can be right, unless the name was crafted; then none is believed.
 */
function executedIn(text: string): Omit<LoggedStatement, 'again'> {
  const parts = text.split(': ')
  const readings = parts.slice(1, MAX_READINGS).map((_, at) => parts.slice(at + 1).join(': '))
  const [first = ''] = readings
  if (readings.length < 2) return { sql: first, odd: false, readings }
  const whole = readings.filter(isWhole)
  return { sql: whole[0] ?? first, odd: whole.length !== 1, readings: whole.length > 0 ? whole : [first] }
}

function isWhole(sql: string): boolean {
  const tokens = tokensOf(sql)
  const first = tokens.find(({ kind, text }) => kind !== 'space' && kind !== 'comment' && text !== '(')
  return first?.kind === 'word' && tokens.at(-1)?.kind !== 'broken'
}

/** pgaudit: `AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.orders,"select …",<not logged>`. */
function auditedIn(message: string): string | undefined {
  if (!/^AUDIT: (?:SESSION|OBJECT),/.test(message)) return undefined
  const cells = csvCells(message.slice('AUDIT: '.length))
  const [, , , , command = '', , object = ''] = cells
  const statement = cells[7] ?? ''
  const shown = statement.startsWith('<') ? `${command} ${object}`.trim() : statement
  return shown || undefined
}

function csvCells(row: string): string[] {
  const cells: string[] = []
  const shape = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy
  for (let match = shape.exec(row); match && cells.length < 12; match = shape.exec(row)) {
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'))
    if (shape.lastIndex >= row.length) break
  }
  return cells
}

/** Parameter values are literals too. */
function withParameters(sql: string, detail: string | undefined, redact: Redaction): string {
  const text = redactSql(sql, redact)
  const values = redact === 'none' && !text.endsWith(HIDDEN_STATEMENT) && /^parameters: /i.test(detail ?? '')
  return values ? `${text} (${redactSql(detail ?? '', 'none')})` : text
}

/** Somebody may have typed a password where a statement was expected. */
const unreadable = (sql: string, redact: Redaction) =>
  redact === 'none' ? redactSql(sql, 'literals') : redact === 'all' ? '' : '… (the server could not read it)'

const oddlyNamed = (redact: Redaction) =>
  redact === 'all' ? '' : '… (hidden: it cannot be told from the statement’s name)'

/** Hash of the text without its literals, so that the stored state reveals nothing. */
function digestOf(sql: string): string {
  return createHash('sha256').update(redactSql(sql, 'literals')).digest('base64url').slice(0, 16)
}

/** Not let in: password, pg_hba.conf, no such database, too many connections, no right to connect. */
const keptOut = (code: string) => code.startsWith('28') || ['3D000', '53300', '42501'].includes(code)

/** Lack of a right, wrong password, role that may not log in. */
const refused = (code: string) => code === '42501' || code.startsWith('28')

const timeOf = (utc: string) => new Date(`${utc.replace(' ', 'T')}Z`)
