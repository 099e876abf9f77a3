/** Quarantine: one row for every replica, and what each transaction and claim is admitted by. */
import { type RawBuilder, sql } from 'kysely'
import type { Evidence, Quarantine, QuarantineMoves, QuarantineStore } from '../../core/log/quarantine.ts'
import type { Database } from '../database/connection.ts'
import { storable, theRow } from '../database/rows.ts'

/** The newest signed leaf that this process knows of; nothing before it has been told. */
export class Known {
  #size: number | null = null
  #hash: Buffer | null = null

  remember(size: number, leafHash: Uint8Array): void {
    this.#size = size
    this.#hash = Buffer.from(leafHash)
  }

  get size(): number | null {
    return this.#size
  }

  get hash(): Buffer | null {
    return this.#hash
  }

  /** True when something may be done; asked once in a statement. */
  get admitted(): RawBuilder<boolean> {
    return sql`(select elevate.admitted(${this.#size}::bigint, ${this.#hash}::bytea))`
  }

  /** Raises where it may not; for a `from` clause. */
  get admit(): RawBuilder<unknown> {
    return sql`elevate.admit(${this.#size}::bigint, ${this.#hash}::bytea)`
  }
}

type Row = {
  readonly id: string
  readonly why: Quarantine['why']
  readonly said: string
  readonly began_at: Date
  readonly ended_at: Date | null
  readonly ended_by: string | null
  readonly reason: string
}

function toQuarantine(row: Row): Quarantine {
  return {
    id: row.id,
    why: row.why,
    said: row.said,
    beganAt: row.began_at,
    endedAt: row.ended_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    reason: row.reason,
  }
}

export function quarantine(db: Database, known: Known): QuarantineStore {
  const one = async (where: RawBuilder<unknown>) => {
    const { rows } = await sql<Row>`
      select id::text, why, said, began_at, ended_at, ended_by, reason from elevate.quarantine ${where}`.execute(
      db,
    )
    return rows[0] && toQuarantine(rows[0])
  }
  return {
    current: () => one(sql`where ended_at is null`),
    read: (id) => one(sql`where id = ${id}::bigint`),
    evidence: async (id) => {
      const { rows } = await sql<Evidence>`
        select size, encode(root, 'base64') as root, note, host from elevate.quarantine_evidence
        where quarantine = ${id}::bigint order by size, host`.execute(db)
      return rows.map((row) => ({ ...row, note: row.note ?? undefined }))
    },
    remember: (size, leafHash) => known.remember(size, leafHash),
    intact: async () => {
      if (known.size === null) return true
      const { rows } = await sql<{ intact: boolean }>`
        select exists (select from audit.leaf
          where index = ${known.size}::bigint - 1 and leaf_hash = ${known.hash}) as intact`.execute(db)
      return theRow(rows).intact
    },
  }
}

export function quarantineMoves(trx: Database): QuarantineMoves {
  return {
    begin: async ({ why, said }) => {
      const begun = await sql<{ id: string }>`
        insert into elevate.quarantine (why, said, began_at) values (${why}, ${storable(said)}, clock_timestamp())
        on conflict ((true)) where ended_at is null do nothing returning id::text`.execute(trx)
      const [row] = begun.rows
      if (row) return { id: row.id, began: true }
      const { rows } = await sql<{ id: string }>`
        select id::text from elevate.quarantine where ended_at is null`.execute(trx)
      return { id: theRow(rows).id, began: false }
    },
    add: async (id, evidence) => {
      await sql`
        insert into elevate.quarantine_evidence (quarantine, size, root, note, host, seen_at)
        select ${id}::bigint, size, decode(root, 'base64'), note, host, clock_timestamp()
        from jsonb_to_recordset(${JSON.stringify(evidence)}::jsonb) as one (size bigint, root text, note text, host text)
        on conflict do nothing`.execute(trx)
    },
    skipNumbers: async (count) => {
      await sql`select elevate.skip_numbers(${count})`.execute(trx)
    },
    end: async (id, by, reason) => {
      const { rows } = await sql`
        update elevate.quarantine set ended_at = clock_timestamp(), ended_by = ${by}, reason = ${storable(reason)}
        where id = ${id}::bigint and ended_at is null returning id`.execute(trx)
      return rows.length === 1
    },
  }
}
