/** Entries of a record: added once, numbered, counted where there are too many to keep. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type ActivityEntry, type ActivityTurn, MAX_ENTRIES } from '../../core/activity/activity.ts'
import type { GrantId } from '../../core/ids.ts'
import type { Database } from '../database/connection.ts'
import { anyOf, insertFrom, recordset, uuid } from '../database/expressions.ts'
import { storable } from '../database/rows.ts'

/** Says how many entries were new. Entries beyond the limit are counted by kind, and always count as new. */
export async function keepEntries(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
  turns: readonly ActivityTurn[] = [],
): Promise<number> {
  if (entries.length === 0 && turns.length === 0) return 0
  const before = await trx
    .selectFrom('elevate.activity')
    .select(['entries', 'beyond'])
    .where('grant_id', '=', grant)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const kept = await addEntries(trx, grant, source, entries, before.entries)
  const over = await notThere(
    trx,
    grant,
    source,
    entries.filter((one) => !kept.has(one.key)),
  )
  const beyond: Record<string, number> = { ...before.beyond }
  const count = (what: string) => {
    beyond[what] = (beyond[what] ?? 0) + 1
  }
  for (const { kind, outcome } of over) {
    count(kind)
    if (outcome !== 'done') count(outcome)
  }
  const turn = recordset<ActivityTurn, 'one'>(
    'one',
    'key text, outcome text, code text',
    JSON.stringify(turns),
  )
  const turned = await trx
    .updateTable('elevate.activity_entry as e')
    .from(turn)
    .set(({ ref }) => ({ outcome: ref('one.outcome'), code: ref('one.code') }))
    .where('e.grant_id', '=', grant)
    .where('e.source', '=', source)
    .whereRef('e.key', '=', 'one.key')
    .returning('e.key')
    .execute()
  const found = new Set(turned.map((row) => row.key))
  for (const { key, outcome } of turns) if (!found.has(key)) count(outcome)
  await trx
    .updateTable('elevate.activity')
    .set(({ eb }) => ({ entries: eb('entries', '+', kept.size), beyond: JSON.stringify(beyond) }))
    .where('grant_id', '=', grant)
    .execute()
  return kept.size + over.length
}

/** The keys of those that were new, of which the record has room for so many. */
async function addEntries(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
  before: number,
): Promise<ReadonlySet<string>> {
  const one = recordset<ActivityEntry & { position: number }, 'one'>(
    'one',
    `position integer, key text, at timestamptz, kind text, outcome text, code text, session text, text text,
      salt text, commitment text`,
    JSON.stringify(entries.map((entry, position) => ({ ...toRow(entry), ...commitmentTo(entry), position }))),
  )
  const same = trx
    .selectFrom('elevate.activity_entry as e')
    .where('e.grant_id', '=', grant)
    .where('e.source', '=', source)
    .where(sql<boolean>`e.key = one.key`)
  const rows = await insertFrom(
    trx.insertInto('elevate.activity_entry'),
    trx
      .selectFrom(one)
      .where(({ not, exists }) => not(exists(same)))
      .orderBy('one.position')
      .limit(Math.max(0, MAX_ENTRIES - before)),
    ({ ref }) => ({
      grant_id: uuid(grant),
      number: sql<number>`${before}::integer + row_number() over (order by position)`,
      source,
      key: ref('one.key'),
      at: ref('one.at'),
      kind: ref('one.kind'),
      outcome: ref('one.outcome'),
      code: ref('one.code'),
      session: ref('one.session'),
      text: ref('one.text'),
      salt: sql<Buffer | null>`decode(salt, 'hex')`,
      commitment: sql<Buffer | null>`decode(commitment, 'hex')`,
    }),
  )
    .returning('key')
    .execute()
  return new Set(rows.map((row) => row.key))
}

async function notThere(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
): Promise<readonly ActivityEntry[]> {
  if (entries.length === 0) return []
  const rows = await trx
    .selectFrom('elevate.activity_entry')
    .select('key')
    .where('grant_id', '=', grant)
    .where('source', '=', source)
    .where('key', '=', anyOf(entries.map((one) => one.key)))
    .execute()
  const there = new Set(rows.map((row) => row.key))
  return entries.filter((one) => !there.has(one.key))
}

/** The record has it in place of the text, which can be erased one day; nothing to show needs none. */
function commitmentTo(entry: ActivityEntry): { salt?: string; commitment?: string } {
  const text = storable(entry.text)
  if (text === '') return {}
  const salt = randomBytes(32)
  const commitment = createHash('sha256').update(salt).update(text, 'utf8').digest('hex')
  return { salt: salt.toString('hex'), commitment }
}

export function toRow<Entry extends Pick<ActivityEntry, 'key' | 'text' | 'session'>>(entry: Entry): Entry {
  return {
    ...entry,
    key: storable(entry.key),
    text: storable(entry.text),
    session: storable(entry.session),
  }
}
