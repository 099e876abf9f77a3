/** A yes given beforehand ends early too when one of its two people is no longer in the workspace. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    comment on column elevate.pre_approval.ended_by is
      'Empty when its time was over, and when it ended before that because its giver or its person left';
  `.execute(db)
}
