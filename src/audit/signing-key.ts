/**
 * The key that signs checkpoints: one line in a file that only its owner can read, outside the database, so that who
 * can rewrite the log cannot sign what became of it. Its name is the log's name; it is made up once and never again.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import path from 'node:path'
import { isKeyName, makeSkey, readSkey, type Signer } from './note.ts'

const MAX_FILE = 4096

export type SigningKey =
  | { readonly ok: true; readonly signer: Signer; readonly made: boolean }
  | { readonly ok: false; readonly fault: string }

/** With `make`, a key that is not there is made: with this name, or a random one when it is `true`. */
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
    // Opening a pipe would wait for its other end.
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
    const signer = readSkey((await handle.readFile('utf8')).trimEnd())
    return signer
      ? { ok: true, signer, made: false }
      : fault('has no signing key: one line, PRIVATE+KEY+name+id+base64.')
  } finally {
    await handle.close()
  }
}

/** Whole or not at all, and never over one that is there: of two processes that make it, the first wins. */
async function makeKeyFile(file: string, text: string): Promise<void> {
  const folder = path.dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`)
  const handle = await open(draft, 'wx', 0o400)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await handle.close()
    await unlink(draft)
  }
  await syncFolder(folder)
}

/** A new name in a folder outlives a power cut only when the folder is written, too. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
