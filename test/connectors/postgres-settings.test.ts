import { describe, expect, it } from 'vitest'
import { connectorKinds } from '../../src/connectors/open-connectors.ts'
import { postgres } from '../../src/connectors/postgres/connector.ts'
import { makePassword, scramVerifier } from '../../src/connectors/postgres/scram.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { settingsOf } from './postgres-world.ts'

const faultsOf = (target: object) => {
  const result = postgres.parseTarget(target)
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
const env = { env: 'ORDERS_URL' }

describe('the settings of a PostgreSQL target', () => {
  it('have sensible defaults', () => {
    expect(settingsOf({ mode: 'temporary-login' })).toEqual({
      connection: { env: 'TARGET' },
      mode: 'temporary-login',
      login_prefix: 'elv_',
      allow_predefined_roles: [],
    })
  })

  it('refuse a connection string, say why, and do not repeat it', () => {
    const faults = faultsOf({ connection: 'postgres://bot:hunter2@db/orders', mode: 'temporary-login' })
    expect(faults).toEqual([expect.stringMatching(/^connection: write \{ env: NAME \} or \{ file: PATH \}/)])
    expect(faults.join()).not.toContain('hunter2')
  })

  it.each([
    ['connection', { mode: 'temporary-login' }],
    ['mode', { connection: env, mode: 'temporary' }],
    ['login_prefix', { connection: env, mode: 'temporary-login', login_prefix: 'Elv-' }],
    ['login_prefix', { connection: env, mode: 'temporary-login', login_prefix: 'pg_' }],
    ['accounts', { connection: env, mode: 'membership' }],
    ['accounts', { connection: env, mode: 'temporary-login', accounts: { by: 'email' } }],
    ['accounts.domain', { connection: env, mode: 'membership', accounts: { by: 'email-local-part' } }],
    ['sessions_at_end', { connection: env, mode: 'temporary-login', sessions_at_end: 'keep' }],
    ['', { connection: env, mode: 'temporary-login', conection: 1 }],
  ])('report a fault at "%s"', (path, target) => {
    expect(faultsOf(target)).toEqual([expect.stringMatching(new RegExp(`^${path}: `))])
  })

  it('take a map of accounts without ceremony', () => {
    const settings = settingsOf({ mode: 'membership', accounts: { map: { U123: 'alice' } } })
    expect(settings.accounts).toEqual({ by: 'map', map: { U123: 'alice' } })
  })

  it('come with schemas for editors', () => {
    expect(connectorKinds).toContain(postgres)
    expect(postgres.targetSchema).toMatchObject({ type: 'object', required: ['connection', 'mode'] })
    expect(postgres.roleSchema).toMatchObject({ type: 'object', required: ['database_role'] })
  })
})

describe('the settings of a role', () => {
  const parse = (role: object, target: JsonObject = settingsOf({ mode: 'temporary-login' })) =>
    postgres.parseRole(role, target)

  it.each([
    'pg_read_all_data',
    'pg_execute_server_program',
    'public',
    'x'.repeat(64),
    'é'.repeat(32),
    '',
    'a\0b',
  ])('refuse %j', (name) =>
    expect(parse({ database_role: name })).toMatchObject({
      ok: false,
      faults: [{ path: ['database_role'] }],
    }),
  )

  it('take names that only look dangerous', () => {
    for (const name of ['"; DROP ROLE postgres; --', `a"b'`, 'x'.repeat(63), 'Orders Admin']) {
      expect(parse({ database_role: name }), name).toMatchObject({ ok: true })
    }
  })

  it('take a role of PostgreSQL itself where the target lists it', () => {
    const target = settingsOf({ mode: 'temporary-login', allow_predefined_roles: ['pg_monitor'] })
    expect(parse({ database_role: 'pg_monitor' }, target)).toMatchObject({ ok: true })
  })

  it('know no admin option', () => {
    expect(parse({ database_role: 'orders_read', admin_option: true })).toMatchObject({ ok: false })
  })

  it('freeze the mode, and let SET ROLE be the exception for temporary logins', () => {
    const membership = settingsOf({ mode: 'membership', accounts: { by: 'email' } })
    expect(parse({ database_role: 'r' })).toMatchObject({
      value: { mode: 'temporary-login', set_role: false },
    })
    expect(parse({ database_role: 'r' }, membership)).toMatchObject({
      value: { mode: 'membership', set_role: true },
    })
  })
})

describe('a password', () => {
  it('has a verifier as RFC 7677 computes it', () => {
    expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$' +
        'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    )
  })

  it('is different each time and needs no quoting anywhere', () => {
    const passwords = Array.from({ length: 1000 }, makePassword)
    expect(new Set(passwords).size).toBe(1000)
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z2-9]{26}$/)
  })
})
