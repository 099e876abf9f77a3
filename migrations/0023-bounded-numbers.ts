/** How many numbers a restore skips has a limit: backwards they would be used twice, at their end nobody could ask. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function elevate.skip_numbers(count bigint) returns void
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    declare
      numbers regclass;
    begin
      if count is null or count not between 0 and 1000000000 then
        raise exception 'cannot skip % numbers: the count must be between 0 and 1000000000', count
          using errcode = 'check_violation', constraint = 'numbers_only_increase';
      end if;
      foreach numbers in array array[
        pg_get_serial_sequence('elevate.request', 'number'),
        pg_get_serial_sequence('elevate.access_grant', 'number'),
        pg_get_serial_sequence('elevate.pre_approval', 'number')
      ]::regclass[] loop
        perform setval(numbers, nextval(numbers) + count);
      end loop;
    end
    $$;
    comment on function elevate.skip_numbers(bigint) is
      'Skips this many numbers of requests, grants and pre-approvals: those that were used in lost entries of the log';
  `.execute(db)
}
