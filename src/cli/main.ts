#!/usr/bin/env node
import { Command } from 'commander'
import { grantsCommand, revokeCommand } from './access/grants.ts'
import { whoCommand } from './access/who.ts'
import { activityCommand } from './activity/activity.ts'
import { checkCommand, explainCommand, schemaCommand } from './configuration.ts'
import { demoCommand } from './demo.ts'
import { runProgram } from './exit-codes.ts'
import { auditCommand } from './log/audit.ts'
import { evidenceCommand } from './log/evidence.ts'
import { quarantineCommand } from './log/quarantine.ts'
import { witnessCommand } from './log/witness.ts'
import { eraseCommand, personCommand } from './people/person.ts'
import { standingCommand } from './standing/standing.ts'
import { migrateCommand, startCommand } from './start.ts'

export const program = new Command('elevate')
  .description('Just-in-time access from Slack: request, approval, limited grant, revocation and proof.')
  .exitOverride()
  .showHelpAfterError()
  .enablePositionalOptions()
  .configureHelp({ sortSubcommands: false })

const commands = [
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
]
for (const command of commands) program.addCommand(command.exitOverride())

if (import.meta.main) await runProgram(program)
