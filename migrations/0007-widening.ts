/** When a request that nobody answered is put to the policy's fallback approvers as well. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.request
      add column fallback_at timestamptz,
      add column widened boolean not null default false;
    comment on column elevate.request.fallback_at is
      'From then on the fallback approvers are to be asked too; empty when they were, or when there are none';
    comment on column elevate.request.widened is 'The fallback approvers of the policy may decide on it as well';
    create index fallbacks_by_time on elevate.request (fallback_at)
      where state = 'pending' and fallback_at is not null;
  `.execute(db)
}
