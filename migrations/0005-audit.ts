/**
 * The audit log: leaves of a Merkle tree, the bytes they stand for, and the private texts that the bytes
 * only commit to. One function adds to it; nothing changes it.
 *
 * The function fills in what only the database can know, the index and the time, into bytes that the
 * application made canonical. It looks for `"index":""` and `"time":""`. A text that somebody typed cannot
 * contain either: inside a JSON string every quote is written \", and `"index":""` has a bare quote behind
 * `index`, so it can only be a key. A key of that name deeper in the event makes two of them, which is
 * refused. At last the filled event is parsed, and must say the index and the time that were meant, at its
 * top.
 *
 * No foreign keys from body and secret to leaf: the one function writes all three, and everybody waits for
 * it.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create schema audit authorization elevate_audit_owner;
    set local role elevate_audit_owner;
    comment on schema audit is 'The audit log: append-only, provable';

    create table audit.leaf (
      index bigint not null,
      leaf_hash bytea not null,
      constraint leaf_has_an_index primary key (index),
      constraint indexes_count_from_zero check (index >= 0),
      constraint leaf_hash_is_sha256 check (octet_length(leaf_hash) = 32)
    );
    comment on table audit.leaf is 'Leaf hashes of the Merkle tree (RFC 6962), without gaps; kept for ever';
    comment on column audit.leaf.leaf_hash is 'SHA-256 of a zero byte and the event''s bytes';

    create table audit.body (
      index bigint not null,
      bytes text not null,
      time timestamptz not null,
      type text not null,
      actor text not null,
      subject text,
      target text,
      role text,
      request text,
      "grant" text,
      constraint body_has_an_index primary key (index),
      constraint body_fits_an_entry_bundle check (octet_length(bytes) <= 65535)
    );
    comment on table audit.body is
      'What happened, byte for byte as it was hashed (RFC 8785); never built again from jsonb';
    comment on column audit.body.time is
      'This and what follows is taken from the bytes by append, for searching; the bytes count';
    create index events_by_actor on audit.body (actor, index);
    create index events_by_subject on audit.body (subject, index) where subject is not null;
    create index events_by_target on audit.body (target, role, index) where target is not null;
    create index events_by_type on audit.body (type, index);
    create index events_by_time on audit.body using brin (time) with (pages_per_range = 16, autosummarize = on);

    create table audit.secret (
      index bigint not null,
      field text not null,
      salt bytea not null,
      content text not null,
      constraint one_text_per_field primary key (index, field),
      constraint salt_is_32_bytes check (octet_length(salt) = 32)
    );
    comment on table audit.secret is
      'Private texts. The event holds only the salted hash, so deleting a row here erases the text and breaks no proof. '
      'The application may not; elevate_audit_owner may';

    create table audit.checkpoint (
      size bigint not null,
      note text not null,
      posted jsonb not null default '[]',
      constraint one_checkpoint_per_size primary key (size),
      constraint checkpoint_size_is_not_negative check (size >= 0)
    );
    comment on table audit.checkpoint is
      'Signed statements of the log''s size and root hash, and where they were published';

    create function audit.append(events text[], secrets jsonb) returns bigint[]
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    declare
      last bigint;
      indexes bigint[] := '{}';
      moment timestamptz;
      stamp text;
      filled text;
      parsed jsonb;
      secret record;
    begin
      if coalesce(cardinality(events), 0) = 0 then
        return indexes;
      end if;
      -- One at a time until the commit: an index is given only when everything before it is decided, so
      -- that a transaction that rolls back leaves no gap. Each statement below sees what was committed
      -- while we waited.
      perform pg_advisory_xact_lock(2611230641);
      select coalesce(max(index), -1) into last from audit.leaf;

      for n in 1 .. cardinality(events) loop
        if length(events[n]) - length(replace(events[n], '"index":""', '')) is distinct from length('"index":""')
          or length(events[n]) - length(replace(events[n], '"time":""', '')) is distinct from length('"time":""')
        then
          raise exception 'an event needs "index":"" and "time":"" exactly once'
            using errcode = 'check_violation', constraint = 'event_leaves_index_and_time_open';
        end if;
        last := last + 1;
        moment := clock_timestamp();
        stamp := to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
        filled := replace(events[n], '"index":""', '"index":"' || last || '"');
        filled := replace(filled, '"time":""', '"time":"' || stamp || '"');
        parsed := filled::jsonb;
        if (parsed ->> 'index', parsed ->> 'time') is distinct from (last::text, stamp) then
          raise exception 'an event says its index and its time at the top'
            using errcode = 'check_violation', constraint = 'event_says_its_index_and_time';
        end if;
        insert into audit.leaf (index, leaf_hash)
          values (last, sha256('\\x00'::bytea || convert_to(filled, 'UTF8')));
        insert into audit.body (index, bytes, time, type, actor, subject, target, role, request, "grant")
          values (last, filled, moment, parsed ->> 'type', parsed #>> '{actor,id}', parsed ->> 'subject',
            parsed ->> 'target', parsed ->> 'role', parsed ->> 'request', parsed ->> 'grant');
        indexes := indexes || last;
        continue when secrets = '[]';

        for secret in
          select one.field, decode(one.salt, 'hex') as salt, one.content
          from jsonb_to_recordset(secrets) as one (event integer, field text, salt text, content text)
          where one.event = n
        loop
          if parsed ->> (secret.field || '_c') is distinct from
            encode(sha256(secret.salt || convert_to(secret.content, 'UTF8')), 'hex')
          then
            raise exception 'the text % is not the one its event commits to', secret.field
              using errcode = 'check_violation', constraint = 'text_matches_its_commitment';
          end if;
          insert into audit.secret (index, field, salt, content)
            values (last, secret.field, secret.salt, secret.content);
        end loop;
      end loop;
      return indexes;
    end
    $$;
    comment on function audit.append(text[], jsonb) is
      'Adds events, canonical but for an empty index and time, and returns their indexes. Texts: event (from 1), field, '
      'salt (hex), content';

    create function audit.keep_checkpoint(size bigint, note text) returns void
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if size > (select coalesce(max(index) + 1, 0) from audit.leaf) then
        raise exception 'a checkpoint of % events is ahead of the log', size using errcode = 'check_violation';
      end if;
      insert into audit.checkpoint (size, note) values (keep_checkpoint.size, keep_checkpoint.note);
    end
    $$;
    comment on function audit.keep_checkpoint(bigint, text) is
      'Keeps a signed checkpoint; one per size, for ever';

    create function audit.note_posted(size bigint, place jsonb) returns void
      language sql volatile security definer
      set search_path = pg_catalog, pg_temp
      begin atomic
        update audit.checkpoint set posted = posted || jsonb_build_array(place)
          where checkpoint.size = note_posted.size;
      end;
    comment on function audit.note_posted(bigint, jsonb) is
      'Notes one more place where a checkpoint was published';

    create function audit.refuse_change() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      raise exception 'the audit log only grows: % of % is not possible', lower(tg_op), tg_table_name
        using errcode = 'restrict_violation', constraint = 'audit_log_only_grows';
    end
    $$;
    create function audit.guard_checkpoint() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if (new.size, new.note) is distinct from (old.size, old.note) or not new.posted @> old.posted then
        raise exception 'a checkpoint stays as it was signed' using errcode = 'restrict_violation',
          constraint = 'audit_log_only_grows';
      end if;
      return new;
    end
    $$;

    create trigger leaf_does_not_change before update or delete on audit.leaf
      for each row execute function audit.refuse_change();
    create trigger leaf_is_not_emptied before truncate on audit.leaf
      for each statement execute function audit.refuse_change();
    create trigger body_does_not_change before update or delete on audit.body
      for each row execute function audit.refuse_change();
    create trigger body_is_not_emptied before truncate on audit.body
      for each statement execute function audit.refuse_change();
    create trigger secret_does_not_change before update on audit.secret
      for each row execute function audit.refuse_change();
    create trigger secret_is_not_emptied before truncate on audit.secret
      for each statement execute function audit.refuse_change();
    create trigger checkpoint_stays_signed before update on audit.checkpoint
      for each row execute function audit.guard_checkpoint();
    create trigger checkpoint_does_not_go before delete on audit.checkpoint
      for each row execute function audit.refuse_change();
    create trigger checkpoint_is_not_emptied before truncate on audit.checkpoint
      for each statement execute function audit.refuse_change();
  `.execute(db)

  // ALWAYS: also for a superuser who sets session_replication_role to replica, which silences ordinary
  // triggers.
  for (const [table, triggers] of Object.entries(ALWAYS)) {
    for (const trigger of triggers) {
      await sql`alter table ${sql.table(`audit.${table}`)} enable always trigger ${sql.id(trigger)}`.execute(
        db,
      )
    }
  }

  await sql`
    revoke all on all functions in schema audit from public;
    grant usage on schema audit to elevate_app;
    grant select on all tables in schema audit to elevate_app;
    grant execute on function
      audit.append(text[], jsonb), audit.keep_checkpoint(bigint, text), audit.note_posted(bigint, jsonb)
      to elevate_app;
    reset role;

    do $$
    begin
      if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke elevate_audit_owner from %I', current_user);
      end if;
    end
    $$;
  `.execute(db)
}

const ALWAYS = {
  leaf: ['leaf_does_not_change', 'leaf_is_not_emptied'],
  body: ['body_does_not_change', 'body_is_not_emptied'],
  secret: ['secret_does_not_change', 'secret_is_not_emptied'],
  checkpoint: ['checkpoint_stays_signed', 'checkpoint_does_not_go', 'checkpoint_is_not_emptied'],
}
