// `elevate audit …` with the exit codes of the whole program: here, or as a process of its own.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { auditCommand } from '../../src/cli/log/audit.ts'
import { type Ran, ran } from '../support/command.ts'

/** In this process, which takes no time to start. */
export async function audit(env: Record<string, string>, args: readonly string[]): Promise<Ran> {
  return ran(auditCommand(), env, args)
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
