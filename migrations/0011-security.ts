/** Digests of the week beside those of the day. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.digest add column period text not null default 'daily',
      add constraint only_known_digest_periods check (period in ('daily', 'weekly'));
    alter table elevate.digest drop constraint one_digest_per_stretch_of_time;
    alter table elevate.digest
      add constraint one_digest_per_period_and_stretch_of_time primary key (period, covers_from, covers_to);
    comment on column elevate.digest.period is
      'The next digest of a period begins where the last one ended, however late it is';
    create index newest_digests on elevate.digest (period, covers_to desc);
  `.execute(db)
}
