/** What was done with access, and why it was approved beforehand, can become empty too, and change in no other way. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create trigger entry_texts_can_become_empty before update on elevate.activity_entry for each row
      when (new.text <> old.text) execute function elevate.guard_blanking('text');
    create trigger unmatched_texts_can_become_empty before update on elevate.activity_unmatched for each row
      when (new.text <> old.text) execute function elevate.guard_blanking('text');
    drop trigger guard_pre_approval on elevate.pre_approval;
    create trigger guard_pre_approval before update on elevate.pre_approval for each row
      when (not (old.ended_at is not null and new.reason <> old.reason))
      execute function elevate.guard_pre_approval();
    create trigger pre_approval_texts_can_become_empty before update on elevate.pre_approval for each row
      when (old.ended_at is not null and new.reason <> old.reason)
      execute function elevate.guard_blanking('reason');
    grant update (text) on elevate.activity_entry, elevate.activity_unmatched to elevate_app;
    grant delete on elevate.posted_ending to elevate_app;
  `.execute(db)
}
