/** When the approvers of a request that waits are reminded, again and again at growing intervals. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.request
      add column remind_every_s integer,
      add column remind_at timestamptz,
      add constraint reminders_have_an_interval
        check ((remind_every_s is null) = (remind_at is null) and remind_every_s > 0);
    comment on column elevate.request.remind_every_s is
      'The interval before the next reminder, at first by the policy of that moment; each doubles it; empty for none';
    comment on column elevate.request.remind_at is 'From then on the next reminder is due';
    create index reminders_by_time on elevate.request (remind_at)
      where state = 'pending' and remind_at is not null;
  `.execute(db)
}
