import path from 'node:path'
import { Command } from 'commander'
import { readSecret } from '../config/secret-source.ts'
import { readPort } from './typed.ts'

/** `elevate demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('try everything on this machine: two small databases and a Slack to press buttons in')
    .option('--story', 'play the whole story in the terminal and check every step in the target')
    .option(
      '--out <folder>',
      'leave a record there: slack.jsonl, audit.jsonl, target.log, and what an auditor gets',
    )
    .option('--port <number>', 'port of the page', readPort)
    .action(async (options: { story?: boolean; out?: string; port?: number }) => {
      const database = readSecret(process.env, 'DATABASE_URL')
      if (!database.ok) throw new Error(database.fault)
      const { play } = await loadDemo()
      const good = await play({
        story: options.story ?? false,
        out: options.out && path.resolve(options.out),
        port: options.port,
        databaseUrl: database.value,
      })
      process.exit(good ? 0 : 1)
    })
}

/** The demo and its simulator come with a whole checkout, not with what production installs (`npm ci --omit=dev`). */
async function loadDemo(): Promise<typeof import('../../demo/play.ts')> {
  try {
    return await import('../../demo/play.ts')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(
      'The demo needs its Slack simulator, which is not installed here. Run `npm ci` without --omit=dev in a checkout of elevate, then `npm run demo`.',
    )
  }
}
