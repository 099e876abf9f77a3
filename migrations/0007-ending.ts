/**
 * When the holder of a grant is warned that it ends. The row is the queue here too: `warn_at` is set once the clock
 * of the access runs, and emptied by whoever tells the holder.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.access_grant
      add column warn_at timestamptz,
      add constraint only_given_grants_warn_of_their_end check (warn_at is null or activated_at is not null);
    comment on column elevate.access_grant.warn_at is
      'From then on the holder is to be told that it ends; empty when told, or when there is nothing to tell';
    create index warnings_by_time on elevate.access_grant (warn_at)
      where state = 'active' and warn_at is not null;
  `.execute(db)
}
