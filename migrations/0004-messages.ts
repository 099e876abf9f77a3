/**
 * What is still to be told, what was posted, whose Home is open, which digests are made, and when the bot
 * was last awake.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table elevate.outbox (
      id bigint not null generated always as identity,
      lane text not null,
      notice jsonb not null,
      key text,
      created_at timestamptz not null,
      send_after timestamptz not null,
      taken_at timestamptz,
      attempts integer not null default 0,
      last_error text,
      constraint notice_has_an_id primary key (id)
    );
    comment on table elevate.outbox is 'Notices that wait for the sender; a delivered one is deleted';
    comment on column elevate.outbox.key is
      'Notices with the same key say the same; only one of them waits at a time';
    comment on column elevate.outbox.taken_at is
      'Set when a delivery took it up: from then on it may say too little, and does not keep another with its key out';
    create unique index one_waiting_notice_per_key on elevate.outbox (key)
      where taken_at is null and key is not null;
    create index notices_by_lane on elevate.outbox (lane, send_after);

    create table elevate.outbox_lane (
      lane text not null,
      next_at timestamptz not null default '-infinity',
      constraint one_row_per_lane primary key (lane)
    ) with (fillfactor = 70);
    comment on table elevate.outbox_lane is 'A channel, a person or a Home: where messages queue up';
    comment on column elevate.outbox_lane.next_at is
      'Nobody sends here before this moment: the end of a sender''s lease, then of the pause that Slack asks for';

    create table elevate.posted_message (
      request_id uuid not null,
      lane text not null,
      channel text not null,
      ts text not null,
      constraint one_card_per_request_and_lane primary key (request_id, lane),
      constraint card_shows_a_request foreign key (request_id) references elevate.request (id)
    );
    comment on table elevate.posted_message is
      'Copies of a request''s card in Slack, kept so that they can be redrawn';

    create table elevate.home_viewer (
      person text not null,
      seen_at timestamptz not null,
      constraint one_row_per_viewer primary key (person)
    );
    comment on table elevate.home_viewer is 'People whose Home is open or was lately';

    create table elevate.heartbeat (
      only_row boolean not null default true,
      awake_at timestamptz not null,
      constraint there_is_one_heartbeat primary key (only_row),
      constraint heartbeat_is_the_only_row check (only_row)
    ) with (fillfactor = 50);
    comment on table elevate.heartbeat is 'When any process of this installation was last awake';

    create table elevate.digest (
      covers_from timestamptz not null,
      covers_to timestamptz not null,
      claimed_at timestamptz not null,
      constraint one_digest_per_stretch_of_time primary key (covers_from, covers_to),
      constraint digest_covers_some_time check (covers_to > covers_from)
    );
    comment on table elevate.digest is 'Digests that some replica has taken upon itself to post';

    grant select, insert on elevate.digest to elevate_app;
    grant select, insert, update, delete on elevate.outbox, elevate.home_viewer to elevate_app;
    grant select, insert, update on elevate.outbox_lane, elevate.posted_message, elevate.heartbeat
      to elevate_app;
  `.execute(db)
}
