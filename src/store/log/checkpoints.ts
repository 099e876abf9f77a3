/** The audit log as proofs need it: leaf hashes, events beside their hashes, and checkpoints. */
import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import pg from 'pg'
import type { JsonObject } from '../../core/json.ts'
import type {
  KeptCheckpoint,
  LeafFilter,
  ProofEventType,
  SaltedText,
  StoredLeaf,
} from '../../core/log/audit-proof.ts'
import type { Database } from '../database/connection.ts'
import { logSize } from './audit-log.ts'

const UNIQUE_VIOLATION = '23505'

type LeafRow = {
  readonly index: number | null
  readonly leaf_hash: Buffer | null
  readonly bytes: string | null
  readonly texts: readonly SaltedText[] | null
} & { readonly [column in (typeof SEARCHED)[number]]: string | null }

const SEARCHED = ['time', 'type', 'actor', 'subject', 'target', 'role', 'request', 'grant'] as const

function toLeaf({ index, leaf_hash, bytes, texts, ...searched }: LeafRow): StoredLeaf {
  return {
    index: index ?? 0,
    leafHash: leaf_hash ?? undefined,
    bytes: bytes ?? undefined,
    texts: texts ?? [],
    columns: searched,
  }
}

export type ProofStore = ReturnType<typeof proofQueries>

export function proofQueries(db: Database) {
  const bodies = () =>
    db.selectFrom('audit.body as body').select(({ selectFrom }) => [
      'body.index',
      'body.bytes',
      sql<string>`to_char(body.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('time'),
      'body.type',
      'body.actor',
      'body.subject',
      'body.target',
      'body.role',
      'body.request',
      'body.grant',
      jsonArrayFrom(
        selectFrom('audit.secret as s')
          .select(['s.field', sql<string>`encode(s.salt, 'hex')`.as('salt'), 's.content'])
          .whereRef('s.index', '=', 'body.index')
          .orderBy('s.field'),
      ).as('texts'),
    ])
  const checkpoints = () =>
    db.selectFrom('audit.checkpoint as k').select([
      'k.size',
      sql<string>`note || coalesce((select string_agg(signature, '' order by witness)
        from audit.cosignature c where c.line = k.line and c.size = k.size), '')`.as('note'),
    ])
  const call = async (done: ReturnType<typeof sql>) => {
    await db.selectNoFrom(done.as('done')).execute()
  }

  return {
    size: (): Promise<number> => logSize(db),

    /** Hashes in order of index, as they are stored. */
    leafHashes: (
      from: number,
      limit: number,
    ): Promise<readonly { readonly index: number; readonly hash: Uint8Array }[]> =>
      db
        .selectFrom('audit.leaf')
        .select(['index', 'leaf_hash as hash'])
        .where('index', '>=', from)
        .orderBy('index')
        .limit(limit)
        .execute(),

    /** Everything stored from an index on, in order; also what has a hash and no event, or an event and no hash. */
    leaves: async (from: number, limit: number): Promise<readonly StoredLeaf[]> => {
      const leaf = db
        .selectFrom('audit.leaf')
        .selectAll()
        .where('index', '>=', from)
        .orderBy('index')
        .limit(limit)
      const body = bodies().where('body.index', '>=', from).orderBy('body.index').limit(limit)
      const rows = await db
        .selectFrom(leaf.as('leaf'))
        // A row that lacks its other half must be seen too: a full join of two short stretches.
        .fullJoin(body.as('body'), 'body.index', 'leaf.index')
        .selectAll('body')
        .select(({ fn }) => ['leaf.leaf_hash', fn.coalesce('leaf.index', 'body.index').as('index')])
        // Not by the name: the body has a column of that name as well.
        .orderBy(({ fn }) => fn.coalesce('leaf.index', 'body.index'))
        .limit(limit)
        .execute()
      return rows.map(toLeaf)
    },

    /** Events in `[from, before)` that match, in order. */
    matching: async (
      { person, target, from: since, to, about }: LeafFilter,
      { from, before, limit }: { readonly from: number; readonly before: number; readonly limit: number },
    ): Promise<readonly StoredLeaf[]> => {
      let query = bodies()
        .leftJoin('audit.leaf as leaf', 'leaf.index', 'body.index')
        .select('leaf.leaf_hash')
        .where('body.index', '>=', from)
        .where('body.index', '<', before)
        .orderBy('body.index')
        .limit(limit)
      if (about !== undefined)
        query = query
          .where('body.subject', '=', about.person)
          .where((is) => is.or([is('body.request', '=', about.request), is('body.grant', '=', about.grant)]))
      if (person !== undefined)
        query = query.where((is) => is.or([is('body.subject', '=', person), is('body.actor', '=', person)]))
      if (target !== undefined) query = query.where('body.target', '=', target)
      if (since !== undefined) query = query.where('body.time', '>=', since)
      if (to !== undefined) query = query.where('body.time', '<', to)
      return (await query.execute()).map(toLeaf)
    },

    /** Events about the checkpoints themselves, in order; there are few of them in any log. */
    aboutCheckpoints: (
      type: ProofEventType,
    ): Promise<readonly { readonly index: number; readonly bytes: string }[]> =>
      db
        .selectFrom('audit.body')
        .select(['index', 'bytes'])
        .where('type', '=', type)
        .orderBy('index')
        .execute(),

    /** The last one since the last confirmed restore; while there is none since, the largest before it. */
    lastCheckpoint: (): Promise<KeptCheckpoint | undefined> =>
      checkpoints().orderBy('k.line', 'desc').orderBy('k.size', 'desc').limit(1).executeTakeFirst(),

    /** Checkpoints of the next `limit` sizes above `above`, smallest first; of one size there can be several after a restore. */
    checkpoints: (above: number, limit: number): Promise<readonly KeptCheckpoint[]> => {
      const sizes = db
        .selectFrom('audit.checkpoint')
        .select('size')
        .distinct()
        .where('size', '>', above)
        .orderBy('size')
        .limit(limit)
      return checkpoints().where('k.size', 'in', sizes).orderBy('k.size').orderBy('k.line').execute()
    },

    /** False when one of this size is kept already since the last confirmed restore; that one stays. */
    keepCheckpoint: async ({ size, note }: KeptCheckpoint): Promise<boolean> => {
      try {
        await call(sql`audit.keep_checkpoint(${size}::bigint, ${note}::text)`)
        return true
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) return false
        throw error
      }
    },

    /** Keeps a witness's signature line (with its newline) beside a checkpoint, given by its own note. */
    keepCosignature: (note: string, witness: string, line: string): Promise<void> =>
      call(sql`audit.keep_cosignature(${note}::text, ${witness}::text, ${line}::text)`),

    /** Notes one more place where a checkpoint was published. */
    notePosted: (size: number, place: JsonObject): Promise<void> =>
      call(sql`audit.note_posted(${size}::bigint, ${JSON.stringify(place)}::jsonb)`),
  }
}
