/** The audit log as proofs need it: leaf hashes, events beside their hashes, and checkpoints. */
import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import type {
  ProofStore as CoreProofStore,
  KeptCheckpoint,
  LeafFilter,
  SaltedText,
  StoredLeaf,
} from '../../core/log/audit-proof.ts'
import type { Database } from '../database/connection.ts'
import { theRow } from '../database/rows.ts'

const UNIQUE_VIOLATION = '23505'

type LeafRow = {
  readonly index: number
  readonly leaf_hash: Buffer | null
  readonly bytes: string | null
  readonly texts: readonly SaltedText[] | null
} & { readonly [column in (typeof SEARCHED)[number]]: string | null }

const SEARCHED = ['time', 'type', 'actor', 'subject', 'target', 'role', 'request', 'grant'] as const

const columns = sql`index, leaf_hash, bytes,
  to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
  type, actor, subject, target, role, request, "grant",
  (select jsonb_agg(jsonb_build_object('field', field, 'salt', encode(salt, 'hex'), 'content', content)
      order by field)
    from audit.secret where secret.index = body.index) as texts`

function toLeaf({ index, leaf_hash, bytes, texts, ...searched }: LeafRow): StoredLeaf {
  return {
    index,
    leafHash: leaf_hash ?? undefined,
    bytes: bytes ?? undefined,
    texts: texts ?? [],
    columns: searched,
  }
}

export type ProofStore = ReturnType<typeof proofStore>

export function proofStore(db: Database): CoreProofStore {
  const leaves = async (rows: RawBuilder<LeafRow>) => (await rows.execute(db)).rows.map(toLeaf)
  const kept = async (rest: RawBuilder<unknown>) =>
    (
      await sql<KeptCheckpoint>`
        select size, note || coalesce((select string_agg(signature, '' order by witness)
          from audit.cosignature c where c.line = k.line and c.size = k.size), '') as note
        from audit.checkpoint k ${rest}`.execute(db)
    ).rows
  return {
    size: async () => {
      const { rows } = await sql<{ size: number }>`
        select coalesce(max(index) + 1, 0) as size from audit.leaf`.execute(db)
      return theRow(rows).size
    },
    leafHashes: async (from, limit) => {
      const { rows } = await sql<{ index: number; hash: Buffer }>`
        select index, leaf_hash as hash from audit.leaf where index >= ${from} order by index limit ${limit}`.execute(
        db,
      )
      return rows
    },
    // A row that lacks its other half must be seen too, hence the full join of two short stretches.
    leaves: (from, limit) =>
      leaves(sql`
        select ${columns}
        from (select * from audit.leaf where index >= ${from} order by index limit ${limit}) as leaf
        full join (select * from audit.body where index >= ${from} order by index limit ${limit}) as body using (index)
        order by index limit ${limit}`),
    matching: (filter, { from, before, limit }) =>
      leaves(sql`
        select ${columns}
        from audit.body left join audit.leaf using (index)
        where body.index >= ${from} and body.index < ${before} ${conditions(filter)}
        order by index limit ${limit}`),
    aboutCheckpoints: async (type) => {
      const { rows } = await sql<{ index: number; bytes: string }>`
        select index, bytes from audit.body where type = ${type} order by index`.execute(db)
      return rows
    },
    lastCheckpoint: async () => (await kept(sql`order by line desc, size desc limit 1`))[0],
    checkpoints: (above, limit) =>
      kept(sql`
        where size in (
          select distinct size from audit.checkpoint where size > ${above} order by size limit ${limit})
        order by size, line`),
    keepCheckpoint: async ({ size, note }) => {
      try {
        await sql`select audit.keep_checkpoint(${size}::bigint, ${note}::text)`.execute(db)
        return true
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) return false
        throw error
      }
    },
    keepCosignature: async (note, witness, line) => {
      await sql`select audit.keep_cosignature(${note}::text, ${witness}::text, ${line}::text)`.execute(db)
    },
    notePosted: async (size, place) => {
      await sql`select audit.note_posted(${size}::bigint, ${JSON.stringify(place)}::jsonb)`.execute(db)
    },
  }
}

function conditions({ person, target, from, to, about }: LeafFilter): RawBuilder<unknown> {
  const all = [
    ...(about === undefined
      ? []
      : [
          sql`and body.subject = ${about.person} and (body.request = ${about.request} or body."grant" = ${about.grant})`,
        ]),
    ...(person === undefined ? [] : [sql`and (body.subject = ${person} or body.actor = ${person})`]),
    ...(target === undefined ? [] : [sql`and body.target = ${target}`]),
    ...(from === undefined ? [] : [sql`and body.time >= ${from}`]),
    ...(to === undefined ? [] : [sql`and body.time < ${to}`]),
  ]
  return sql.join(all, sql` `)
}
