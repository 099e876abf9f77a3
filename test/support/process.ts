/** elevate as processes of their own, to be killed, signalled and read. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const root = path.join(import.meta.dirname, '../..')

const PATIENCE_MS = 20_000

/** Compiling is half of a start, and every test starts the same program. */
const COMPILED = path.join(root, 'node_modules/.cache/elevate-tests')

export type Running = {
  readonly child: ChildProcess
  /** Everything it wrote so far, both streams. */
  output(): string
  /** Waits for this text in its output; throws with the output when it ends before or takes too long. */
  says(text: string | RegExp): Promise<string>
  /** How it ended: an exit code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

export type RunOptions = {
  readonly args?: readonly string[]
  readonly env: Record<string, string>
  readonly cwd?: string
}

/** Without arguments the bot itself, as `npm start` runs it. */
export function run(file: 'src/main.ts' | 'src/cli/main.ts', options: RunOptions): Running {
  const child = spawn(process.execPath, [path.join(root, file), ...(options.args ?? [])], {
    cwd: options.cwd ?? root,
    env: { NODE_COMPILE_CACHE: COMPILED, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  const listeners = new Set<() => void>()
  const hear = () => {
    for (const listener of [...listeners]) listener()
  }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += stripVTControlCharacters(text)
      hear()
    })
  let over = false
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    hear()
    return (signal ?? code) as number | NodeJS.Signals
  })
  const says = (text: string | RegExp) =>
    new Promise<string>((resolve, reject) => {
      const patience = AbortSignal.timeout(PATIENCE_MS)
      const look = () => {
        const found = typeof text === 'string' ? written.includes(text) : text.test(written)
        if (!found && !over && !patience.aborted) return
        listeners.delete(look)
        if (found) resolve(written)
        else reject(new Error(`it ${over ? 'ended' : 'runs'} without saying ${String(text)}:\n${written}`))
      }
      patience.addEventListener('abort', look, { once: true })
      listeners.add(look)
      look()
    })
  return {
    child,
    output: () => written,
    says,
    ended,
    end: (signal = 'SIGTERM') => {
      if (!over) child.kill(signal)
      return ended
    },
  }
}

/** Runs a command to its end, as a process of its own: where that it ends is part of the proof. Else see command.ts. */
export async function finished(options: RunOptions) {
  const running = run('src/cli/main.ts', options)
  return { code: await running.ended, output: running.output() }
}
