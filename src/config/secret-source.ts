/** Where secrets come from: an environment variable, or a file that only its owner and group can read. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Json } from '../core/json.ts'

export type Env = Readonly<Record<string, string | undefined>>
type Secret =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly fault: string }

const MAX_FILE = 64 * 1024

/** `NAME`, or the file that `NAME_FILE` names. Nothing is found when both are empty. */
export function readSecret(env: Env, name: string): Secret {
  const value = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (value !== undefined && file !== undefined)
    return { ok: false, fault: `${name} and ${name}_FILE are both set. Keep one of them.` }
  if (file === undefined) return { ok: true, value }
  const read = readSecretFile(file)
  return read.ok ? read : { ok: false, fault: `${name}_FILE: ${read.fault}` }
}

/** Links are followed, as orchestrators mount secrets that way; what counts is the file at their end. */
export function readSecretFile(path: string): Secret {
  const fault = (text: string): Secret => ({ ok: false, fault: `${path} ${text}` })
  let handle: number
  try {
    // Opening a pipe would block until its other end opens.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return fault('does not exist. Give the path of the file that has the secret.')
    return fault(`cannot be read (${code}). Let the user that runs elevate read it.`)
  }
  try {
    const found = fstatSync(handle)
    if (!found.isFile()) return fault('is not a regular file. Give the path of the file that has the secret.')
    if (process.platform !== 'win32' && (found.mode & 0o026) !== 0)
      return fault(
        `can be ${(found.mode & 0o022) === 0 ? 'read' : 'written'} by others (mode 0${(found.mode & 0o777).toString(8)}). ` +
          `Run: chmod 0400 ${path} (0440 for a group; where an orchestrator mounts it, set that mode there).`,
      )
    if (found.size >= MAX_FILE) return fault('is 64 KiB or more. A secret is shorter; is it the right file?')
    const value = readFileSync(handle, 'utf8').replace(/(?:\r?\n)+$/, '')
    return value.trim() === '' ? fault('is empty. Write the secret into it.') : { ok: true, value }
  } finally {
    closeSync(handle)
  }
}

/** What connectors use for `{ env: NAME }` and `{ file: PATH }`; nothing is kept. */
export function secretResolver(env: Env): (reference: Json) => string {
  return (reference) => {
    const [[kind, name] = [], ...more] =
      typeof reference === 'object' && reference !== null ? Object.entries(reference) : []
    if (more.length > 0 || typeof name !== 'string' || name === '' || (kind !== 'env' && kind !== 'file'))
      throw new Error('A secret must be named as { env: NAME } or { file: PATH }.')
    const secret = kind === 'env' ? readSecret(env, name) : readSecretFile(name)
    if (!secret.ok) throw new Error(secret.fault)
    if (secret.value === undefined)
      throw new Error(
        `The environment variable ${name} is not set. Set it, or ${name}_FILE to a file that has it.`,
      )
    return secret.value
  }
}
