// `elevate audit …` with the exit codes of the whole program: here, or as a process of its own.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import { vi } from 'vitest'
import { runProgram } from '../../src/cli/exit-codes.ts'
import { auditCommand } from '../../src/cli/log/audit.ts'

/** `output` is both streams, in the order they were written, without colours. */
export type Ran = {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly output: string
}

/** In this process, which takes no time to start. */
export async function audit(env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  return ran(auditCommand(), env, args)
}

/** A command line has the environment and both streams of this process to itself, so one waits for the other. */
let before: Promise<unknown> = Promise.resolve()

/** The same for any command. */
export function ran(of: Command, env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  const run = before.then(() => runHere(of, env, args))
  before = run.catch(() => {})
  return run
}

async function runHere(of: Command, env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  const said = { out: '', err: '', output: '' }
  const hear = (to: 'out' | 'err') => (piece: unknown) => {
    said[to] += String(piece)
    said.output += stripVTControlCharacters(String(piece))
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('out') as typeof process.stdout.write),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('err') as typeof process.stderr.write),
  ]
  const own = process.env
  process.env = { ...env }
  process.exitCode = 0
  try {
    await runProgram(of.exitOverride(), args)
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.env = own
  }
  const code = Number(process.exitCode)
  process.exitCode = 0
  return { code, ...said }
}

const PROGRAM = `
  import { runProgram } from './src/cli/exit-codes.ts'
  import { auditCommand } from './src/cli/log/audit.ts'
  await runProgram(auditCommand(), process.argv.slice(1))`

/** In a process of its own, with something on its standard input. */
export async function auditProcess(
  env: Record<string, string>,
  args: readonly string[],
  input: string,
  flags: readonly string[] = [],
): Promise<Omit<Ran, 'output'>> {
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', PROGRAM, '--', ...args], {
    cwd: path.join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, out, err }
}
