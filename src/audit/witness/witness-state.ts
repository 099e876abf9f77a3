/**
 * What a witness remembers, in one file that is replaced as a whole and flushed before a cosignature leaves. One process has
 * it at a time. A witness that has lost its memory must not sign with the same key, so a missing file is an error, and a
 * new file is only made together with a new key.
 */
import { open, readFile, rm } from 'node:fs/promises'
import { makeFile, replaceFile } from '../files.ts'

/** The last checkpoint of one log that was cosigned. */
type Witnessed = {
  readonly size: number
  readonly root: Uint8Array
  /** The checkpoint with the log's signature and the witness's own. */
  readonly note: string
}

export type WitnessState = {
  of(origin: string): Witnessed | undefined
  origins(): readonly string[]
  /** On the disk when it resolves. */
  put(origin: string, witnessed: Witnessed): Promise<void>
  close(): Promise<void>
}

type Stored = {
  readonly [origin: string]: { readonly size: number; readonly root: string; readonly note: string }
}

/** Throws EEXIST when there is one already. */
export async function makeWitnessState(file: string): Promise<void> {
  await makeFile(file, '{}\n', 0o600)
}

/** Throws with what to do when the file is missing or another process has it. `reading` takes no lock and must not `put`. */
export async function openWitnessState(file: string, reading = false): Promise<WitnessState> {
  const lock = `${file}.lock`
  if (!reading) await takeLock(lock)
  let text: string
  let known: Map<string, Witnessed>
  try {
    text = await readFile(file, 'utf8')
    known = parse(text)
  } catch (error) {
    if (!reading) await rm(lock, { force: true })
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(
      `${file} is not there. A witness that has lost its memory must not sign with the same key: make a new one, with a new name, by elevate witness --make.`,
    )
  }
  return {
    of: (origin) => known.get(origin),
    origins: () => [...known.keys()],
    put: async (origin, witnessed) => {
      // Another writer would undo our change, and we would undo theirs.
      if ((await readFile(file, 'utf8')) !== text) throw new Error(`${file} was changed by somebody else`)
      const next = new Map(known).set(origin, witnessed)
      const written = format(next)
      await replaceFile(file, written, 0o600)
      known = next
      text = written
    },
    close: async () => {
      if (!reading) await rm(lock, { force: true })
    },
  }
}

function parse(text: string): Map<string, Witnessed> {
  const stored = JSON.parse(text) as Stored
  return new Map(
    Object.entries(stored).map(([origin, { size, root, note }]) => [
      origin,
      { size, root: Buffer.from(root, 'base64'), note },
    ]),
  )
}

function format(known: ReadonlyMap<string, Witnessed>): string {
  const stored: Stored = Object.fromEntries(
    [...known].map(([origin, { size, root, note }]) => [
      origin,
      { size, root: Buffer.from(root).toString('base64'), note },
    ]),
  )
  return `${JSON.stringify(stored, null, 2)}\n`
}

/** The lock of a process that no longer runs does not count. In a container the next process may have the same number. */
async function takeLock(lock: string): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const handle = await open(lock, 'wx', 0o600)
      await handle.writeFile(String(process.pid))
      await handle.close()
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
      if (holder !== process.pid && isAlive(holder))
        throw new Error(`Another witness (process ${holder}) has this state. There can be only one: ${lock}`)
      await rm(lock, { force: true })
    }
  }
  throw new Error(`${lock} cannot be taken; another witness is starting.`)
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
