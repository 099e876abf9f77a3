/** After a restore no number is given twice: `G-6` would name two grants, and its account may still be in the target. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function elevate.skip_numbers(count bigint) returns void
      language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp
    as $$
    declare
      numbers regclass;
    begin
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
      'Leaves out so many numbers of requests, grants and yeses given beforehand: those that a lost line of the log gave';
    revoke all on function elevate.skip_numbers(bigint) from public;
    grant execute on function elevate.skip_numbers(bigint) to elevate_app;
  `.execute(db)
}
