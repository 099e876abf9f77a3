/**
 * Access that was decided. The row is the queue: `wake_at` says when a worker must look at it, and the
 * binding's lease and fence say who may.
 *
 *     provisioning ──▶ active ──▶ revoking ──▶ revoked
 *           └───────────────────────▲
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.access_grant (
      id uuid not null default gen_random_uuid(),
      number bigint not null generated always as identity (start with 1),
      request_id uuid not null,
      person text not null,
      target text not null,
      role text not null,
      account text,
      entitlement jsonb not null,
      subject jsonb not null,
      duration_s integer not null,
      state text not null default 'provisioning',
      version integer not null default 1,
      policy_hash text not null,
      created_at timestamptz not null,
      provision_by timestamptz not null,
      not_after timestamptz not null,
      activated_at timestamptz,
      expires_at timestamptz,
      preexisting boolean not null default false,
      how_to jsonb not null default '[]',
      end_reason text,
      ended_by text,
      end_note text not null default '',
      due_at timestamptz,
      revoked_at timestamptz,
      late_by_ms bigint,
      end_outcome text,
      sessions_ended integer not null default 0,
      left_behind text[] not null default '{}',
      attempts integer not null default 0,
      last_error text,
      stuck_since timestamptz,
      alarms integer not null default 0,
      wake_at timestamptz,
      held tstzrange generated always as
        (case when activated_at is not null then tstzrange(activated_at, revoked_at) end) stored,
      constraint grant_has_an_id primary key (id),
      constraint grant_number_is_unique unique (number),
      constraint one_grant_per_request unique (request_id),
      constraint grant_stems_from_a_request foreign key (request_id) references elevate.request (id),
      constraint only_known_grant_states check (state in ('provisioning', 'active', 'revoking', 'revoked')),
      constraint granted_duration_is_positive check (duration_s > 0),
      constraint active_grants_have_an_account_and_an_expiry
        check (state <> 'active' or (account is not null and activated_at is not null)),
      constraint expiry_is_set_at_activation check ((activated_at is null) = (expires_at is null)),
      constraint access_never_outlives_its_latest_moment check (expires_at <= not_after),
      constraint only_known_end_reasons
        check (end_reason in ('expired', 'returned', 'ended-early', 'not-given')),
      constraint ending_grants_say_why_and_since_when
        check ((state in ('revoking', 'revoked')) = (end_reason is not null)
           and (end_reason is null) = (due_at is null)),
      constraint only_known_end_outcomes
        check (end_outcome in ('taken', 'already-gone', 'kept-standing', 'kept-by-other', 'never-given')),
      constraint revoked_grants_say_when_and_how
        check ((state = 'revoked') = (revoked_at is not null)
           and (revoked_at is null) = (end_outcome is null)
           and (revoked_at is null) = (late_by_ms is null)),
      constraint every_live_grant_is_looked_at_again check ((state = 'revoked') = (wake_at is null))
    );
    comment on table elevate.access_grant is
      'Access that was decided: what is (to be) true in a target, until when, and how it ended';
    comment on column elevate.access_grant.number is 'What people say: G-2077';
    comment on column elevate.access_grant.entitlement is
      'The role''s connector settings at the time of the decision, so that later edits cannot orphan the access';
    comment on column elevate.access_grant.not_after is
      'Latest moment the access may exist, fixed before the target is called';
    comment on column elevate.access_grant.wake_at is
      'When a worker must look: at once while provisioning, at the expiry while active, at the next try while revoking';
    comment on column elevate.access_grant.held is
      'From activation to revocation, open-ended while live, null when the access never appeared';

    create index live_grants_by_wake on elevate.access_grant (target, wake_at) where state <> 'revoked';
    create index wanted_access_of_an_account on elevate.access_grant (target, account)
      where state in ('provisioning', 'active') and account is not null;
    create index grants_of_a_person on elevate.access_grant (person, number);
    create index grants_by_time_held on elevate.access_grant using gist (held) where held is not null;

    create table elevate.binding (
      target text not null,
      role text not null,
      person text not null,
      fence bigint not null default 0,
      lease_until timestamptz not null default '-infinity',
      constraint one_binding_per_person_and_entitlement primary key (target, role, person)
    ) with (fillfactor = 70);
    comment on table elevate.binding is
      'One person, one entitlement: at most one worker at a time acts on it';
    comment on column elevate.binding.fence is
      'Rises with every claim; a worker whose fence was overtaken changes nothing';
    comment on column elevate.binding.lease_until is
      'Nobody else claims before this moment; -infinity when free';

    create function elevate.grant_edges() returns text[] language sql immutable parallel safe
      return array['active>revoking', 'provisioning>active', 'provisioning>revoking', 'revoking>revoked'];
    comment on function elevate.grant_edges() is 'The moves of core/lifecycle.ts; a test compares the two';

    create function elevate.guard_grant() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.state = 'revoked' then
        raise exception 'grant G-% is revoked and stays as it is', old.number
          using errcode = 'restrict_violation', constraint = 'revoked_grants_do_not_change';
      end if;
      if new.state <> old.state and old.state || '>' || new.state <> all (elevate.grant_edges()) then
        raise exception 'grant G-% cannot go from % to %', old.number, old.state, new.state
          using errcode = 'restrict_violation', constraint = 'grants_follow_the_lifecycle';
      end if;
      if new.version <> old.version + 1 then
        raise exception 'grant G-%: version % must follow %', old.number, old.version + 1, old.version
          using errcode = 'restrict_violation', constraint = 'grant_versions_count_one_by_one';
      end if;
      if (new.id, new.number, new.request_id, new.person, new.target, new.role, new.entitlement, new.subject,
          new.duration_s, new.policy_hash, new.created_at, new.provision_by, new.not_after)
        is distinct from
         (old.id, old.number, old.request_id, old.person, old.target, old.role, old.entitlement, old.subject,
          old.duration_s, old.policy_hash, old.created_at, old.provision_by, old.not_after)
      then
        raise exception 'grant G-%: what was decided does not change', old.number
          using errcode = 'restrict_violation', constraint = 'what_was_decided_does_not_change';
      end if;
      if (old.account is not null and new.account is distinct from old.account)
        or (old.activated_at is not null
          and (new.activated_at, new.expires_at) is distinct from (old.activated_at, old.expires_at))
        or (old.due_at is not null and (new.end_reason, new.ended_by, new.end_note, new.due_at)
          is distinct from (old.end_reason, old.ended_by, old.end_note, old.due_at))
      then
        raise exception 'grant G-%: account, activation and end are set once', old.number
          using errcode = 'restrict_violation', constraint = 'account_activation_and_end_are_set_once';
      end if;
      return new;
    end
    $$;
    create trigger guard_grant before update on elevate.access_grant
      for each row execute function elevate.guard_grant();
    create trigger grants_are_not_deleted before delete on elevate.access_grant
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.access_grant, elevate.binding to elevate_app;
  `.execute(db)
}
