/**
 * Two roles without a login. `elevate_app` is what the running bot turns into on every connection: it reads
 * and writes state, and can only add to the audit log. `elevate_audit_owner` owns that log; nobody works as
 * it.
 *
 * Roles belong to the whole cluster, migrations to one database, so several databases may come here at
 * once: whoever loses the race finds the role made.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare
      wanted text;
      powerful boolean;
    begin
      if current_setting('server_version_num')::integer < 150000 then
        raise exception 'elevate needs PostgreSQL 15 or later, this is %', current_setting('server_version');
      end if;
      -- The log is hashed as UTF-8 bytes; in another encoding the hash and the stored text would drift apart.
      if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'elevate needs a database in UTF8, this one is in %', current_setting('server_encoding');
      end if;
      select rolsuper or rolcreaterole into powerful from pg_roles where rolname = current_user;

      foreach wanted in array array['elevate_app', 'elevate_audit_owner'] loop
        continue when exists (select from pg_roles where rolname = wanted);
        if not powerful then
          raise exception 'the role % is missing and % may not create it', wanted, current_user
            using errcode = 'insufficient_privilege',
              hint = format('Run the migration with a login that has CREATEROLE, or create the role first: '
                'create role %I nologin; grant %I to %I;', wanted, wanted, current_user);
        end if;
        begin
          execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then
          null;
        end;
      end loop;

      if exists (select from pg_roles where rolname in ('elevate_app', 'elevate_audit_owner') and rolcanlogin) then
        raise exception 'the roles elevate_app and elevate_audit_owner must not be able to log in';
      end if;

      -- A superuser may act as any role already. Others need to be members to hand the log over, and to
      -- become elevate_app later; the membership in the owner is taken back once the log is made.
      if not (select rolsuper from pg_roles where rolname = current_user) then
        begin
          execute format('grant elevate_app, elevate_audit_owner to %I', current_user);
        exception when insufficient_privilege then
          raise exception '% may not act as elevate_app and elevate_audit_owner', current_user
            using errcode = 'insufficient_privilege',
              hint = format('As a superuser: grant elevate_app, elevate_audit_owner to %I;', current_user);
        end;
      end if;
    end
    $$;

    create schema if not exists elevate;
    comment on schema elevate is 'Requests, grants and what is still to be done about them';
    grant usage on schema elevate to elevate_app;
    -- At this point only the migrations' own tables exist: the bot may look whether it is up to date.
    grant select on all tables in schema elevate to elevate_app;
  `.execute(db)
}
