/** The restore lock (quarantine): one row for all replicas, and the check that admits each transaction and claim. */
import { type Selectable, sql } from 'kysely'
import type { Evidence, Quarantine } from '../../core/log/quarantine.ts'
import type { Database } from '../database/connection.ts'
import { changedOne, insertFrom, NOW, recordset } from '../database/expressions.ts'
import { named, storable } from '../database/rows.ts'
import type { QuarantineTable } from '../database/tables.ts'

export type SignedLeaf = { readonly size: number | null; readonly hash: Buffer | null }

/** The newest signed leaf that this process knows; unset until a checkpoint is known. */
export class Known {
  #size: number | null = null
  #hash: Buffer | null = null

  remember(size: number, leafHash: Uint8Array): void {
    this.#size = size
    this.#hash = Buffer.from(leafHash)
  }

  get leaf(): SignedLeaf {
    return { size: this.#size, hash: this.#hash }
  }
}

/** True when something may be done; asked once in a statement. */
export const admitted = ({ size, hash }: SignedLeaf) =>
  sql<boolean>`(select elevate.admitted(${size}::bigint, ${hash}::bytea))`

/** Raises where it may not; to select from. */
export const admit = ({ size, hash }: SignedLeaf) =>
  sql<object>`elevate.admit(${size}::bigint, ${hash}::bytea)`.as('admitted')

const toQuarantine = ({ id, ...row }: Selectable<QuarantineTable>): Quarantine => ({
  ...named(row),
  id: String(id),
})

export function quarantineQueries(db: Database, known: Known) {
  const quarantines = db.selectFrom('elevate.quarantine').selectAll()
  return {
    /** The current restore lock, if any. */
    current: async (): Promise<Quarantine | undefined> => {
      const row = await quarantines.where('ended_at', 'is', null).executeTakeFirst()
      return row && toQuarantine(row)
    },

    read: async (id: string): Promise<Quarantine | undefined> => {
      const row = await quarantines.where('id', '=', Number(id)).executeTakeFirst()
      return row && toQuarantine(row)
    },

    evidence: async (id: string): Promise<readonly Evidence[]> => {
      const rows = await db
        .selectFrom('elevate.quarantine_evidence')
        .select(['size', sql<string>`encode(root, 'base64')`.as('root'), 'note', 'host'])
        .where('quarantine', '=', Number(id))
        .orderBy('size')
        .orderBy('host')
        .execute()
      return rows.map(named)
    },

    /** False when the log does not have the leaf that was remembered. */
    intact: async (): Promise<boolean> => {
      const { size, hash } = known.leaf
      if (size === null || hash === null) return true
      const leaf = await db
        .selectFrom('audit.leaf')
        .select('index')
        .where('index', '=', size - 1)
        .where('leaf_hash', '=', hash)
        .executeTakeFirst()
      return leaf !== undefined
    },
  }
}

export function quarantineCommands(trx: Database) {
  return {
    /** Its id, and whether this call began it. */
    begin: async ({
      why,
      said,
    }: Pick<Quarantine, 'why' | 'said'>): Promise<{ readonly id: string; readonly began: boolean }> => {
      const begun = await trx
        .insertInto('elevate.quarantine')
        .values({ why, said: storable(said), began_at: NOW })
        .onConflict((on) => on.expression(sql`(true)`).where('ended_at', 'is', null).doNothing())
        .returning('id')
        .executeTakeFirst()
      if (begun) return { id: String(begun.id), began: true }
      const { id } = await trx
        .selectFrom('elevate.quarantine')
        .select('id')
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow()
      return { id: String(id), began: false }
    },

    add: async (id: string, evidence: readonly Evidence[]): Promise<void> => {
      const found = recordset<{ size: number; root: string; note: string | null; host: string }, 'found'>(
        'found',
        'size bigint, root text, note text, host text',
        JSON.stringify(evidence),
      )
      await insertFrom(trx.insertInto('elevate.quarantine_evidence'), trx.selectFrom(found), ({ ref }) => ({
        quarantine: sql<number>`${id}::bigint`,
        size: ref('found.size'),
        root: sql<Buffer>`decode(root, 'base64')`,
        note: ref('found.note'),
        host: ref('found.host'),
        seen_at: NOW,
      }))
        .onConflict((on) => on.doNothing())
        .execute()
    },

    /** Raises the next numbers of requests, grants and pre-approvals by this much. */
    skipNumbers: async (count: number): Promise<void> => {
      await trx.selectNoFrom(sql`elevate.skip_numbers(${count})`.as('skipped')).execute()
    },

    /** False when it had ended already. */
    end: (id: string, by: string, reason: string): Promise<boolean> =>
      changedOne(
        trx
          .updateTable('elevate.quarantine')
          .set({ ended_at: NOW, ended_by: by, reason: storable(reason) })
          .where('id', '=', Number(id))
          .where('ended_at', 'is', null),
      ),
  }
}
