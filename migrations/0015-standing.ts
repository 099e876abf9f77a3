/**
 * Access that elevate did not give: who has it according to the targets, since when that is known, and who
 * said that it is meant.
 *
 *     open ◀──▶ accepted
 *       └──▶ removed | gone ◀──┘
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.standing_look (
      target text not null,
      asked_at timestamptz,
      lease_until timestamptz not null default '-infinity',
      tried_at timestamptz,
      read_at timestamptz,
      error text,
      constraint one_look_per_target primary key (target),
      constraint a_look_that_failed_was_tried check (error is null or tried_at is not null)
    );
    comment on table elevate.standing_look is
      'When each target was last asked who has access, and whether it answered; one replica at a time looks';
    comment on column elevate.standing_look.asked_at is 'Somebody wants a look before its time';
    comment on column elevate.standing_look.error is 'Why the last look failed; null when it went well';

    create table elevate.standing_report (
      id uuid not null default gen_random_uuid(),
      target text not null,
      at timestamptz not null,
      first boolean not null,
      error text,
      constraint standing_report_has_an_id primary key (id)
    );
    comment on table elevate.standing_report is
      'What one look at one target brought that was not known; one message in the security channel';
    comment on column elevate.standing_report.first is 'The target had never been read before';
    comment on column elevate.standing_report.error is 'The target could not be read: nothing is known about it';

    create table elevate.standing_copy (
      report_id uuid not null,
      lane text not null,
      channel text not null,
      ts text not null,
      constraint one_copy_per_report_and_lane primary key (report_id, lane),
      constraint copy_shows_a_report foreign key (report_id) references elevate.standing_report (id)
    );
    comment on table elevate.standing_copy is 'Where a report stands in Slack, kept so that it can be redrawn';

    create table elevate.standing_access (
      id uuid not null default gen_random_uuid(),
      target text not null,
      role text not null,
      account text not null,
      via text not null,
      how text not null,
      beyond text,
      leftover boolean not null,
      state text not null default 'open',
      version integer not null default 1,
      report_id uuid not null,
      found_at timestamptz not null,
      seen_at timestamptz not null,
      accepted_by text,
      accepted_at timestamptz,
      accepted_until timestamptz,
      accepted_why text not null default '',
      taking_by text,
      closed_at timestamptz,
      closed_by text,
      constraint standing_access_has_an_id primary key (id),
      constraint standing_access_stands_in_a_report
        foreign key (report_id) references elevate.standing_report (id),
      constraint only_known_ways_to_hold check (via in ('direct', 'nested', 'owner', 'superuser')),
      constraint only_known_standing_states check (state in ('open', 'accepted', 'removed', 'gone')),
      constraint accepted_says_by_whom_and_when
        check ((accepted_by is null) = (accepted_at is null) and (state <> 'accepted' or accepted_by is not null)),
      constraint standing_access_has_a_closing_time_exactly_when_closed
        check ((state in ('removed', 'gone')) = (closed_at is not null))
    );
    comment on table elevate.standing_access is
      'An account that has an entitlement without a grant, and the accepted baseline: who says that it is meant, why, until when';
    comment on column elevate.standing_access.role is '* when it is about everything on the target';
    comment on column elevate.standing_access.beyond is 'Why elevate cannot take it away; null when it can';
    comment on column elevate.standing_access.leftover is 'elevate gave it, and no grant stands for it any more';
    comment on column elevate.standing_access.taking_by is
      'Who pressed Take away, written before the target was asked: if it is gone at the next look, that is why';
    create unique index one_present_row_per_holding
      on elevate.standing_access (target, role, account) where state in ('open', 'accepted');
    create index standing_access_of_a_report on elevate.standing_access (report_id);

    create function elevate.guard_standing() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.state in ('removed', 'gone') then
        raise exception 'standing access that is over stays as it is'
          using errcode = 'restrict_violation', constraint = 'standing_access_that_is_over_does_not_change';
      end if;
      if new.version <> old.version + 1 or (new.id, new.target, new.role, new.account, new.found_at)
        is distinct from (old.id, old.target, old.role, old.account, old.found_at)
      then
        raise exception 'what was found does not change, and versions count one by one'
          using errcode = 'restrict_violation', constraint = 'what_was_found_does_not_change';
      end if;
      return new;
    end
    $$;
    create trigger guard_standing before update on elevate.standing_access
      for each row execute function elevate.guard_standing();
    create trigger standing_access_is_not_deleted before delete on elevate.standing_access
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.standing_look, elevate.standing_copy, elevate.standing_access
      to elevate_app;
    grant select, insert on elevate.standing_report to elevate_app;
  `.execute(db)
}
