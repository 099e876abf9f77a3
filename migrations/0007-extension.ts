/**
 * Access that goes on: a request may name the grant it is to prolong, and the grant that comes of it uses the same
 * account, without a gap.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.request add column prolongs uuid,
      add constraint request_prolongs_a_grant foreign key (prolongs) references elevate.access_grant (id);
    comment on column elevate.request.prolongs is 'The grant that is to go on, when this asks for an extension';

    alter table elevate.access_grant
      add column prolongs uuid,
      add column account_for uuid,
      add column goes_on_from timestamptz,
      add constraint grant_prolongs_a_grant foreign key (prolongs) references elevate.access_grant (id),
      add constraint account_was_made_for_a_grant foreign key (account_for) references elevate.access_grant (id),
      add constraint extensions_say_from_when_and_with_which_account
        check ((prolongs is null) = (account_for is null) and (prolongs is null) = (goes_on_from is null)
           and (prolongs is null or account is not null));
    comment on column elevate.access_grant.prolongs is
      'The grant it goes on from; it was live when this one was decided, else this one stands alone';
    comment on column elevate.access_grant.account_for is
      'The first grant of the chain, whose name the account carries in the target; empty when it is this one';
    comment on column elevate.access_grant.goes_on_from is
      'When the one before ends: what was granted is counted from there';
    create index extensions_of_a_grant on elevate.access_grant (prolongs) where prolongs is not null;
    create index chains_of_grants on elevate.access_grant (account_for) where account_for is not null;

    create function elevate.guard_extension() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      raise exception 'what was decided to be prolonged does not change'
        using errcode = 'restrict_violation', constraint = 'what_is_prolonged_does_not_change';
    end
    $$;
    create trigger guard_extension before update on elevate.request for each row
      when (new.prolongs is distinct from old.prolongs) execute function elevate.guard_extension();
    create trigger guard_extension before update on elevate.access_grant for each row
      when ((new.prolongs, new.account_for, new.goes_on_from)
        is distinct from (old.prolongs, old.account_for, old.goes_on_from))
      execute function elevate.guard_extension();
  `.execute(db)
}
