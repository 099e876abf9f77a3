/** Exit codes of every command: 0 done, 1 refused or found wanting, 2 wrong use. */
import { type Command, CommanderError } from 'commander'
import { isRefused } from '../core/refusal.ts'
import { refusalWords } from './refusals.ts'

/** Runs a command line and sets the exit code. What a command throws is printed on standard error, and is a refusal. */
export async function runProgram(program: Command, args?: readonly string[]): Promise<void> {
  try {
    await (args ? program.parseAsync(args, { from: 'user' }) : program.parseAsync())
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      process.stderr.write(`${textOf(error)}\n`)
      process.exitCode = 1
    }
  }
}

function textOf(error: unknown): string {
  if (isRefused(error)) return refusalWords(error)
  return error instanceof Error ? error.message : String(error)
}

/** Subcommands that show their help after wrong use, and leave the exit code to `runProgram`. */
export function addCommands(parent: Command, commands: readonly Command[]): Command {
  // As of the program: an option after a subcommand is its own, also where the parent has one of the same name.
  parent.enablePositionalOptions()
  for (const command of commands) parent.addCommand(command.exitOverride().showHelpAfterError())
  return parent
}

/** The command was done, and its answer is not what it should be. */
export function foundWanting(): void {
  process.exitCode = 1
}

/** Options that do not belong together. */
export function wrongUse(command: Command, text: string): never {
  return command.error(`error: ${text}`, { exitCode: 2 })
}
