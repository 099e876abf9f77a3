import { enableCompileCache } from 'node:module'
import { hostname, userInfo } from 'node:os'
import path from 'node:path'

/** Compiling takes half of the start time. Keeps compiled code beside the packages if that folder is writable. */
const COMPILED = path.join(import.meta.dirname, '../node_modules/.cache/elevate')

/** Reads, assembles, starts; stops on SIGINT and SIGTERM, reloads the configuration on SIGHUP. */
export async function main(): Promise<void> {
  enableCompileCache(COMPILED)
  // Imported here: only modules loaded after the line above are cached.
  const { readEnvironment } = await import('./config/environment.ts')
  const { makeLog } = await import('./log.ts')
  const [{ wire }, { CannotStart }] = await Promise.all([import('./app.ts'), import('./app/cannot-start.ts')])

  const read = readEnvironment(process.env)
  if (!read.ok) return refuse(read.faults.join('\n'))
  const log = makeLog(read.environment.logLevel)
  try {
    const elevate = await wire(read.environment, log, process.env)
    const stop = (signal: string) => {
      log.info({ signal }, 'stopping')
      void elevate.stop().then(() => process.exit(0))
    }
    process.once('SIGTERM', stop).once('SIGINT', stop)
    process.on('SIGHUP', () => void elevate.reload(`${userInfo().username}@${hostname()}`))
    await elevate.start()
  } catch (error) {
    if (error instanceof CannotStart) return refuse(error.message)
    throw error
  }
}

function refuse(text: string): never {
  process.stderr.write(`elevate cannot start.\n${text}\n`)
  process.exit(1)
}

if (import.meta.main) await main()
