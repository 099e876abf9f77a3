/**
 * Quarantine: while the log is not the one that was signed, nothing is decided, given, taken or told of. The
 * database refuses it, for every replica and every command alike, until an operator has confirmed the difference.
 *
 * A confirmed restore begins a new line of checkpoints. Its sizes may come again, so a checkpoint is known by line and
 * size; what belonged to the line before stays where it is.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.quarantine (
      id bigint not null generated always as identity,
      why text not null,
      said text not null,
      began_at timestamptz not null,
      ended_at timestamptz,
      ended_by text,
      reason text not null default '',
      constraint quarantine_has_an_id primary key (id),
      constraint only_known_causes_of_quarantine check (why in ('restored', 'rewritten')),
      constraint ended_quarantines_say_by_whom check ((ended_at is null) = (ended_by is null))
    );
    comment on table elevate.quarantine is
      'Stretches of time in which the log was not the one that had been signed, and nothing was done';
    create unique index one_quarantine_at_a_time on elevate.quarantine ((true)) where ended_at is null;

    create table elevate.quarantine_evidence (
      quarantine bigint not null,
      size bigint not null,
      root bytea not null,
      note text,
      host text not null,
      seen_at timestamptz not null,
      constraint checkpoint_is_evidence_once primary key (quarantine, size, root),
      constraint evidence_belongs_to_a_quarantine foreign key (quarantine) references elevate.quarantine (id)
    );
    comment on table elevate.quarantine_evidence is
      'Checkpoints that were signed, or counted by a running replica, and that the log does not bear out';

    create function elevate.admitted(known_size bigint, known_hash bytea) returns boolean
      language sql stable parallel safe
      return not exists (select from elevate.quarantine where ended_at is null)
        and (known_size is null
          or exists (select from audit.leaf where index = known_size - 1 and leaf_hash = known_hash));
    comment on function elevate.admitted(bigint, bytea) is
      'May anything be done? Not in quarantine, and not when the log lost the newest signed event that the asker knows';

    create function elevate.admit(known_size bigint, known_hash bytea) returns void
      language plpgsql stable
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if not elevate.admitted(known_size, known_hash) then
        raise exception 'elevate is in quarantine' using errcode = 'EQ001';
      end if;
    end
    $$;
    comment on function elevate.admit(bigint, bytea) is 'Ends the transaction when elevate.admitted says no';

    revoke all on function elevate.admitted(bigint, bytea), elevate.admit(bigint, bytea) from public;
    grant execute on function elevate.admitted(bigint, bytea), elevate.admit(bigint, bytea) to elevate_app;
    grant select, insert, update on elevate.quarantine to elevate_app;
    grant select, insert on elevate.quarantine_evidence to elevate_app;
  `.execute(db)

  await sql`
    do $$
    begin
      if not (select rolsuper from pg_roles where rolname = current_user) then
        begin
          execute format('grant elevate_audit_owner to %I', current_user);
        exception when insufficient_privilege then
          raise exception '% may not act as elevate_audit_owner', current_user
            using errcode = 'insufficient_privilege',
              hint = format('As a superuser: grant elevate_audit_owner to %I;', current_user);
        end;
      end if;
    end
    $$;
    set local role elevate_audit_owner;
    alter table audit.checkpoint
      add column line integer not null default 0,
      drop constraint one_checkpoint_per_size,
      add constraint one_checkpoint_per_line_and_size primary key (line, size);
    comment on column audit.checkpoint.line is 'How many confirmed restores came before it';

    create or replace function audit.keep_checkpoint(size bigint, note text) returns void
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if size > (select coalesce(max(index) + 1, 0) from audit.leaf) then
        raise exception 'a checkpoint of % events is ahead of the log', size using errcode = 'check_violation';
      end if;
      insert into audit.checkpoint (line, size, note)
        select count(*), keep_checkpoint.size, keep_checkpoint.note from audit.body where type = 'quarantine.ended';
    end
    $$;

    create or replace function audit.note_posted(size bigint, place jsonb) returns void
      language sql volatile security definer
      set search_path = pg_catalog, pg_temp
      begin atomic
        update audit.checkpoint set posted = posted || jsonb_build_array(place)
          where checkpoint.size = note_posted.size
            and line = (select max(newest.line) from audit.checkpoint newest where newest.size = note_posted.size);
      end;

    create or replace function audit.guard_checkpoint() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if (new.line, new.size, new.note) is distinct from (old.line, old.size, old.note)
        or not new.posted @> old.posted
      then
        raise exception 'a checkpoint stays as it was signed' using errcode = 'restrict_violation',
          constraint = 'audit_log_only_grows';
      end if;
      return new;
    end
    $$;

    create table audit.cosignature (
      line integer not null,
      size bigint not null,
      witness text not null,
      signature text not null,
      kept_at timestamptz not null,
      constraint one_cosignature_per_witness primary key (line, size, witness)
    );
    comment on table audit.cosignature is
      'What witnesses signed: that a checkpoint follows from everything they had seen of the log before';
    comment on column audit.cosignature.witness is 'Name and id of the witness''s key';
    create trigger cosignature_does_not_change before update or delete on audit.cosignature
      for each row execute function audit.refuse_change();
    create trigger cosignature_is_not_emptied before truncate on audit.cosignature
      for each statement execute function audit.refuse_change();
    alter table audit.cosignature enable always trigger cosignature_does_not_change;
    alter table audit.cosignature enable always trigger cosignature_is_not_emptied;

    create function audit.keep_cosignature(note text, witness text, signature text) returns void
      language sql volatile security definer
      set search_path = pg_catalog, pg_temp
      begin atomic
        insert into audit.cosignature (line, size, witness, signature, kept_at)
          select line, size, keep_cosignature.witness, keep_cosignature.signature, clock_timestamp()
          from audit.checkpoint where checkpoint.note = keep_cosignature.note
          on conflict do nothing;
      end;
    comment on function audit.keep_cosignature(text, text, text) is
      'Keeps a witness''s signature line beside the checkpoint it is of; one per witness, for ever';

    revoke all on function audit.keep_cosignature(text, text, text) from public;
    grant select on audit.cosignature to elevate_app;
    grant execute on function audit.keep_cosignature(text, text, text) to elevate_app;
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
