import { Command } from 'commander'
import { migrate } from '../app/database.ts'
import { databaseUrl } from './open.ts'
import { print } from './print.ts'

/** `elevate start` */
export function startCommand(): Command {
  return new Command('start').description('run the bot (the same as `npm start`)').action(async () => {
    const { main } = await import('../main.ts')
    await main()
  })
}

/** `elevate migrate`: a start does the same. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database named by DATABASE_URL up to date')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: boolean }) => {
      const applied = await migrate(databaseUrl())
      print(
        json,
        { applied },
        applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
      )
    })
}
