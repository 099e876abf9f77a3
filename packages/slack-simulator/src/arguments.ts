import { parseArgs } from 'node:util'
import type { SimulatorOptions } from './server.ts'

export const USAGE = `Usage: slack-simulator --manifest FILE --workspace FILE [options]

  --manifest FILE       the manifest of your app, YAML or JSON
  --workspace FILE      the people, groups and channels; see the README
  --port N              where it listens; default: any free port
  --http URL            deliver to this request URL of your app, signed, instead of over Socket Mode
  --signing-secret S    the secret for that
  --help

Runs until Ctrl-C. Exit codes: 0 stopped, 1 a file is wrong or the port is taken, 2 wrong use.
`

/** The command line cannot be understood; the message says why. */
export class WrongUse extends Error {}

export type Arguments = {
  readonly manifest: string
  readonly workspace: string
  readonly port: number
  readonly delivery: NonNullable<SimulatorOptions['delivery']>
}

/** Undefined when help was asked for; throws `WrongUse`. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const text = { type: 'string' } as const
  const options = {
    manifest: text,
    workspace: text,
    port: text,
    http: text,
    'signing-secret': text,
    help: { type: 'boolean' },
  } as const
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
  try {
    values = parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error))
  }
  if (values.help) return undefined
  const { manifest, workspace, http, 'signing-secret': signingSecret } = values
  if (!manifest || !workspace) throw new WrongUse('--manifest and --workspace are both needed.')
  const port = Number(values.port ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || values.port === '') {
    throw new WrongUse(`--port is ${values.port}; it must be a number up to 65535.`)
  }
  if ((http === undefined) !== (signingSecret === undefined)) {
    throw new WrongUse('--http and --signing-secret are needed together.')
  }
  if (http === undefined || signingSecret === undefined) {
    return { manifest, workspace, port, delivery: { kind: 'socket' } }
  }
  if (!/^https?:$/.test(URL.parse(http)?.protocol ?? '')) {
    throw new WrongUse(`--http is ${http}; it must be a URL such as http://127.0.0.1:3000/slack/events.`)
  }
  return { manifest, workspace, port, delivery: { kind: 'http', url: http, signingSecret } }
}
