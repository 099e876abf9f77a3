/**
 * Deciding: a start in the future, a yes for less than was asked, and a question before the answer.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.request
      add column starts_at timestamptz,
      add constraint requested_start_is_in_the_future check (starts_at > created_at),
      add constraint extensions_start_where_the_access_ends check (starts_at is null or prolongs is null);
    comment on column elevate.request.starts_at is
      'From when on it is wanted; empty for as soon as it is approved';

    alter table elevate.access_grant
      add column starts_at timestamptz,
      add constraint later_start_is_in_the_future check (starts_at > created_at),
      add constraint nothing_is_given_before_the_start check (activated_at >= starts_at);
    comment on column elevate.access_grant.starts_at is
      'The target is not called before; empty for at once';

    create function elevate.guard_start() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      raise exception 'from when on it was asked for and decided does not change'
        using errcode = 'restrict_violation', constraint = 'the_start_does_not_change';
    end
    $$;
    create trigger guard_start before update on elevate.request for each row
      when (new.starts_at is distinct from old.starts_at) execute function elevate.guard_start();
    create trigger guard_start before update on elevate.access_grant for each row
      when (new.starts_at is distinct from old.starts_at) execute function elevate.guard_start();

    alter table elevate.decision
      add column duration_s integer,
      add column starts_at timestamptz,
      add constraint only_a_yes_has_limits
        check (verdict = 'approve' or (duration_s is null and starts_at is null)),
      add constraint allowed_duration_is_positive check (duration_s > 0);
    comment on column elevate.decision.duration_s is 'For so long at most; empty for as long as was asked';
    comment on column elevate.decision.starts_at is 'Not before; empty for when it was asked';

    create table elevate.question (
      id uuid not null default gen_random_uuid(),
      request_id uuid not null,
      asker text not null,
      question text not null,
      asked_at timestamptz not null,
      answer text,
      answered_by text,
      answered_at timestamptz,
      constraint question_has_an_id primary key (id),
      constraint question_is_about_a_request foreign key (request_id) references elevate.request (id),
      constraint answers_say_who_gave_them_and_when
        check ((answer is null) = (answered_by is null) and (answer is null) = (answered_at is null))
    );
    comment on table elevate.question is 'What somebody who may decide wants to know first, and the answer';
    create index questions_of_a_request on elevate.question (request_id, asked_at);

    create function elevate.guard_question() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.answer is not null
        or (new.id, new.request_id, new.asker, new.question, new.asked_at)
          is distinct from (old.id, old.request_id, old.asker, old.question, old.asked_at)
      then
        raise exception 'a question stays as it was asked, and is answered once'
          using errcode = 'restrict_violation', constraint = 'questions_are_answered_once';
      end if;
      return new;
    end
    $$;
    create trigger guard_question before update on elevate.question
      for each row execute function elevate.guard_question();
    create trigger questions_are_not_deleted before delete on elevate.question
      for each row execute function elevate.refuse_change();
    grant select, insert, update on elevate.question to elevate_app;
  `.execute(db)
}
