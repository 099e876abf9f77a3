// The statements that change roles. Role names cannot be bind parameters, so they are quoted here and nowhere else.
import pg from 'pg'
import { ConnectorError } from '../../core/connector.ts'

export const leftoverOwner = 'elevate_quarantine'
const nameLimit = 63

/** PostgreSQL truncates long names silently; then we would look for another name than the one it created. */
export function identifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > nameLimit) {
    throw new ConnectorError('config', `A name must have 1 to ${nameLimit} bytes, and none of them zero.`)
  }
  return pg.escapeIdentifier(name)
}

const literal = pg.escapeLiteral

/** By this name a transaction of ours is found and ended, should its commit still be on the way when access must end. */
export const callName = (grantId: string) => `elevate ${grantId}`
export const nameCall = (grantId: string) => `set local application_name to ${literal(callName(grantId))}`

/** Not a member of anything yet, and without a password: nobody can log in before one is made. */
export const createLogin = (login: string, notAfter: Date) =>
  `create role ${identifier(login)} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls inherit ` +
  `connection limit 5 valid until ${literal(notAfter.toISOString())}`

export const prolongLogin = (login: string, notAfter: Date) =>
  `alter role ${identifier(login)} valid until ${literal(notAfter.toISOString())}`

export const markLogin = (login: string, mark: string) =>
  `comment on role ${identifier(login)} is ${literal(mark)}`

export const logStatements = (login: string, level: 'all' | 'mod' | 'none') =>
  `alter role ${identifier(login)} set log_statement to ${literal(level)}`

export const setVerifier = (login: string, verifier: string) =>
  `alter role ${identifier(login)} password ${literal(verifier)}`

export const closeLogin = (login: string) =>
  `alter role ${identifier(login)} nologin password null valid until '-infinity'`

/** For what is not urgent, and is given up when somebody is in the way. */
export const waitLessForLocks = "set local lock_timeout to '1s'"

export const dropLogin = (login: string) => `drop role if exists ${identifier(login)}`

/**
 * `GRANTED BY CURRENT_USER` makes the row certainly ours; without it a right that the bot inherits would be
 * recorded under another name. Never with ADMIN OPTION, which lets the holder grant the role to others. Before version 16 there
 * are no options, and one row for all grantors.
 */
export function grantRole(
  role: string,
  member: string,
  options: { readonly version: number; readonly inherit: boolean; readonly set: boolean },
): string {
  const words = `grant ${identifier(role)} to ${identifier(member)}`
  if (options.version < 160000) return words
  return `${words} with inherit ${options.inherit}, set ${options.set}, admin false granted by current_user`
}

export function revokeRole(role: string, member: string, version: number): string {
  const words = `revoke ${identifier(role)} from ${identifier(member)}`
  return version < 160000 ? words : `${words} granted by current_user`
}

/** The same for a row of another grantor. The server allows it only with that grantor's rights. */
export function revokeRoleFrom(role: string, member: string, grantor: string, version: number): string {
  const words = `revoke ${identifier(role)} from ${identifier(member)}`
  return version < 160000 ? words : `${words} granted by ${identifier(grantor)}`
}

/** Lets the bot act for a role inside one transaction; revoked before the commit. */
export const borrowRole = (role: string, version: number) =>
  `grant ${identifier(role)} to current_user${version < 160000 ? '' : ' with inherit true, set true granted by current_user'}`

export const returnRole = (role: string, version: number) =>
  `revoke ${identifier(role)} from current_user${version < 160000 ? '' : ' granted by current_user'}`

/** In this order only: `drop owned` first would drop tables, and people's work with them. */
export const setAside = (login: string) => [
  `reassign owned by ${identifier(login)} to ${leftoverOwner}`,
  `drop owned by ${identifier(login)}`,
]

export const createLeftoverOwner = [
  `create role ${leftoverOwner} nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls`,
  `comment on role ${leftoverOwner} is 'Owns what people made with temporary logins of elevate. Must stay without rights.'`,
]
