#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { explainCommand } from './access/explain.ts'
import { grantsCommand } from './access/grants.ts'
import { revokeCommand } from './access/revoke.ts'
import { whoCommand } from './access/who.ts'
import { activityCommand } from './activity/activity.ts'
import { checkCommand } from './check.ts'
import { demoCommand } from './demo.ts'
import { auditCommand } from './log/audit.ts'
import { evidenceCommand } from './log/evidence.ts'
import { quarantineCommand } from './log/quarantine.ts'
import { witnessCommand } from './log/witness.ts'
import { migrateCommand } from './migrate.ts'
import { eraseCommand } from './people/erase.ts'
import { personCommand } from './people/person.ts'
import { schemaCommand } from './schema.ts'
import { standingCommand } from './standing/standing.ts'
import { startCommand } from './start.ts'

export const program = new Command('elevate')
  .description('Just-in-time access from Slack: asked for, approved, given, taken back, and proven.')
  .exitOverride()
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false })

for (const command of [
  startCommand(),
  demoCommand(),
  migrateCommand(),
  checkCommand(),
  schemaCommand(),
  explainCommand(),
  whoCommand(),
  grantsCommand(),
  revokeCommand(),
  standingCommand(),
  activityCommand(),
  personCommand(),
  eraseCommand(),
  auditCommand(),
  quarantineCommand(),
  evidenceCommand(),
  witnessCommand(),
])
  program.addCommand(command.exitOverride())

if (import.meta.main) await run()

/** Exit codes: 0 done, 1 refused or found wanting, 2 wrong use. */
async function run(): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
      process.exitCode = 1
    }
  }
}
