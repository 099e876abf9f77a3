/**
 * What a witness remembers, in one file: written beside, flushed, put in the place of the old one, and the folder flushed,
 * before anybody hears of it. One process has it at a time. A witness whose memory is lost must not sign on with the same
 * key, so a file that is not there is a fault, and only a new key comes with a new one.
 */
import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../checkpoint/signing-key.ts'

export type Witnessed = {
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

/** Throws when there is one already. */
export async function makeWitnessState(file: string): Promise<void> {
  const draft = await writeDraft(file, '{}\n')
  try {
    await link(draft, file)
  } finally {
    await rm(draft)
  }
  await syncFolder(path.dirname(file))
}

/** Throws with what to do. `reading` takes no lock and must not `put`. */
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
      // Somebody else who writes here would be undone by us, and we by him.
      if ((await readFile(file, 'utf8')) !== text) throw new Error(`${file} was changed by somebody else`)
      const next = new Map(known).set(origin, witnessed)
      const written = format(next)
      const draft = await writeDraft(file, written)
      await rename(draft, file)
      await syncFolder(path.dirname(file))
      known = next
      text = written
    },
    close: async () => {
      if (!reading) await rm(lock, { force: true })
    },
  }
}

async function writeDraft(file: string, text: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return draft
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

/** A lock of a process that is gone is nobody's. In a container the next process may have the same number. */
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
