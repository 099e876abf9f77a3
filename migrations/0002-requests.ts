/**
 * A person asks for an entitlement; approvers decide.
 *
 *     pending ──▶ approved | denied | withdrawn | lapsed
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.request (
      id uuid not null default gen_random_uuid(),
      number bigint not null generated always as identity (start with 1),
      requester text not null,
      target text not null,
      role text not null,
      duration_s integer not null,
      reason text not null,
      policy_name text not null,
      policy_hash text not null,
      state text not null default 'pending',
      version integer not null default 1,
      created_at timestamptz not null,
      lapses_at timestamptz not null,
      closed_at timestamptz,
      closed_by text,
      cards text[] not null,
      constraint request_has_an_id primary key (id),
      constraint request_number_is_unique unique (number),
      constraint only_known_request_states
        check (state in ('pending', 'approved', 'denied', 'withdrawn', 'lapsed')),
      constraint requested_duration_is_positive check (duration_s > 0),
      constraint request_lapses_after_it_was_made check (lapses_at > created_at),
      constraint request_has_a_closing_time_exactly_when_closed
        check ((state = 'pending') = (closed_at is null)),
      constraint only_closed_requests_name_who_closed_them check (state <> 'pending' or closed_by is null)
    );
    comment on table elevate.request is 'Somebody asks for an entitlement, for a duration, with a reason';
    comment on column elevate.request.number is 'What people say: R-1042';
    comment on column elevate.request.policy_hash is 'The policy file in force when it was asked for';
    comment on column elevate.request.cards is 'Lanes that carry a copy of the approval card';

    create unique index one_pending_request_per_entitlement
      on elevate.request (requester, target, role) where state = 'pending';
    create index pending_requests_by_lapse on elevate.request (lapses_at) where state = 'pending';
    create index requests_of_a_person on elevate.request (requester, number);
    create index requests_by_closing on elevate.request (closed_at) where closed_at is not null;

    create table elevate.decision (
      request_id uuid not null,
      approver text not null,
      verdict text not null,
      self boolean not null,
      note text not null,
      at timestamptz not null,
      constraint one_decision_per_approver primary key (request_id, approver),
      constraint decision_belongs_to_a_request foreign key (request_id) references elevate.request (id),
      constraint only_known_verdicts check (verdict in ('approve', 'deny'))
    );
    comment on table elevate.decision is 'One approver''s yes or no; never changed, never removed';
    comment on column elevate.decision.self is
      'The approver is the requester, and policy allowed it in so many words';

    create function elevate.request_edges() returns text[] language sql immutable parallel safe
      return array['pending>approved', 'pending>denied', 'pending>lapsed', 'pending>withdrawn'];
    comment on function elevate.request_edges() is 'The moves of core/lifecycle.ts; a test compares the two';

    create function elevate.guard_request() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.state <> 'pending' then
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
          new.policy_hash, new.created_at, new.lapses_at, new.cards)
        is distinct from
         (old.id, old.number, old.requester, old.target, old.role, old.duration_s, old.reason, old.policy_name,
          old.policy_hash, old.created_at, old.lapses_at, old.cards)
      then
        raise exception 'request R-%: what was asked for does not change', old.number
          using errcode = 'restrict_violation', constraint = 'what_was_asked_for_does_not_change';
      end if;
      return new;
    end
    $$;
    create trigger guard_request before update on elevate.request
      for each row execute function elevate.guard_request();

    create function elevate.refuse_change() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      raise exception '%.% is history: % is not possible', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'history_does_not_change';
    end
    $$;
    create trigger decisions_do_not_change before update or delete on elevate.decision
      for each row execute function elevate.refuse_change();
    create trigger requests_are_not_deleted before delete on elevate.request
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.request to elevate_app;
    grant select, insert on elevate.decision to elevate_app;
  `.execute(db)
}
