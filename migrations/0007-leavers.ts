/** Whether the people who have or want access are still there is asked again and again, one after the other. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.person_check (
      person text not null,
      checked_at timestamptz not null,
      constraint one_row_per_checked_person primary key (person)
    ) with (fillfactor = 70);
    comment on table elevate.person_check is
      'When Slack was last asked whether somebody with access is still there; replicas take turns through it';
    grant select, insert, update on elevate.person_check to elevate_app;
  `.execute(db)
}
