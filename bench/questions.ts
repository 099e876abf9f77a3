/**
 * Years of history lie in the database: how long until the questions of an incident are answered? Limit: a bare
 * program that asks one flat, indexed table for the same rows. It needs no joins, and proves nothing.
 */
import type pg from 'pg'
import { storyOf, whatHappened, whoHad } from '../src/audit/report/who.ts'
import { readCatalogFile } from '../src/config/catalog.ts'
import { connectorKinds } from '../src/connectors/open-connectors.ts'
import { isRefused } from '../src/core/refusal.ts'
import { openStore } from '../src/store/database/open-store.ts'
import type { Bench, Finding } from './report.ts'
import { startRig } from './rig.ts'
import { median } from './statistics.ts'

const ROUNDS = 30
const EVENTS_EACH = 5
const PEOPLE = 400
const TARGETS = 20
const YEARS_S = 3 * 365 * 86_400
/** An answer in seconds is what an incident needs; this leaves most of the second to Slack. */
const ANSWERED_MS = 250

export const questions: Bench = async ({ quick }) => {
  const grants = quick ? 10_000 : 100_000
  const rig = await startRig(1)
  try {
    const admin = await rig.connect(rig.storeAdminUrl)
    await fillStore(admin, grants)
    const bare = await rig.connect(rig.bareUrl)
    await fillBare(bare, grants)
    const store = await openStore({ url: rig.storeUrl })
    rig.onClose(() => store.close())
    const read = readCatalogFile(rig.configFile, connectorKinds)
    if (!read.parsed.ok) throw new Error(read.printed)
    const { catalog } = read.parsed

    // In the middle of a grant of that target, long ago but not at the beginning.
    const some = Math.floor((grants * 0.7) / TARGETS) * TARGETS + 1
    const then = new Date(Date.parse('2024-01-01Z') + (some * YEARS_S * 1000) / grants + 1_800_000)
    const at = then.toISOString()
    const week = [then, new Date(then.getTime() + 7 * 86_400_000)] as const
    const [from, to] = week.map((one) => one.toISOString())
    const held = (where: string) => `select * from held where ${where} order by during desc limit 201`
    const happened = {
      kind: 'stretch',
      from: new Date(then.getTime() - 3_600_000),
      to: new Date(then.getTime() + 3_600_000),
    } as const
    const pairs: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
      [
        'who had it at that moment',
        async () => found((await taken(whoHad(store, catalog, { target: 't1', at }))).held),
        async () =>
          found((await bare.query(held(`target = 't1' and during && tstzrange($1, $1, '[]')`), [then])).rows),
      ],
      [
        'everything of one person',
        async () => found((await taken(whoHad(store, catalog, { person: 'U7', ever: true }))).held),
        async () => found((await bare.query(held(`person = 'U7'`))).rows),
      ],
      [
        'everything on one target in a week',
        async () => found((await taken(whoHad(store, catalog, { target: 't1', from, to }))).held),
        async () =>
          found(
            (await bare.query(held(`target = 't1' and during && tstzrange($1, $2, '[]')`), [...week])).rows,
          ),
      ],
      [
        'what happened around an incident',
        async () => found((await whatHappened(store, happened, {})).events),
        async () =>
          found(
            (
              await bare.query(
                'select * from event where time >= $1 and time < $2 order by time desc limit 201',
                [happened.from, happened.to],
              )
            ).rows,
          ),
      ],
      [
        'one grant, step by step',
        async () => found((await taken(storyOf(store, Math.floor(grants / 2)))).events),
        async () =>
          found(
            (await bare.query('select * from event where grant_number = $1', [Math.floor(grants / 2)])).rows,
          ),
      ],
    ]
    const findings: Finding[] = []
    for (const [name, ours, theirs] of pairs) findings.push(await compare(name, grants, ours, theirs))
    return findings
  } finally {
    await rig.close()
  }
}

/** Turn about, so that both meet the same machine; the first of each warms the caches and does not count. */
async function compare(
  name: string,
  grants: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<Finding> {
  const times = { ours: [] as number[], theirs: [] as number[] }
  await ours()
  await theirs()
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(await timed(ours))
    times.theirs.push(await timed(theirs))
  }
  return {
    name: `${name}, of ${grants.toLocaleString('en')} grants, p50`,
    unit: 'ms',
    elevate: median(times.ours),
    limit: median(times.theirs),
    required: { kind: 'value-under', than: ANSWERED_MS },
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function found<T>(rows: readonly T[]): readonly T[] {
  if (rows.length === 0) throw new Error('nothing was found, so nothing was measured')
  return rows
}

async function taken<T>(answer: Promise<T>): Promise<Exclude<T, { readonly refused: unknown }>> {
  const value = await answer
  if (isRefused(value)) throw new Error(JSON.stringify(value))
  return value as Exclude<T, { readonly refused: unknown }>
}

/** Grants of an hour each, spread over three years, as elevate would have left them. */
async function fillStore(admin: pg.Client, grants: number): Promise<void> {
  const from = `timestamptz '2024-01-01Z' + n * interval '${YEARS_S / grants} s'`
  await admin.query(`
    insert into elevate.request (requester, target, role, duration_s, reason, policy_name, policy_hash, state,
        created_at, lapses_at, closed_at, closed_by, cards)
      select 'U' || n % ${PEOPLE}, 't' || n % ${TARGETS}, 'read', 3600, 'fix INC-' || n, 'p', 'h', 'approved',
        ${from}, ${from} + interval '8 h', ${from} + interval '1 min', 'U0BEN', '{}'
      from generate_series(1, ${grants}) n`)
  await admin.query(`
    insert into elevate.decision (request_id, approver, verdict, self, note, at)
      select id, 'U0BEN', 'approve', false, '', closed_at from elevate.request`)
  await admin.query(`
    insert into elevate.access_grant (request_id, person, target, role, account, entitlement, subject, duration_s,
        state, policy_hash, created_at, provision_by, not_after, activated_at, expires_at, end_reason, due_at,
        revoked_at, late_by_ms, end_outcome)
      select id, requester, target, role, 'elv_x', '{}', jsonb_build_object('person', requester, 'name', requester),
        3600, 'revoked', 'h', closed_at, closed_at + interval '10 min', closed_at + interval '2 h', closed_at,
        closed_at + interval '1 h', 'expired', closed_at + interval '1 h', closed_at + interval '1 h', 20, 'taken'
      from elevate.request order by number`)
  await fillLog(admin, grants)
  await admin.query('analyze')
}

/** The log's own function gives its own time; past it, as only a superuser can, the times are those of the grants. */
async function fillLog(admin: pg.Client, grants: number): Promise<void> {
  const types = [
    'request.created',
    'request.approved',
    'grant.provisioning',
    'grant.activated',
    'grant.revoked',
  ]
  const each = 2_000
  for (let start = 1; start <= grants; start += each) {
    await admin.query(
      `select audit.append(array(
         select format('{"actor":{"id":"U%s","kind":"person"},"grant":"G-%s","index":"","request":"R-%s","role":"read","subject":"U%s","target":"t%s","time":"","type":"%s"}',
           n % ${PEOPLE}, n, n, n % ${PEOPLE}, n % ${TARGETS}, type)
         from generate_series($1::int, $2::int) n, unnest($3::text[]) with ordinality one (type, at) order by n, at), '[]')`,
      [start, Math.min(grants, start + each - 1), types],
    )
  }
  await admin.query('alter table audit.body disable trigger all')
  await admin.query(
    `update audit.body set time = timestamptz '2024-01-01Z' + index * interval '${YEARS_S / grants / EVENTS_EACH} s'`,
  )
  await admin.query('vacuum analyze audit.body')
}

async function fillBare(bare: pg.Client, grants: number): Promise<void> {
  const from = `timestamptz '2024-01-01Z' + n * interval '${YEARS_S / grants} s'`
  await bare.query(`
    create table held as
      select n as number, 'U' || n % ${PEOPLE} as person, 't' || n % ${TARGETS} as target, 'read' as role, 'fix INC-' || n as reason,
        tstzrange(${from}, ${from} + interval '1 h') as during
      from generate_series(1, ${grants}) n`)
  await bare.query('create index on held using gist (during); create index on held (person)')
  await bare.query(`
    create table event as
      select n / ${EVENTS_EACH} as grant_number, 'U' || n % ${PEOPLE} as person,
        repeat('x', 250) as bytes,
        timestamptz '2024-01-01Z' + n * interval '${YEARS_S / grants / EVENTS_EACH} s' as time
      from generate_series(1, ${grants * EVENTS_EACH}) n`)
  await bare.query('create index on event (time); create index on event (grant_number)')
  await bare.query('vacuum analyze')
}
