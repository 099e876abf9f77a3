/**
 * The key that signs checkpoints: one line in a file that only its owner can read, outside the database, so that those
 * who can rewrite the log cannot sign the result. Its name is the log's name, which is never used for another log.
 *
 * After a rotation the file has more lines: the verifier keys that came before, the last one first, so that everybody who
 * has the file can read all of the log's checkpoints.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { makeFile, syncFolder } from '../files.ts'
import { isKeyName, makeSkey, readSkey, readVkey, type Signer, type Verifier } from './note.ts'

const MAX_FILE = 64 * 1024

export type SigningKey =
  | {
      readonly ok: true
      readonly signer: Signer
      /** Keys that signed before this one, the last one first. */
      readonly former: readonly Verifier[]
      readonly made: boolean
    }
  | { readonly ok: false; readonly fault: string }

/**
 * Reads the key file. With `make`, a key that is not there is made: with this name, or a random one when it is `true`.
 * What is wrong with the file comes back as `fault`, with what to do.
 */
export async function openSigningKey(file: string, make: boolean | string = false): Promise<SigningKey> {
  const found = await readKeyFile(file)
  if (found !== 'absent') return found
  if (make === false)
    return {
      ok: false,
      fault: `${file} does not exist. Give the audit log's key in ELEVATE_AUDIT_KEY_FILE, or start the bot once: it makes one.`,
    }
  const name = make === true ? `elevate/audit/${randomBytes(8).toString('hex')}` : make
  if (!isKeyName(name)) return { ok: false, fault: `“${name}” cannot name a log: no spaces and no plus.` }
  await makeKeyFile(file, `${makeSkey(name)}\n`)
  const made = await readKeyFile(file)
  if (made === 'absent') return { ok: false, fault: `${file} was removed while it was made.` }
  return made.ok ? { ...made, made: true } : made
}

async function readKeyFile(file: string): Promise<SigningKey | 'absent'> {
  const fault = (text: string): SigningKey => ({ ok: false, fault: `${file} ${text}` })
  let handle: Awaited<ReturnType<typeof open>>
  try {
    // Without O_NONBLOCK, opening a pipe would block until its other end opens.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'absent' : fault(`cannot be read (${code}).`)
  }
  try {
    const about = await handle.stat()
    if (!about.isFile() || about.size > MAX_FILE) return fault('is not a key file.')
    if (process.platform !== 'win32' && (about.mode & 0o026) !== 0)
      return fault(`can be written by its group or read by others. Run: chmod 0400 ${file}`)
    const [first = '', ...rest] = (await handle.readFile('utf8')).trimEnd().split(/\r?\n/)
    const signer = readSkey(first)
    if (!signer) return fault('has no signing key: one line, PRIVATE+KEY+name+id+base64.')
    const former = rest.map((line) => readVkey(line)).filter((key) => key !== undefined)
    if (former.length < rest.length || former.some((key) => key.name !== signer.verifier.name))
      return fault('has something after its first line that is not a former verifier key of this log.')
    return { ok: true, signer, former, made: false }
  } finally {
    await handle.close()
  }
}

/** Does nothing when there is one: of two processes that make it, the first wins. */
async function makeKeyFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await makeFile(file, text, 0o400).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** The key that will replace this one: made beside it, or found there when the last rotation did not finish. */
export async function openNextKey(file: string, former: readonly Verifier[]): Promise<SigningKey> {
  const [last] = former
  const next = `${file}.next`
  const found = await readKeyFile(next)
  if (found !== 'absent') return found
  if (!last) return { ok: false, fault: 'there is no key that it could follow.' }
  await makeKeyFile(next, [makeSkey(last.name), ...former.map((key) => key.vkey), ''].join('\n'))
  return openSigningKey(next)
}

/** Puts the next key in the place of the one before, whose secret is gone with that. */
export async function takeNextKey(file: string): Promise<void> {
  await rename(`${file}.next`, file)
  await syncFolder(path.dirname(file))
}
