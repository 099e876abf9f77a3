/**
 * A record outlives the texts in it: each entry has a commitment to its text, SHA-256 of a random salt and the text, and
 * the record's hash is over commitments. When text and salt are erased together the hash holds, and nobody can guess a
 * short statement from what is left.
 *
 * Records that were closed before are closed once more, so that the log names the hash of their new form.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table elevate.activity_entry add column salt bytea, add column commitment bytea;
    comment on column elevate.activity_entry.salt is 'Erased together with the text; 32 random bytes';
    comment on column elevate.activity_entry.commitment is
      'SHA-256 of salt and text, and what the record has in place of the text; null where nothing was written';

    update elevate.activity_entry set salt = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
      where text <> '';
    update elevate.activity_entry set commitment = sha256(salt || convert_to(text, 'UTF8')) where salt is not null;
    update elevate.activity set state = 'open', wake_at = clock_timestamp(), lease_until = '-infinity'
      where state = 'closed';

    alter table elevate.activity_entry
      add constraint text_and_salt_come_and_go_together check ((text <> '') = (salt is not null)),
      add constraint a_text_has_a_commitment check (text = '' or commitment is not null),
      add constraint salt_is_long_enough check (octet_length(salt) = 32),
      add constraint commitment_is_sha256 check (octet_length(commitment) = 32);
    comment on column elevate.activity.record_hash is
      'SHA-256 of the lines of the record when it was closed; the event activity.collected has it too';

    drop trigger entry_texts_can_become_empty on elevate.activity_entry;
    create trigger entry_texts_can_become_empty before update on elevate.activity_entry for each row
      when ((new.text, new.salt, new.commitment) is distinct from (old.text, old.salt, old.commitment))
      execute function elevate.guard_blanking('text', 'salt');
    create trigger entries_are_not_deleted before delete on elevate.activity_entry
      for each row execute function elevate.refuse_change();
    grant update (salt) on elevate.activity_entry to elevate_app;
  `.execute(db)
}
