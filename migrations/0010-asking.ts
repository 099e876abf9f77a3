/**
 * What more can be said when asking: a ticket, somebody else who is to have the access, several roles together.
 *
 *     offered ──▶ pending | declined | withdrawn | lapsed
 *     pending ──▶ approved | denied | withdrawn | lapsed
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.request
      add column ticket text,
      add column asked_by text,
      add column bundle uuid,
      add constraint ticket_is_a_short_word check (ticket <> '' and length(ticket) <= 64),
      add constraint nobody_asks_himself_for_himself check (asked_by <> requester),
      add constraint bundle_is_named_by_its_first_request foreign key (bundle) references elevate.request (id),
      drop constraint only_known_request_states,
      add constraint only_known_request_states
        check (state in ('offered', 'pending', 'approved', 'declined', 'denied', 'withdrawn', 'lapsed')),
      drop constraint request_has_a_closing_time_exactly_when_closed,
      add constraint request_has_a_closing_time_exactly_when_closed
        check ((state in ('offered', 'pending')) = (closed_at is null)),
      drop constraint only_closed_requests_name_who_closed_them,
      add constraint only_closed_requests_name_who_closed_them
        check (state not in ('offered', 'pending') or closed_by is null),
      add constraint only_what_another_asked_for_is_offered
        check (state not in ('offered', 'declined') or asked_by is not null);
    comment on column elevate.request.requester is 'Whose access it would be; asked for by himself or by asked_by';
    comment on column elevate.request.ticket is 'Where the work is written down, in the form that the policy asks for';
    comment on column elevate.request.asked_by is
      'Who asked, where the access is for somebody else, who has to accept it first';
    comment on column elevate.request.bundle is
      'The first of the requests that were asked for together; they share one card';

    drop index elevate.one_pending_request_per_entitlement;
    create unique index one_pending_request_per_entitlement
      on elevate.request (requester, target, role) where state in ('offered', 'pending');
    drop index elevate.pending_requests_by_lapse;
    create index pending_requests_by_lapse on elevate.request (lapses_at) where state in ('offered', 'pending');
    create index requests_by_asker on elevate.request (asked_by, number) where asked_by is not null;
    create index requests_of_a_bundle on elevate.request (bundle) where bundle is not null;

    create or replace function elevate.request_edges() returns text[] language sql immutable parallel safe
      return array['offered>declined', 'offered>lapsed', 'offered>pending', 'offered>withdrawn',
        'pending>approved', 'pending>denied', 'pending>lapsed', 'pending>withdrawn'];

    create or replace function elevate.guard_request() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.state not in ('offered', 'pending') then
        raise exception 'request R-% is % and stays as it is', old.number, old.state
          using errcode = 'restrict_violation', constraint = 'closed_requests_do_not_change';
      end if;
      if new.state <> old.state and old.state || '>' || new.state <> all (elevate.request_edges()) then
        raise exception 'request R-% cannot go from % to %', old.number, old.state, new.state
          using errcode = 'restrict_violation', constraint = 'requests_follow_the_lifecycle';
      end if;
      if new.version <> old.version + 1 then
        raise exception 'request R-%: version % must follow %', old.number, old.version + 1, old.version
          using errcode = 'restrict_violation', constraint = 'request_versions_count_one_by_one';
      end if;
      if (new.id, new.number, new.requester, new.target, new.role, new.duration_s, new.reason, new.policy_name,
          new.policy_hash, new.created_at, new.cards, new.ticket, new.asked_by, new.bundle)
        is distinct from
         (old.id, old.number, old.requester, old.target, old.role, old.duration_s, old.reason, old.policy_name,
          old.policy_hash, old.created_at, old.cards, old.ticket, old.asked_by, old.bundle)
        -- The approvers' time begins when it is put to them.
        or (new.lapses_at <> old.lapses_at and old.state || '>' || new.state <> 'offered>pending')
      then
        raise exception 'request R-%: what was asked for does not change', old.number
          using errcode = 'restrict_violation', constraint = 'what_was_asked_for_does_not_change';
      end if;
      return new;
    end
    $$;
  `.execute(db)
}
