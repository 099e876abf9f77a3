/**
 * What is approved without a click: by a rule of the configuration, or by a yes that somebody gave beforehand. And
 * copies of cards in the direct messages of approvers.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.pre_approval (
      id uuid not null default gen_random_uuid(),
      number bigint not null generated always as identity (start with 1),
      giver text not null,
      person text not null,
      target text not null,
      role text not null,
      each_s integer not null,
      reason text not null,
      policy_hash text not null,
      given_at timestamptz not null,
      ends_at timestamptz not null,
      ended_at timestamptz,
      ended_by text,
      constraint pre_approval_has_an_id primary key (id),
      constraint pre_approval_number_is_unique unique (number),
      constraint what_is_pre_approved_has_a_length check (each_s > 0),
      constraint pre_approval_ends_after_it_was_given check (ends_at > given_at),
      constraint nobody_ends_a_pre_approval_that_lives check (ended_at is not null or ended_by is null)
    );
    comment on table elevate.pre_approval is
      'A yes given beforehand to the requests of a person for an entitlement, each up to a length';
    comment on column elevate.pre_approval.number is 'What people say: P-12';
    comment on column elevate.pre_approval.each_s is 'The longest request that it approves';
    comment on column elevate.pre_approval.policy_hash is
      'The policy file in force when it was given; the one in force when it is used decides';
    comment on column elevate.pre_approval.ended_by is 'Empty when its time was over';
    create unique index one_live_pre_approval_of_a_giver
      on elevate.pre_approval (person, target, role, giver) where ended_at is null;
    create index live_pre_approvals_of_a_giver on elevate.pre_approval (giver) where ended_at is null;
    create index live_pre_approvals_by_end on elevate.pre_approval (ends_at) where ended_at is null;

    create function elevate.guard_pre_approval() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.ended_at is not null then
        raise exception 'pre-approval P-% is over and stays as it is', old.number
          using errcode = 'restrict_violation', constraint = 'ended_pre_approvals_do_not_change';
      end if;
      if (new.id, new.number, new.giver, new.person, new.target, new.role, new.each_s, new.reason, new.policy_hash,
          new.given_at, new.ends_at)
        is distinct from
         (old.id, old.number, old.giver, old.person, old.target, old.role, old.each_s, old.reason, old.policy_hash,
          old.given_at, old.ends_at)
      then
        raise exception 'pre-approval P-%: what was given does not change', old.number
          using errcode = 'restrict_violation', constraint = 'what_was_pre_approved_does_not_change';
      end if;
      return new;
    end
    $$;
    create trigger guard_pre_approval before update on elevate.pre_approval
      for each row execute function elevate.guard_pre_approval();
    create trigger pre_approvals_are_not_deleted before delete on elevate.pre_approval
      for each row execute function elevate.refuse_change();

    alter table elevate.decision
      add column pre_approval uuid,
      add constraint decision_comes_of_a_pre_approval
        foreign key (pre_approval) references elevate.pre_approval (id),
      add constraint pre_approvals_only_approve check (pre_approval is null or verdict = 'approve');
    comment on column elevate.decision.pre_approval is 'The yes given beforehand that counted here; empty for a click';
    create index decisions_of_a_pre_approval on elevate.decision (pre_approval) where pre_approval is not null;

    create table elevate.rule_approval (
      request_id uuid not null,
      policy_name text not null,
      rule text not null,
      at timestamptz not null,
      constraint one_rule_approves_a_request primary key (request_id),
      constraint rule_approves_a_request foreign key (request_id) references elevate.request (id)
    );
    comment on table elevate.rule_approval is
      'Requests that a rule of the configuration approved at once, and nobody else; never changed, never removed';
    create trigger rule_approvals_do_not_change before update or delete on elevate.rule_approval
      for each row execute function elevate.refuse_change();

    create table elevate.direct_card (
      request_id uuid not null,
      person text not null,
      constraint one_direct_card_per_person primary key (request_id, person),
      constraint direct_card_shows_a_request foreign key (request_id) references elevate.request (id)
    );
    comment on table elevate.direct_card is
      'Approvers who are to have a copy of a request''s card in their direct messages';

    grant select, insert, update on elevate.pre_approval to elevate_app;
    grant select, insert on elevate.rule_approval, elevate.direct_card to elevate_app;
  `.execute(db)
}
