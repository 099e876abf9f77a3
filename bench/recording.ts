/**
 * Writes down every statement that goes to PostgreSQL from this process while one lifecycle runs, and runs the same
 * statements again for other people, without anything between: that is the limit of what elevate could reach.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'

export type Statement = {
  readonly to: 'store' | 'target'
  readonly name: string | undefined
  readonly text: string
  readonly values: readonly unknown[]
  /** It was sent before the one before it on the same line was answered. */
  readonly hurried: boolean
}

/** What differs from one lifecycle to the next. */
export type Particulars = {
  readonly person: string
  readonly login: string
  readonly email: string
  request: string
  requestNumber: string
  grant: string
  grantNumber: string
  account: string
  /** Of the account, as the target numbers it. */
  oid: string
}

type Query = (this: pg.Client, config: unknown, values?: unknown, callback?: unknown) => unknown

export type Recording = {
  readonly statements: readonly Statement[]
  /** Of roles that the target was asked about, by name. */
  readonly oids: ReadonlyMap<string, string>
}

export async function record(storeUrl: string, work: () => Promise<void>): Promise<Recording> {
  const statements: Statement[] = []
  const oids = new Map<string, string>()
  const busy = new Map<pg.Client, number>()
  const storePort = Number(new URL(storeUrl).port)
  const plain = pg.Client.prototype.query as Query
  const listening: Query = function (config, values, callback) {
    const asked = typeof config === 'string' ? { text: config, values } : (config as pg.QueryConfig)
    const under = busy.get(this) ?? 0
    statements.push({
      to: this.port === storePort ? 'store' : 'target',
      name: 'name' in asked ? asked.name : undefined,
      text: asked.text,
      values: structuredClone((asked.values as unknown[] | undefined) ?? []),
      hurried: under > 0,
    })
    const result = plain.call(this, config, values, callback)
    if (result instanceof Promise) {
      busy.set(this, under + 1)
      const done = () => busy.set(this, (busy.get(this) ?? 1) - 1)
      result.then((answer: pg.QueryResult<Row>) => {
        done()
        const [row] = answer.rows
        if (row?.name && row.oid) oids.set(row.name, row.oid)
      }, done)
    }
    return result
  }
  pg.Client.prototype.query = listening as typeof pg.Client.prototype.query
  try {
    await work()
  } finally {
    pg.Client.prototype.query = plain as typeof pg.Client.prototype.query
  }
  return { statements, oids }
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
/** Each event has an id of its own. */
const EVENT_ID = new RegExp(`"id":"${UUID}"`, 'g')

/** The recording with a placeholder for all that was particular to the lifecycle that was recorded. */
export function templateOf(recorded: readonly Statement[], seen: Particulars): Statement[] {
  const words = [
    [seen.account, '%account%'],
    [seen.email, '%email%'],
    [seen.person, '%person%'],
    [seen.login, '%login%'],
    [seen.request, '%request%'],
    [seen.grant, '%grant%'],
  ] as const
  const blank = (text: string) =>
    words
      .reduce((rest, [word, mark]) => rest.replaceAll(word, mark), text)
      .replaceAll(new RegExp(`\\bR-${seen.requestNumber}\\b`, 'g'), 'R-%requestNumber%')
      .replaceAll(new RegExp(`\\bG-${seen.grantNumber}\\b`, 'g'), 'G-%grantNumber%')
      .replaceAll(EVENT_ID, '"id":"%event%"')
  const blankValue = (value: unknown) => (seen.oid !== '' && value === seen.oid ? '%oid%' : value)
  return recorded.map((one) => ({
    ...one,
    text: blank(one.text),
    values: one.values.map((value) => deep(blankValue(value), blank)),
  }))
}

/** One lifecycle, on one line to each database. */
export async function replay(
  template: readonly Statement[],
  lines: Readonly<Record<Statement['to'], pg.ClientBase>>,
  who: Pick<Particulars, 'person' | 'login' | 'email'>,
  accountOf: (who: Particulars) => string,
): Promise<void> {
  const now: Particulars = {
    ...who,
    request: '',
    requestNumber: '',
    grant: '',
    grantNumber: '',
    account: '',
    oid: '',
  }
  const fill = (text: string) =>
    text.replaceAll(/%(\w+)%/g, (whole, key: string) =>
      key === 'event' ? randomUUID() : ((now as Record<string, string>)[key] ?? whole),
    )
  let answers: Promise<unknown>[] = []
  for (const [index, one] of template.entries()) {
    const answer = lines[one.to]
      .query({
        ...(one.name ? { name: one.name } : {}),
        text: fill(one.text),
        values: one.values.map((value) => deep(value, fill)),
      })
      .then(({ rows }) => learn(one, rows, now, accountOf))
    answers.push(answer)
    if (template[index + 1]?.hurried) continue
    await Promise.all(answers)
    answers = []
  }
}

type Row = { readonly id?: string; readonly number?: number; readonly oid?: string; readonly name?: string }

function learn(
  { text }: Statement,
  rows: readonly Row[],
  now: Particulars,
  accountOf: (who: Particulars) => string,
): void {
  const [row] = rows
  if (!row) return
  // The query builder quotes every name, and statements written by hand none.
  const plain = text.replaceAll('"', '')
  if (/insert into elevate\.request\b/.test(plain)) {
    now.request = row.id ?? ''
    now.requestNumber = String(row.number)
  } else if (/insert into elevate\.access_grant\b/.test(plain)) {
    now.grant = row.id ?? ''
    now.grantNumber = String(row.number)
    now.account = accountOf(now)
  } else if (row.oid !== undefined && row.name === now.account) now.oid = row.oid
}

function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => deep(one, change))
  return value
}
