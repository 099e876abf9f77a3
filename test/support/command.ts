/**
 * The commands of `elevate` with the exit codes of the whole program, in this process, which takes no time to start.
 * That a command also ends by itself, with nothing left open, only a process of its own shows: `finished` in process.ts.
 */
import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import { vi } from 'vitest'
import { runProgram } from '../../src/cli/exit-codes.ts'
import { program } from '../../src/cli/main.ts'

/** `output` is both streams, in the order they were written, without colours. */
export type Ran = {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly output: string
}

/** A command line has the environment and both streams of this process to itself, so one waits for the other. */
let before: Promise<unknown> = Promise.resolve()

/** Runs a command line to its end, with this environment and no other. */
export function command(env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  return ran(program, env, args)
}

/** The same for one command of the program. */
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
