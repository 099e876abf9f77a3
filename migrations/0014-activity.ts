/**
 * What people did with the access they were given: one record for each grant, collected while it lives and closed
 * some moments after its end; the entries of the record; what other sources reported of accounts without a grant.
 *
 * Two triggers on the grant begin and end the record, so that no way of giving or taking access can forget it, and
 * neither waits for it.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.activity (
      grant_id uuid not null,
      state text not null default 'open',
      wake_at timestamptz,
      ended_at timestamptz,
      fence bigint not null default 0,
      lease_until timestamptz not null default '-infinity',
      cursor jsonb,
      attempts integer not null default 0,
      target_done boolean not null default false,
      entries integer not null default 0,
      beyond jsonb not null default '{}',
      gaps text[] not null default '{}',
      unavailable text,
      record_hash bytea,
      constraint one_activity_per_grant primary key (grant_id),
      constraint activity_belongs_to_a_grant foreign key (grant_id) references elevate.access_grant (id),
      constraint only_known_activity_states check (state in ('open', 'closed')),
      constraint closed_activity_has_a_hash_and_does_not_wake
        check ((state = 'closed') = (wake_at is null) and (state = 'open' or record_hash is not null)),
      constraint record_hash_is_sha256 check (octet_length(record_hash) = 32)
    ) with (fillfactor = 70);
    comment on table elevate.activity is 'What is known of what was done under a grant, and how far it was read';
    comment on column elevate.activity.cursor is 'The connector''s own mark of how far it has read; nobody else reads it';
    comment on column elevate.activity.ended_at is 'When the target said that the access is gone';
    comment on column elevate.activity.beyond is 'Counted and not kept, by kind; the keys refused and failed count outcomes';
    comment on column elevate.activity.unavailable is 'Why nothing can be seen in the target, as it goes on after "because"';
    comment on column elevate.activity.record_hash is
      'SHA-256 of the entries as they were when the record was closed; the event activity.collected has it too';
    create index activity_to_collect on elevate.activity (wake_at) where state = 'open';

    create table elevate.activity_entry (
      grant_id uuid not null,
      number integer not null,
      source text not null,
      key text not null,
      at timestamptz not null,
      kind text not null,
      outcome text not null,
      code text not null default '',
      session text not null default '',
      text text not null default '',
      constraint entries_are_numbered primary key (grant_id, number),
      constraint entry_belongs_to_an_activity foreign key (grant_id) references elevate.activity (grant_id),
      constraint an_entry_is_kept_once unique (grant_id, source, key),
      constraint only_known_kinds check (kind in
        ('connect', 'select', 'insert', 'update', 'delete', 'ddl', 'grant', 'other', 'failed-login', 'disconnect')),
      constraint only_known_outcomes check (outcome in ('done', 'refused', 'failed', 'unknown')),
      constraint entry_is_short check (length(text) <= 2000 and length(key) <= 300 and length(session) <= 200)
    );
    comment on table elevate.activity_entry is 'What an account did in the window of a grant; texts are redacted as policy says';
    comment on column elevate.activity_entry.source is 'target, or the name of a source in the configuration';
    comment on column elevate.activity_entry.key is 'Names the entry at its source, so that what comes twice is kept once';

    create table elevate.activity_unmatched (
      source text not null,
      key text not null,
      target text not null,
      account text not null,
      at timestamptz not null,
      kind text not null,
      outcome text not null,
      session text not null,
      text text not null,
      after_grant uuid,
      received_at timestamptz not null,
      constraint unmatched_is_kept_once primary key (source, key),
      constraint after_a_known_grant foreign key (after_grant) references elevate.access_grant (id)
    );
    comment on table elevate.activity_unmatched is 'Reported by another source for an account that had no grant at that moment';
    comment on column elevate.activity_unmatched.after_grant is 'The last grant of the account that was over by then';
    create index unmatched_by_account on elevate.activity_unmatched (target, account, received_at);

    create index grants_of_an_account on elevate.access_grant (target, account) where account is not null;

    create table elevate.activity_told (
      target text not null,
      account text not null,
      told_at timestamptz not null,
      constraint one_row_per_told_account primary key (target, account)
    );
    comment on table elevate.activity_told is 'When security was last told of access without a grant, so that it is not told of every statement';

    create table elevate.posted_ending (
      grant_id uuid not null,
      lane text not null,
      channel text not null,
      ts text not null,
      constraint one_ending_per_lane primary key (grant_id, lane),
      constraint ending_of_a_grant foreign key (grant_id) references elevate.access_grant (id)
    );
    comment on table elevate.posted_ending is
      'Receipts and direct messages that close a grant, kept so that they can be redrawn when the record is complete';

    create function elevate.follow_activity() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if new.state = 'active' then
        insert into elevate.activity (grant_id, wake_at) values (new.id, clock_timestamp() + interval '1 minute')
          on conflict do nothing;
      else
        -- The target's last lines need a moment to be written.
        update elevate.activity set ended_at = new.revoked_at, wake_at = clock_timestamp() + interval '3 seconds'
          where grant_id = new.id and state = 'open';
      end if;
      return null;
    end
    $$;
    create trigger follow_activity after update of state on elevate.access_grant
      for each row when (old.state is distinct from new.state and (new.state = 'active'
        or new.state = 'revoked' and new.activated_at is not null))
      execute function elevate.follow_activity();
    comment on function elevate.follow_activity() is 'A grant that becomes active gets its record; its end lets the record be closed';

    insert into elevate.activity (grant_id, wake_at)
      select id, clock_timestamp() from elevate.access_grant where state in ('active', 'revoking') and activated_at is not null;

    create trigger activity_is_not_deleted before delete on elevate.activity
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.activity to elevate_app;
    grant select, insert on elevate.activity_entry to elevate_app;
    grant update (outcome, code) on elevate.activity_entry to elevate_app;
    grant select, insert on elevate.activity_unmatched to elevate_app;
    grant select, insert, update on elevate.activity_told, elevate.posted_ending to elevate_app;
  `.execute(db)
}
