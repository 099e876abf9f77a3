// Where a local cluster lives, who runs it, and the password that belongs to it.
import { execFile } from 'node:child_process'
import {
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { canEnter, removeAbandoned, type ServerUser } from './binaries.ts'

const run = promisify(execFile)
const roomForMemory = 512 * 1024 * 1024

export type Place = {
  readonly temporary: boolean
  /** The private directory around the cluster. */
  readonly home: string
  /** The cluster itself. */
  readonly data: string
  /** Where initdb has to put a new cluster; absent when there is one already. */
  readonly fresh?: string
  readonly password: string
  readonly passwordFile: string
}

/**
 * PostgreSQL refuses to run as root, so root borrows an account that exists. A cluster that exists is run by its
 * owner: the account "postgres" may have appeared since it was made.
 */
export async function serverUser(dataDir: string | undefined): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  if (dataDir !== undefined) {
    const owner = await stat(join(dataDir, 'data')).catch(() => undefined)
    if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  }
  borrowed ??= borrowedUser()
  const user = await borrowed
  if (user) return user
  borrowed = undefined
  throw new Error(
    'Running as root, and there is no account "postgres" or "nobody" that PostgreSQL could run as. ' +
      'Start as another user, or use a PostgreSQL that runs already.',
  )
}

/** Asked once: starting a program is slow for a process of some size. */
let borrowed: Promise<ServerUser | undefined> | undefined

async function borrowedUser(): Promise<ServerUser | undefined> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
    } catch {}
  }
  return undefined
}

/** In memory when that is asked for and there is room (containers often have 64 MB), else on disk. */
export async function temporaryPlace(
  user: ServerUser | undefined,
  fast: boolean,
  password: string,
): Promise<Place> {
  for (const base of [...(fast ? ['/dev/shm'] : []), tmpdir(), '/tmp', '/var/tmp']) {
    if (base === '/dev/shm' && !(await hasRoom(base))) continue
    if (!(await canEnter(base, user))) continue
    const home = await mkdtemp(join(base, 'local-postgres-')).catch(() => undefined)
    if (home === undefined) continue
    const data = join(home, 'data')
    const passwordFile = join(home, 'password')
    await writeOnce(passwordFile, password, user)
    if (user) await chown(home, user.uid, user.gid)
    return { temporary: true, home, data, fresh: data, password, passwordFile }
  }
  throw new Error(`No temporary directory can be used for a database. Set TMPDIR; ${tmpdir()} was tried.`)
}

async function hasRoom(base: string): Promise<boolean> {
  const room = await statfs(base).catch(() => undefined)
  return room !== undefined && room.bavail * room.bsize >= roomForMemory
}

/**
 * A directory that is kept. Root is the difficult case: the server runs as another account, which cannot pass
 * through a directory such as /root, and opening that directory for it would open it for others. So the cluster
 * then lives below /var/lib, and `dataDir` becomes a symbolic link to it: one look shows where the data is, and
 * removing the link starts an empty cluster without losing the old data.
 */
export async function durablePlace(
  dataDir: string,
  user: ServerUser | undefined,
  newPassword: string,
): Promise<Place> {
  const home = await privateHome(resolve(dataDir), user)
  const data = join(home, 'data')
  const passwordFile = join(home, 'password')
  const exists = await readdir(data).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw new Error(`${data} cannot be read (${error.code}); start as the user who made it.`, {
        cause: error,
      })
    },
  )
  if (!exists) await writeOnce(passwordFile, newPassword, user)
  const password = await readFile(passwordFile, 'utf8').catch((cause) => {
    throw new Error(`The password of the database in ${home} cannot be read (${passwordFile}). Restore it.`, {
      cause,
    })
  })
  if (exists) return { temporary: false, home, data, password: password.trim(), passwordFile }
  await removeAbandoned(home, 'fresh-')
  const fresh = await mkdtemp(join(home, 'fresh-'))
  if (user) await chown(fresh, user.uid, user.gid)
  return { temporary: false, home, data, fresh, password: password.trim(), passwordFile }
}

/** A cluster counts from the moment of its rename; before that it is a leftover, and nobody starts a leftover. */
export async function adoptFreshCluster(place: Place): Promise<void> {
  if (!place.fresh || place.fresh === place.data) return
  try {
    await rename(place.fresh, place.data)
    await flushDirectory(place.home)
  } catch (error) {
    await rm(place.fresh, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    // Another start was faster with the same password; the server's own lock decides which of us goes on.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

async function privateHome(wanted: string, user: ServerUser | undefined): Promise<string> {
  const there = await lstat(wanted).catch(() => undefined)
  if (there?.isSymbolicLink()) {
    return realpath(wanted).catch((cause) => {
      throw new Error(
        `${wanted} points to a database that is gone. Remove the link to start with an empty one.`,
        {
          cause,
        },
      )
    })
  }
  await mkdir(dirname(wanted), { recursive: true })
  if (!user) {
    await mkdir(wanted, { recursive: true, mode: 0o700 })
    return realpath(wanted)
  }
  if (await canEnter(dirname(wanted), user)) {
    await mkdir(wanted, { recursive: true, mode: 0o700 })
    await chown(wanted, user.uid, user.gid)
    return realpath(wanted)
  }
  const parent = process.platform === 'darwin' ? '/var/db' : '/var/lib'
  const home = await mkdtemp(join(parent, 'local-postgres-'))
  await chown(home, user.uid, user.gid)
  try {
    if (there) await rmdir(wanted)
    await symlink(home, wanted)
  } catch (cause) {
    await rmdir(home)
    throw new Error(
      `The account that runs PostgreSQL cannot enter ${dirname(wanted)}, and ${wanted} is not empty, so it cannot ` +
        'become a link to a place that account can enter. Give another directory.',
      { cause },
    )
  }
  return home
}

/** Readable by its owner only and complete or absent; the first writer wins, so two starts agree on one password. */
async function writeOnce(path: string, content: string, user: ServerUser | undefined): Promise<void> {
  const draft = `${path}.${process.pid}`
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${content}\n`)
    if (user) await file.chown(user.uid, user.gid)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  await directory.sync()
  await directory.close()
}
