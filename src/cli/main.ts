#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { activityCommand } from './activity.ts'
import { auditCommand } from './audit.ts'
import { checkCommand } from './check.ts'
import { demoCommand } from './demo.ts'
import { eraseCommand } from './erase.ts'
import { evidenceCommand } from './evidence.ts'
import { explainCommand } from './explain.ts'
import { grantsCommand } from './grants.ts'
import { migrateCommand } from './migrate.ts'
import { personCommand } from './person.ts'
import { quarantineCommand } from './quarantine.ts'
import { revokeCommand } from './revoke.ts'
import { standingCommand } from './standing.ts'
import { startCommand } from './start.ts'
import { whoCommand } from './who.ts'
import { witnessCommand } from './witness.ts'

const program = new Command('elevate')
  .description('Just-in-time access from Slack: asked for, approved, given, taken back, and proven.')
  .exitOverride()
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false })

for (const command of [
  startCommand(),
  demoCommand(),
  migrateCommand(),
  checkCommand(),
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

// Exit codes: 0 done, 1 refused or found wanting, 2 wrong use.
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
