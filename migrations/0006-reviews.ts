/**
 * Access that was taken by break-glass, without approval, owes a review by somebody else.
 *
 *     open ──▶ justified | unjustified
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.review (
      request_id uuid not null,
      person text not null,
      state text not null default 'open',
      opened_at timestamptz not null,
      closed_at timestamptz,
      reviewer text,
      note text not null default '',
      constraint one_review_per_request primary key (request_id),
      constraint review_belongs_to_a_request foreign key (request_id) references elevate.request (id),
      constraint only_known_review_states check (state in ('open', 'justified', 'unjustified')),
      constraint reviews_say_who_wrote_them_and_when_exactly_when_closed
        check ((state = 'open') = (closed_at is null) and (closed_at is null) = (reviewer is null)),
      constraint nobody_reviews_himself check (reviewer <> person)
    );
    comment on table elevate.review is
      'A request that has a review was not approved: its requester took the access by break-glass';
    comment on column elevate.review.person is 'Who took the access: the requester';

    create index open_reviews on elevate.review (opened_at) where state = 'open';
    create index open_reviews_of_a_person on elevate.review (person) where state = 'open';

    create function elevate.review_edges() returns text[] language sql immutable parallel safe
      return array['open>justified', 'open>unjustified'];
    comment on function elevate.review_edges() is 'The moves of core/lifecycle.ts; a test compares the two';

    create function elevate.guard_review() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp
    as $$
    begin
      if old.state || '>' || new.state <> all (elevate.review_edges()) then
        raise exception 'a review cannot go from % to %', old.state, new.state
          using errcode = 'restrict_violation', constraint = 'reviews_follow_the_lifecycle';
      end if;
      if (new.request_id, new.person, new.opened_at)
        is distinct from (old.request_id, old.person, old.opened_at)
      then
        raise exception 'what is reviewed does not change'
          using errcode = 'restrict_violation', constraint = 'what_is_reviewed_does_not_change';
      end if;
      return new;
    end
    $$;
    create trigger guard_review before update on elevate.review
      for each row execute function elevate.guard_review();
    create trigger reviews_are_not_deleted before delete on elevate.review
      for each row execute function elevate.refuse_change();

    grant select, insert, update on elevate.review to elevate_app;
  `.execute(db)
}
