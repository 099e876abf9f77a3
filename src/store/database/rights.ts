/**
 * Can this login undo what the audit log promises, and does the server keep what it acknowledged? Asked at
 * start.
 */
import { sql } from 'kysely'
import type { Finding } from '../../core/connector.ts'
import type { Database } from './connection.ts'

type Rights = {
  readonly login: string
  readonly acts_as: string
  readonly superuser: boolean
  readonly createrole: boolean
  readonly becomes_owner: boolean
  readonly owns_schema: boolean
  readonly changes_log: boolean
  readonly log_is_open: boolean
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
}

/** Findings of level `fault` mean: do not start. */
export async function excessRights(db: Database): Promise<readonly Finding[]> {
  const { rows } = await sql<Rights>`
    select session_user as login, current_user as acts_as, me.rolsuper as superuser,
      me.rolcreaterole as createrole,
      exists (select from pg_roles where rolname = 'elevate_audit_owner'
        and pg_has_role(session_user, oid, 'member')) as becomes_owner,
      exists (select from pg_namespace where nspname in ('elevate', 'audit')
        and pg_has_role(session_user, nspowner, 'usage')) as owns_schema,
      exists (select from unnest(array['leaf', 'body', 'secret', 'checkpoint', 'cosignature']) as name
        where has_table_privilege('audit.' || name, 'insert, update, delete, truncate, trigger')) as changes_log,
      exists (select from pg_trigger where not tgisinternal and tgenabled <> 'A'
        and tgrelid in (select oid from pg_class where relnamespace = 'audit'::regnamespace)) as log_is_open,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      (select reset_val from pg_settings where name = 'synchronous_commit') as synchronous_commit
    from pg_roles me where me.rolname = session_user`.execute(db)
  const is = rows[0]
  if (!is) return [{ level: 'fault', text: 'The database does not know the login it was reached with.' }]

  const findings: Finding[] = []
  const fault = (wrong: boolean, text: string) => wrong && findings.push({ level: 'fault', text })
  const warning = (wrong: boolean, text: string) => wrong && findings.push({ level: 'warning', text })
  const advice = 'Give elevate a login of its own that is a member of elevate_app and nothing else.'

  fault(
    is.fsync === 'off',
    'PostgreSQL runs with fsync = off: a crash can lose decisions that were announced. Turn it on.',
  )
  fault(
    is.synchronous_commit === 'off',
    'PostgreSQL runs with synchronous_commit = off: a crash can lose decisions that were announced. Turn it on.',
  )
  warning(
    is.full_page_writes === 'off',
    'PostgreSQL runs with full_page_writes = off: a crash can damage its files.',
  )
  fault(
    is.changes_log && !is.superuser,
    `${is.acts_as} may change the audit log, not only add to it. ${advice}`,
  )
  fault(
    is.log_is_open,
    'A trigger that keeps the audit log append-only is disabled. Find out who did that, and enable it.',
  )
  warning(
    is.superuser,
    `The login ${is.login} is a superuser and could undo the audit log's protection. ${advice}`,
  )
  warning(is.acts_as !== 'elevate_app', `elevate works as ${is.acts_as}, not as elevate_app. ${advice}`)
  if (!is.superuser) {
    warning(
      is.becomes_owner,
      `The login ${is.login} may become elevate_audit_owner, who owns the audit log. ${advice}`,
    )
    warning(is.owns_schema, `The login ${is.login} owns elevate's tables and could change them. ${advice}`)
    warning(is.createrole, `The login ${is.login} may create roles and give itself rights. ${advice}`)
  }
  return findings
}
