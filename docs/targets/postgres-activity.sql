-- Lets elevate read what its accounts did in this server's JSON log, and nothing else. Version 1.
--
-- A database administrator (superuser) runs this once, in the database that elevate connects to. It can be repeated.
-- It needs, in postgresql.conf:
--
--   logging_collector = on                 -- takes a restart
--   log_destination = 'stderr,jsonlog'
--   log_connections = on
--   log_disconnections = on
--   lc_messages = 'C'                      -- or another English one: the words of the log are read
--
-- Which accounts may be read is written into the table elevate_activity.readable: logins that begin with a prefix, and
-- single logins. A login that is not in it is refused, so that the bot cannot read what other people do.
--
-- Least rights: the functions belong to a role that nobody can log in with. It may list the log directory (pg_monitor)
-- and read files below the data and the log directory; it is no member of pg_read_server_files. The bot may call two
-- functions, and sees no file.

BEGIN;

DO $$
BEGIN
  -- Whoever owns a schema of this name already could change what is put into it.
  IF EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
    WHERE n.nspname = 'elevate_activity' AND r.rolname <> 'elevate_log_reader' AND NOT r.rolsuper)
  THEN
    RAISE EXCEPTION 'there is a schema elevate_activity of somebody else; look at it, and drop it first';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'elevate_log_reader') THEN
    CREATE ROLE elevate_log_reader NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
  END IF;
END
$$;
COMMENT ON ROLE elevate_log_reader IS 'Owns the functions by which elevate reads the log. Nobody logs in with it.';
GRANT pg_monitor TO elevate_log_reader;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO elevate_log_reader;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_logdir() TO elevate_log_reader;

CREATE SCHEMA IF NOT EXISTS elevate_activity AUTHORIZATION elevate_log_reader;
ALTER SCHEMA elevate_activity OWNER TO elevate_log_reader;
REVOKE ALL ON SCHEMA elevate_activity FROM PUBLIC;

CREATE TABLE IF NOT EXISTS elevate_activity.readable (
  account text NOT NULL,
  how text NOT NULL,
  CONSTRAINT one_row_per_account PRIMARY KEY (account, how),
  CONSTRAINT only_known_ways CHECK (how IN ('prefix', 'login')),
  CONSTRAINT a_prefix_is_not_everything CHECK (how <> 'prefix' OR length(account) >= 3)
);
ALTER TABLE elevate_activity.readable OWNER TO elevate_log_reader;
REVOKE ALL ON elevate_activity.readable FROM PUBLIC;
COMMENT ON TABLE elevate_activity.readable IS 'The logins whose lines of the log elevate may read';

-- The temporary logins of elevate. For memberships add people's logins, one by one:
--   INSERT INTO elevate_activity.readable VALUES ('alice', 'login');
INSERT INTO elevate_activity.readable VALUES ('elv_', 'prefix') ON CONFLICT DO NOTHING; -- elevate: readable

CREATE OR REPLACE FUNCTION elevate_activity.about(account text) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN jsonb_build_object(
    'version', 1,
    'now', clock_timestamp() AT TIME ZONE 'UTC',
    'collector', current_setting('logging_collector')::boolean,
    'jsonlog', current_setting('log_destination') ~ '(^|[ ,])jsonlog($|[ ,])',
    'english', current_setting('lc_messages') ~* '^(c|posix|en)([._-]|$)',
    'connections', current_setting('log_connections') NOT IN ('', 'off', 'false', '0', 'no'),
    'disconnections', current_setting('log_disconnections')::boolean,
    'pgaudit', coalesce(current_setting('pgaudit.log', true), 'none') NOT IN ('', 'none')
      OR coalesce(current_setting('pgaudit.role', true), '') <> '',
    'statements', coalesce(
      (SELECT split_part(setting, '=', 2)
         FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS setting
        WHERE r.rolname = about.account AND setting LIKE 'log\_statement=%'
          AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        ORDER BY s.setdatabase DESC LIMIT 1),
      current_setting('log_statement')),
    'readable', EXISTS (SELECT FROM elevate_activity.readable r
      WHERE (r.how = 'login' AND r.account = about.account)
         OR (r.how = 'prefix' AND starts_with(about.account, r.account))));
END
$$;
COMMENT ON FUNCTION elevate_activity.about(text) IS 'How the server logs, and whether this account may be read';

-- The next lines of the log in which this account did something, from where `cursor` ended. `cursor` is null at first.
-- Reads at most about `most_bytes` of the log; `more` says that there is more to be read at once.
CREATE OR REPLACE FUNCTION elevate_activity.read(
  account text, since timestamptz, until timestamptz, cursor jsonb, most_bytes integer
) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  piece CONSTANT integer := 1048576;
  longest CONSTANT integer := 67108864;
  kept CONSTANT integer := 8192;
  zone CONSTANT text := current_setting('log_timezone');
  place CONSTANT text := current_setting('log_directory');
  -- JSON has no other way to write this; a text that only mentions it has its quotes escaped.
  mine CONSTANT text := '"user":' || to_json(account)::text;
  budget bigint := least(greatest(most_bytes, 65536), 16777216);
  seen jsonb := coalesce(cursor -> 'files', '{}');
  files jsonb := '{}';
  lines jsonb[] := '{}';
  gaps text[] := '{}';
  more boolean := false;
  reached boolean := coalesce((cursor ->> 'reached')::boolean, false);
  begins timestamp;
  file record;
  known jsonb;
  head text;
  start_at bigint;
  at_byte bigint;
  want integer;
  raw bytea;
  latin text;
  whole integer;
  readable text;
  line text;
  entry jsonb;
  moment timestamptz;
BEGIN
  IF NOT EXISTS (SELECT FROM elevate_activity.readable r
    WHERE (r.how = 'login' AND r.account = read.account)
       OR (r.how = 'prefix' AND starts_with(read.account, r.account)))
  THEN
    RAISE EXCEPTION 'the log of % is not for elevate to read', account USING ERRCODE = 'insufficient_privilege',
      HINT = 'A database administrator can add the login to elevate_activity.readable.';
  END IF;

  FOR file IN
    SELECT l.name, l.size, l.modification, lead(l.name) OVER w IS NULL AS newest
      FROM pg_ls_logdir() l WHERE l.name LIKE '%.json' AND l.size >= 128
    WINDOW w AS (ORDER BY l.modification, l.name)
    ORDER BY l.modification, l.name
  LOOP
    -- The first bytes hold a time, a process and a session: a file that was begun anew under the same name differs.
    raw := pg_read_binary_file(place || '/' || file.name, 0, 128, true);
    CONTINUE WHEN raw IS NULL OR octet_length(raw) < 128;
    head := encode(sha256(raw), 'hex');
    begins := substring(convert_from(raw, 'LATIN1') from '"timestamp":"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+)')::timestamp;
    IF begins IS NOT NULL AND begins AT TIME ZONE zone <= since THEN
      reached := true;
    END IF;
    -- Nothing of the window can be in a file that was last written before it.
    CONTINUE WHEN file.modification < since - interval '1 second';
    known := seen -> file.name;
    IF known IS NOT NULL AND known ->> 'head' IS DISTINCT FROM head THEN
      -- Begun anew: what the old one held behind our mark is gone, unless we had seen its end.
      IF NOT (known ->> 'ended')::boolean THEN
        gaps := gaps || format('the log file %s was begun anew before all of it was read', file.name);
      END IF;
      known := NULL;
    END IF;
    at_byte := coalesce((known ->> 'at')::bigint, 0);
    start_at := at_byte;

    WHILE at_byte < file.size AND budget > 0 LOOP
      want := piece;
      LOOP
        raw := pg_read_binary_file(place || '/' || file.name, at_byte, want, true);
        EXIT WHEN raw IS NULL OR octet_length(raw) = 0;
        -- One byte, one character: so the last line's end can be found, and no letter is cut in two.
        latin := convert_from(raw, 'LATIN1');
        whole := length(latin) - strpos(reverse(latin), E'\n') + 1;
        EXIT WHEN strpos(latin, E'\n') > 0 OR octet_length(raw) < want;
        IF want >= longest THEN
          gaps := gaps || format('a line of the log file %s was too long to be read', file.name);
          whole := octet_length(raw);
          latin := '';
          EXIT;
        END IF;
        want := want * 4;
      END LOOP;
      EXIT WHEN raw IS NULL OR octet_length(raw) = 0;
      -- A line that is being written has no end yet; it is read the next time.
      EXIT WHEN latin <> '' AND strpos(latin, E'\n') = 0;
      at_byte := at_byte + whole;
      budget := budget - whole;
      CONTINUE WHEN latin = '' OR strpos(latin, mine) = 0 AND mine ~ '^[ -~]*$';
      BEGIN
        readable := convert_from(substring(raw from 1 for whole), 'UTF8');
      EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
        -- Sessions of databases in other encodings log in them: their letters are wrong then, their lines are not lost.
        readable := left(latin, whole);
      END;
      FOREACH line IN ARRAY string_to_array(readable, E'\n') LOOP
        CONTINUE WHEN strpos(line, mine) = 0;
        BEGIN
          entry := line::jsonb;
          moment := left(entry ->> 'timestamp', 23)::timestamp AT TIME ZONE zone;
        EXCEPTION WHEN data_exception THEN
          gaps := gaps || format('a line of the log file %s could not be read', file.name);
          CONTINUE;
        END;
        CONTINUE WHEN entry ->> 'user' IS DISTINCT FROM account OR moment < date_trunc('milliseconds', since) OR moment > until;
        lines := lines || jsonb_strip_nulls(jsonb_build_object(
          'at', moment AT TIME ZONE 'UTC',
          'session', entry -> 'session_id',
          'began', left(entry ->> 'session_start', 19)::timestamp AT TIME ZONE zone AT TIME ZONE 'UTC',
          'line', entry -> 'line_num',
          'severity', entry -> 'error_severity',
          'code', entry -> 'state_code',
          'message', left(entry ->> 'message', kept),
          'detail', left(entry ->> 'detail', kept),
          'tag', left(entry ->> 'ps', 40),
          'statement', left(entry ->> 'statement', kept),
          'cut', length(entry ->> 'message') > kept OR length(entry ->> 'statement') > kept OR NULL));
      END LOOP;
    END LOOP;
    IF at_byte < file.size AND budget <= 0 THEN
      more := true;
    END IF;
    files := files || jsonb_build_object(file.name, jsonb_build_object(
      'head', head, 'at', at_byte, 'ended', at_byte >= file.size AND NOT file.newest));
    EXIT WHEN more;
  END LOOP;

  -- Files that were not reached this time are still known; those that are gone are not, and may have held something.
  FOR file IN SELECT key AS name, value AS known FROM jsonb_each(seen) WHERE NOT files ? key LOOP
    IF EXISTS (SELECT FROM pg_ls_logdir() l WHERE l.name = file.name) THEN
      files := files || jsonb_build_object(file.name, file.known);
    ELSIF NOT (file.known ->> 'ended')::boolean THEN
      gaps := gaps || format('the log file %s was removed before all of it was read', file.name);
    END IF;
  END LOOP;
  IF cursor IS NULL AND NOT reached THEN
    gaps := gaps || 'the log does not go back to when the access began'::text;
  END IF;

  RETURN jsonb_build_object(
    'lines', to_jsonb(lines),
    'gaps', to_jsonb(gaps),
    'more', more,
    'cursor', jsonb_build_object('files', files, 'reached', reached));
END
$$;
COMMENT ON FUNCTION elevate_activity.read(text, timestamptz, timestamptz, jsonb, integer) IS
  'The next lines of the JSON log in which one of the readable accounts did something';

ALTER FUNCTION elevate_activity.about(text) OWNER TO elevate_log_reader;
ALTER FUNCTION elevate_activity.read(text, timestamptz, timestamptz, jsonb, integer) OWNER TO elevate_log_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA elevate_activity FROM PUBLIC;
GRANT USAGE ON SCHEMA elevate_activity TO elevate_bot;
GRANT EXECUTE ON FUNCTION elevate_activity.about(text) TO elevate_bot;
GRANT EXECUTE ON FUNCTION elevate_activity.read(text, timestamptz, timestamptz, jsonb, integer) TO elevate_bot;

COMMIT;
