/**
 * Forgetting: private texts are erased together with the event that says so, and the rows that repeat them are blanked.
 *
 * `audit.erase` is the one way to remove a private text. The event names what it erases, `index:field` by
 * `index:field`, and exactly that goes, in one statement: a text that is gone without such an event was removed by
 * somebody else, and `elevate audit verify` says so.
 *
 * Rows of requests, decisions, reviews, grants and standing access that are over may change in one way only: their
 * texts become empty. The triggers that let nothing change stay, and step aside for that alone.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
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

    create function audit.erase(event text, secrets jsonb) returns bigint
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    declare
      said jsonb := event::jsonb;
      wanted bigint;
      erased bigint;
    begin
      if said ->> 'type' not in ('privacy.erased', 'retention.applied')
        or coalesce(jsonb_typeof(said #> '{detail,erased}'), '') <> 'array'
      then
        raise exception 'only an event that names what it erases can erase'
          using errcode = 'check_violation', constraint = 'an_erasure_says_what_it_erases';
      end if;
      select count(distinct one) into wanted from jsonb_array_elements_text(said #> '{detail,erased}') as one;
      delete from audit.secret using jsonb_array_elements_text(said #> '{detail,erased}') as one
        where secret.index = split_part(one, ':', 1)::bigint and secret.field = split_part(one, ':', 2);
      get diagnostics erased = row_count;
      -- Two at once, or a list that was made up: the event would say what did not happen.
      if erased <> wanted or wanted <> jsonb_array_length(said #> '{detail,erased}') then
        raise exception 'an erasure of % texts found %', jsonb_array_length(said #> '{detail,erased}'), erased
          using errcode = 'check_violation', constraint = 'an_erasure_erases_what_it_says';
      end if;
      return (audit.append(array[event], secrets))[1];
    end
    $$;
    comment on function audit.erase(text, jsonb) is
      'Erases the private texts that the event names, and adds the event; both or neither';
    revoke all on function audit.erase(text, jsonb) from public;
    grant execute on function audit.erase(text, jsonb) to elevate_app;
    reset role;

    do $$
    begin
      if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke elevate_audit_owner from %I', current_user);
      end if;
    end
    $$;
  `.execute(db)

  await sql`
    -- Generated columns are still empty in a before trigger, so they are left out of the comparison.
    create function elevate.guard_blanking() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    declare
      one text;
      before jsonb := to_jsonb(old) - 'held';
      after jsonb := to_jsonb(new) - 'held';
    begin
      foreach one in array tg_argv loop
        if after -> one is distinct from before -> one and after -> one <> all (array[
          'null', '""', '[]', jsonb_build_object('person', before #> array[one, 'person'], 'name', '')]::jsonb[])
        then
          raise exception '%.% can become empty, and nothing else', tg_table_name, one
            using errcode = 'restrict_violation', constraint = 'history_can_only_become_empty';
        end if;
      end loop;
      if before - tg_argv is distinct from after - tg_argv then
        raise exception 'while texts of % are emptied, nothing else changes', tg_table_name
          using errcode = 'restrict_violation', constraint = 'history_can_only_become_empty';
      end if;
      return new;
    end
    $$;
    comment on function elevate.guard_blanking() is
      'Lets the columns that it is given become empty, and nothing else change';
  `.execute(db)

  for (const { table, guard, when, columns } of BLANKED) {
    const trigger = sql.id(guard.trigger)
    const on = sql.table(`elevate.${table}`)
    const blanking = sql.raw(when)
    await sql`drop trigger ${trigger} on ${on}`.execute(db)
    await sql`create trigger ${trigger} before update on ${on} for each row
      when (not (${blanking})) execute function ${sql.raw(guard.call)}`.execute(db)
    await sql`create trigger ${sql.id(`${table}_texts_can_become_empty`)} before update on ${on} for each row
      when (${blanking}) execute function elevate.guard_blanking(${sql.join(columns.map((one) => sql.lit(one)))})`.execute(
      db,
    )
  }
  await sql`
    create trigger decisions_are_not_deleted before delete on elevate.decision
      for each row execute function elevate.refuse_change();
    grant update (note) on elevate.decision to elevate_app;
    grant delete on elevate.posted_message, elevate.standing_copy to elevate_app;

    create table elevate.retention_run (
      kind text not null,
      ran_at timestamptz not null,
      constraint one_run_per_kind primary key (kind),
      constraint only_known_kinds_of_retention check (kind in ('private_texts', 'messages', 'activity'))
    );
    comment on table elevate.retention_run is 'When what is old was last erased; one replica does it, once a day';
    grant select, insert, update on elevate.retention_run to elevate_app;
  `.execute(db)
}

/** `when`: the row is over, and one of its texts changes. Only then is it a blanking, and judged as one. */
const BLANKED = [
  {
    table: 'request',
    guard: { trigger: 'guard_request', call: 'elevate.guard_request()' },
    when: "old.state not in ('offered', 'pending') and new.reason <> old.reason",
    columns: ['reason'],
  },
  {
    table: 'decision',
    guard: { trigger: 'decisions_do_not_change', call: 'elevate.refuse_change()' },
    when: 'new.note <> old.note',
    columns: ['note'],
  },
  {
    table: 'review',
    guard: { trigger: 'guard_review', call: 'elevate.guard_review()' },
    when: "old.state <> 'open' and new.note <> old.note",
    columns: ['note'],
  },
  {
    table: 'access_grant',
    guard: { trigger: 'guard_grant', call: 'elevate.guard_grant()' },
    when: "old.state = 'revoked' and (new.subject <> old.subject or new.end_note <> old.end_note)",
    columns: ['subject', 'end_note', 'last_error', 'how_to'],
  },
  {
    table: 'standing_access',
    guard: { trigger: 'guard_standing', call: 'elevate.guard_standing()' },
    when: "old.state in ('removed', 'gone') and new.accepted_why <> old.accepted_why",
    columns: ['accepted_why'],
  },
] as const
