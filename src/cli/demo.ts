import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { readSecret } from '../config/secret-source.ts'
import { ADA, BEN, SAM } from './demo-workspace.ts'
import type { Demo } from './demo-world.ts'

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
      const { startDemo } = await import('./demo-world.ts')
      const database = readSecret(process.env, 'DATABASE_URL')
      if (!database.ok) throw new Error(database.fault)
      const out = options.out && path.resolve(options.out)
      if (out) mkdirSync(out, { recursive: true })
      const demo = await startDemo({
        ...(out ? { out } : {}),
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(database.value ? { databaseUrl: database.value } : {}),
      })
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
      const ended = new Promise<void>((resolve) => {
        for (const signal of signals) process.once(signal, () => resolve())
      })
      try {
        if (options.story) {
          const { playStory } = await import('./demo-story.ts')
          const good = await Promise.race([playStory(demo, out), ended.then(() => false)])
          if (!good) process.exitCode = 1
        } else {
          process.stdout.write(welcome(demo))
          await ended
          process.stdout.write('\nStopping…\n')
        }
      } finally {
        await demo.stop()
      }
      process.exit()
    })
}

function readPort(typed: string): number {
  const port = Number(typed)
  if (!/^[0-9]{1,5}$/.test(typed) || port > 65535)
    throw new InvalidArgumentError('a port is a number up to 65535')
  return port
}

function welcome({ simulator: { url }, orders, config, databaseUrlFile }: Demo): string {
  return `
elevate is running, with a small Slack of its own and an orders database to get into.

  Open     ${url}/?as=${ADA}&beside=${BEN}
           Ada, an engineer, on the left; Ben, who approves, on the right

  Try      as Ada, type   /elevate orders-db read 30m fix INC-123
           as Ben, press  Approve in #orders-access
           as Ada, press  Show password in the message from elevate, and use it:
                          psql -h ${orders.psqlHost} -p ${orders.psqlPort} orders
           as Ada, press  I'm done, and see the session end

  Or       /elevate alone opens a form; /elevate help lists the rest;
           ${url}/?as=${SAM} is Sam of security: in #elevate-security he reads
           along, and has two accounts to settle that somebody let in past elevate

  More     the comments in ${config}
           say what else to type: approved at once, beforehand, for somebody else, break-glass

  Read     export DATABASE_URL_FILE=${databaseUrlFile} ELEVATE_CONFIG=${config}
           npx elevate who      and  npx elevate grants

  Stop     Ctrl-C; nothing stays behind

`
}
