import { hostname, userInfo } from 'node:os'
import { readEnvironment } from './config/environment.ts'
import { makeLog } from './log.ts'
import { CannotStart, wire } from './wire.ts'

/** Read, wire, start; stop on the usual signals, read the configuration again on SIGHUP. */
export async function main(): Promise<void> {
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
