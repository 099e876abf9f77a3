/** Everything about one request or one grant, found without reading the whole log. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // The log belongs to elevate_audit_owner. Who made that role may become it again for a moment; see 0001 and 0005.
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
    create index events_by_request on audit.body (request, index) where request is not null;
    create index events_by_grant on audit.body ("grant", index) where "grant" is not null;
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
