/**
 * Where each receiver of the audit log stands, and the texts of the configurations that were in force.
 *
 * A batch is fixed (`batch_until`) before it is sent. Whoever goes on after a crash sends the same events under the same
 * id, so that the receiver can tell a repetition from news.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.delivery (
      name text not null,
      next_index bigint not null default 0,
      batch_until bigint,
      fence bigint not null default 0,
      lease_until timestamptz not null default '-infinity',
      retry_at timestamptz not null default '-infinity',
      attempts integer not null default 0,
      last_error text,
      alarms integer not null default 0,
      claimed_at timestamptz not null,
      watched_since timestamptz not null,
      delivered_at timestamptz,
      constraint one_row_per_receiver primary key (name),
      constraint batch_has_an_event check (batch_until > next_index),
      constraint delivery_begins_at_zero check (next_index >= 0)
    ) with (fillfactor = 50);
    comment on table elevate.delivery is 'How far the audit log was delivered to each receiver in the configuration';
    comment on column elevate.delivery.next_index is 'The first event that is not known to have arrived';
    comment on column elevate.delivery.batch_until is 'Up to here, not included, reaches the message that was begun';
    comment on column elevate.delivery.watched_since is
      'Nobody was there to deliver before: an event is late only since then';

    create function elevate.guard_delivery() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if new.next_index < old.next_index then
        raise exception 'delivery to % has come to event % and does not go back', old.name, old.next_index
          using errcode = 'restrict_violation', constraint = 'deliveries_go_forward';
      end if;
      return new;
    end
    $$;
    create trigger guard_delivery before update on elevate.delivery
      for each row execute function elevate.guard_delivery();

    create table elevate.policy_text (
      hash text not null,
      content text not null,
      first_loaded_at timestamptz not null,
      constraint one_text_per_policy_hash primary key (hash),
      constraint policy_hash_is_of_its_text
        check (hash = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
    );
    comment on table elevate.policy_text is
      'The configuration behind each hash that events name. It holds no secrets, only where they are kept';
    create trigger policy_texts_do_not_change before update or delete on elevate.policy_text
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.delivery to elevate_app;
    grant select, insert on elevate.policy_text to elevate_app;
  `.execute(db)
}
