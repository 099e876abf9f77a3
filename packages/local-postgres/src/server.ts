// The server is watched by a small sh process that reads from a pipe of ours. When this process ends, for any
// reason, SIGKILL included, the pipe closes, and sh stops the server: a temporary one disappears with its files, a
// durable one shuts down in order and keeps them. No exit hook is needed, and none could be relied on.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants, type FileHandle, open, readFile, realpath, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { binariesFor } from './binaries.ts'
import { adoptFreshCluster, durablePlace, type Place, serverUser, temporaryPlace } from './place.ts'

export type LocalPostgresOptions = {
  /** Keep the cluster here, safely. Without it the cluster is temporary. */
  readonly dataDir?: string
  /** Temporary clusters only: trade durability for speed, in memory where there is room. */
  readonly fast?: boolean
  /**
   * Temporary clusters only: begin as a copy of the cluster that was kept here (its `dataDir`) and is stopped, which is
   * many times quicker than making one. The copy has its password, and its system identifier.
   */
  readonly copyOf?: string
  /** Server settings, as in postgresql.conf. Without `port` a free one is found. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Where the server writes its own log; by default beside the data. */
  readonly logFile?: string
  /** Work per password check. Lower it in tests only; it counts when the cluster is made. */
  readonly scramIterations?: number
  /** Size of a file of the write-ahead log, in MB (a power of two, by default 16); it counts when the cluster is made. */
  readonly walSegmentMb?: number
}

export type LocalPostgres = AsyncDisposable & {
  /** The superuser's URL of the database `postgres`. Contains the password. */
  readonly url: string
  urlOf(database: string, login?: { readonly user: string; readonly password: string }): string
  readonly port: number
  readonly superuserPassword: string
  /** The cluster's own directory, as the server names it (`data_directory`). */
  readonly dataDirectory: string
  stop(): Promise<void>
}

/**
 * Kept in one script so that nothing happens outside the watch: a kill during initdb is noticed at the next read.
 * The server runs beside a watcher that blocks on the pipe; whichever ends first, the script reaches its last lines.
 * The signal is repeated: until PostgreSQL has its handlers it ignores what this script ignores, and one is lost.
 * Descriptor 3 is the pipe, because sh gives background processes an empty standard input.
 */
const supervisor = `
bin=$1 fresh=$2 copied=$3 password=$4 init=$5 remove=$6 signal=$7
shift 7
trap '' HUP INT TERM PIPE
umask 077
exec 3<&0 0</dev/null
if [ -n "$fresh" ]; then
  if [ -n "$copied" ]; then cp -R "$copied" "$fresh"
  else "$bin/initdb" -D "$fresh" --pwfile="$password" $init
  fi >&2 3<&- || { rm -rf "\${remove:-$fresh}"; exit 1; }
  echo initialised
  read -r _ <&3 || { rm -rf "\${remove:-$fresh}"; exit 1; }
fi
"$bin/postgres" "$@" >/dev/null 3<&- &
server=$!
echo "$server"
( read -r _; while kill -"$signal" "$server"; do sleep 0.2; done ) <&3 >/dev/null 2>&1 3<&- &
watcher=$!
exec >/dev/null 3<&-
wait "$server"
code=$?
kill -KILL "$watcher" 2>/dev/null
[ -z "$remove" ] || rm -rf "$remove"
exit "$code"
`

export async function startLocalPostgres(options: LocalPostgresOptions = {}): Promise<LocalPostgres> {
  if (process.platform === 'win32') {
    throw new Error('A PostgreSQL cannot be started from here on Windows. Use one that runs already.')
  }
  if (options.dataDir !== undefined && options.fast) {
    throw new Error('A cluster that is kept (dataDir) cannot be a fast one: it would not survive a crash.')
  }
  if (options.dataDir !== undefined && options.copyOf !== undefined) {
    throw new Error('A cluster that is kept (dataDir) cannot be a copy: two of them would be one system.')
  }
  const deadline = Date.now() + 30_000
  const fixedPort = options.settings?.port !== undefined
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options)
    } catch (error) {
      const again = error instanceof StartFailed && error.worthAnotherTry
      const stuck =
        error instanceof StartFailed && error.worthAnotherTry === 'port' && (fixedPort || attempt >= 5)
      if (!again || stuck || Date.now() > deadline) throw error
      // The one before us is on its way out, or somebody took the port between our look and the server's.
      if (error.worthAnotherTry === 'stopping') await pause(100)
    }
  }
}

async function startOnce(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const user = await serverUser(options.dataDir)
  const bin = await binariesFor(user)
  // As root it may be a link, which the server's account could not follow.
  const copied = options.copyOf === undefined ? undefined : await realpath(options.copyOf)
  const password = copied
    ? (await readFile(join(copied, 'password'), 'utf8')).trim()
    : randomBytes(24).toString('base64url')
  const place =
    options.dataDir === undefined
      ? await temporaryPlace(user, options.fast ?? false, password)
      : await durablePlace(options.dataDir, user, password)
  const port = Number(options.settings?.port ?? (await freePort()))
  const log = await openLog(options.logFile ?? join(place.home, 'server.log')).catch(async (error) => {
    if (place.temporary) await rm(place.home, { recursive: true, force: true })
    throw error
  })
  const startOfLog = (await log.stat()).size
  const child = spawn('/bin/sh', ['-c', supervisor, 'local-postgres', ...supervisorArguments()], {
    ...user,
    // A session of its own: Ctrl-C in a terminal goes to us, who close our connections first.
    detached: true,
    cwd: '/',
    // Nothing of our environment: it holds tokens, and the server's superuser can read its own.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', log.fd],
  })
  const exited = once(child, 'exit').catch(() => {})
  child.stdin?.on('error', () => {})
  try {
    await serverReady(child, exited, place)
  } catch (error) {
    child.stdin?.end()
    await exited
    throw await explained(error, log, startOfLog, place)
  } finally {
    await log.close()
  }
  // Our event loop does not stay alive because of the server.
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref()

  const urlOf = (database: string, login = { user: 'postgres', password: place.password }) =>
    `postgres://${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@127.0.0.1:${port}/` +
    encodeURIComponent(database)
  const stop = async () => {
    child.stdin?.end()
    if (child.exitCode === null && child.signalCode === null) {
      child.ref()
      await exited
    }
  }
  return {
    url: urlOf('postgres'),
    urlOf,
    port,
    superuserPassword: place.password,
    dataDirectory: place.data,
    stop,
    [Symbol.asyncDispose]: stop,
  }

  function supervisorArguments(): string[] {
    const init = ['-U', 'postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions']
    init.push('--locale-provider=builtin', '--locale=C.UTF-8')
    if (place.temporary) init.push('--no-sync')
    if (options.walSegmentMb) init.push(`--wal-segsize=${Math.trunc(options.walSegmentMb)}`)
    if (options.scramIterations) init.push('-c', `scram_iterations=${Math.trunc(options.scramIterations)}`)
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      // No sockets in the file system: their path is limited to about a hundred bytes, ours is not.
      unix_socket_directories: '',
      password_encryption: 'scram-sha-256',
      ...(place.temporary ? { max_connections: 200 } : { fsync: 'on', synchronous_commit: 'on' }),
      ...(options.fast ? fastSettings : {}),
      ...options.settings,
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const remove = place.temporary ? place.home : ''
    const signal = place.temporary ? 'QUIT' : 'INT'
    return [
      bin,
      place.fresh ?? '',
      copied ? join(copied, 'data') : '',
      place.passwordFile,
      init.join(' '),
      remove,
      signal,
      '-D',
      place.data,
      ...flags,
    ]
  }
}

const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
}

/**
 * Follows the script's two lines, then asks the server's own pid file, which says `ready` when connections are
 * taken. Never reads the server's messages for this: with `logging_collector` they go elsewhere.
 */
async function serverReady(child: ChildProcess, exited: Promise<unknown>, place: Place): Promise<void> {
  let over = false
  exited.then(() => {
    over = true
  })
  if (!child.stdout) throw new Error('no pipe')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let { value: line } = await lines.next()
  if (line === 'initialised') {
    await adoptFreshCluster(place)
    child.stdin?.write('go\n')
    line = (await lines.next()).value
  }
  while (!over) {
    const file = (await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (file[0] === line && file[7]?.trim() === 'ready') return
    await pause(10)
  }
  throw new Error('it ended before it was ready')
}

class StartFailed extends Error {
  override readonly name = 'StartFailed'
  readonly worthAnotherTry: 'port' | 'stopping' | undefined
  constructor(message: string, worthAnotherTry: 'port' | 'stopping' | undefined, cause: unknown) {
    super(message, { cause })
    this.worthAnotherTry = worthAnotherTry
  }
}

/** Turns the server's last words into something an operator can act on. */
async function explained(cause: unknown, log: FileHandle, from: number, place: Place): Promise<Error> {
  const size = (await log.stat()).size
  const { buffer } = await log.read({ buffer: Buffer.alloc(Math.max(1, size - from)), position: from })
  const said = buffer.toString('utf8').replaceAll('\0', '').trim()
  if (/could not create any TCP\/IP sockets|Address already in use/.test(said)) {
    return new StartFailed(`PostgreSQL found its port taken:\n${said}`, 'port', cause)
  }
  if (said.includes('lock file "postmaster.pid" already exists')) {
    const pidFile = (await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    const leaving = pidFile[0] === '' || pidFile[7]?.trim() === 'stopping'
    return new StartFailed(
      `The database in ${place.home} is in use by another process (its PostgreSQL is process ${pidFile[0]}). ` +
        'Stop that one first, or give this one another directory.',
      leaving ? 'stopping' : undefined,
      cause,
    )
  }
  return new StartFailed(`PostgreSQL did not start in ${place.home}:\n${said || cause}`, undefined, cause)
}

/** Follows no link: the directory may belong to the account of the server, and we may be root. */
async function openLog(path: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
  return open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
