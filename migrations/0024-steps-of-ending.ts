/**
 * Ending access takes several steps, and a process may end between any two. What the steps did is kept as it happens, so
 * that a later try does not take its own work for "it was already gone". And names change in a target: what it calls its
 * things itself is kept when the access is granted.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.access_grant add column taken boolean not null default false, add column target_ids jsonb;
    comment on column elevate.access_grant.taken is
      'The target had this access when elevate came to end it, and a step of ending took it; sessions_ended counts along';
    comment on column elevate.access_grant.target_ids is
      'The target''s own ids of itself, the account and the entitlement, as read when the access was granted';
  `.execute(db)
}
