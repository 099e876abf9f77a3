/** Entries of a record: added once, numbered, counted where there are too many to keep. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { GrantId } from '../../core/access/grant.ts'
import { type ActivityEntry, type ActivityTurn, MOST_ENTRIES } from '../../core/activity/activity.ts'
import type { Database } from '../database/connection.ts'
import { storable, theRow } from '../database/rows.ts'

/** Says how many entries were new. Entries beyond the limit are counted by kind, and always count as new. */
export async function keepEntries(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
  turns: readonly ActivityTurn[] = [],
): Promise<number> {
  if (entries.length === 0 && turns.length === 0) return 0
  const before = theRow(
    (
      await sql<{ entries: number; beyond: Record<string, number> }>`
        select entries, beyond from elevate.activity where grant_id = ${grant} for update`.execute(trx)
    ).rows,
  )
  const room = Math.max(0, MOST_ENTRIES - before.entries)
  const { rows: added } = await sql`
    insert into elevate.activity_entry (grant_id, number, source, key, at, kind, outcome, code, session, text,
      salt, commitment)
    select ${grant}, ${before.entries} + row_number() over (order by position), ${source},
      key, at, kind, outcome, code, session, text, decode(salt, 'hex'), decode(commitment, 'hex')
    from jsonb_to_recordset(${rowsOf(entries.map(committed))}::jsonb) as one
      (position integer, key text, at timestamptz, kind text, outcome text, code text, session text, text text,
        salt text, commitment text)
    where not exists (select from elevate.activity_entry e
      where e.grant_id = ${grant} and e.source = ${source} and e.key = one.key)
    order by position limit ${room}
    returning key`.execute(trx)
  const kept = new Set((added as { key: string }[]).map((row) => row.key))
  const over = await notThere(
    trx,
    grant,
    source,
    entries.filter((one) => !kept.has(one.key)),
  )
  const beyond = { ...before.beyond }
  const count = (what: string) => {
    beyond[what] = (beyond[what] ?? 0) + 1
  }
  for (const { kind, outcome } of over) {
    count(kind)
    if (outcome !== 'done') count(outcome)
  }
  const { rows: turned } = await sql<{ key: string }>`
    update elevate.activity_entry e set outcome = one.outcome, code = one.code
    from jsonb_to_recordset(${JSON.stringify(turns)}::jsonb) as one (key text, outcome text, code text)
    where e.grant_id = ${grant} and e.source = ${source} and e.key = one.key
    returning e.key`.execute(trx)
  const found = new Set(turned.map((row) => row.key))
  for (const { key, outcome } of turns) if (!found.has(key)) count(outcome)
  await sql`
    update elevate.activity set entries = entries + ${kept.size}, beyond = ${JSON.stringify(beyond)}::jsonb
    where grant_id = ${grant}`.execute(trx)
  return kept.size + over.length
}

async function notThere(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
): Promise<readonly ActivityEntry[]> {
  if (entries.length === 0) return []
  const { rows } = await sql<{ key: string }>`
    select key from elevate.activity_entry
    where grant_id = ${grant} and source = ${source} and key = any(${entries.map((one) => one.key)}::text[])`.execute(
    trx,
  )
  const there = new Set(rows.map((row) => row.key))
  return entries.filter((one) => !there.has(one.key))
}

/** With the commitment that the record has in place of the text, which can be erased one day; nothing to show needs none. */
function committed(entry: ActivityEntry): ActivityEntry & { salt?: string; commitment?: string } {
  const text = storable(entry.text)
  if (text === '') return entry
  const salt = randomBytes(32)
  const commitment = createHash('sha256').update(salt).update(text, 'utf8').digest('hex')
  return { ...entry, salt: salt.toString('hex'), commitment }
}

export function rowsOf(entries: readonly Omit<ActivityEntry, 'code'>[]): string {
  return JSON.stringify(
    entries.map((one, position) => ({
      ...one,
      position,
      text: storable(one.text),
      session: storable(one.session),
      key: storable(one.key),
    })),
  )
}
