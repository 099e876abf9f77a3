/**
 * The commands of `elevate` with the exit codes of the whole program, in this process, which takes no time to start.
 * That a command also ends by itself, with nothing left open, only a process of its own shows: `finished` in process.ts.
 */
import { program } from '../../src/cli/main.ts'
import { type Ran, ran } from '../cli/audit-program.ts'

/** Runs a command line to its end, with this environment and no other. */
export function command(env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  return ran(program, env, args)
}
