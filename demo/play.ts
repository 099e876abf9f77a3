import { mkdirSync } from 'node:fs'
import { ADA, BEN, SAM } from './workspace.ts'
import { type Demo, startDemo } from './world.ts'

/** Plays the story, or waits for Ctrl-C; resolves when everything is stopped. False if a check of the story failed. */
export async function play(options: {
  readonly story: boolean
  readonly out: string | undefined
  readonly port: number | undefined
  readonly databaseUrl: string | undefined
}): Promise<boolean> {
  const { story, out, port, databaseUrl } = options
  if (out) mkdirSync(out, { recursive: true })
  const demo = await startDemo({ out, port, databaseUrl })
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  try {
    if (story) {
      const { playStory } = await import('./story.ts')
      return await Promise.race([playStory(demo, out), ended.then(() => false)])
    }
    process.stdout.write(welcome(demo))
    await ended
    process.stdout.write('\nStopping…\n')
    return true
  } finally {
    await demo.stop()
  }
}

function welcome({ simulator: { url }, orders, config, databaseUrlFile }: Demo): string {
  return `
elevate is running, with a simulated Slack and an orders database.

  Open     ${url}/?as=${ADA}&beside=${BEN}
           Ada, an engineer, on the left; Ben, who approves, on the right

  Try      as Ada, type   /elevate orders-db read 30m fix INC-123
           as Ben, press  Approve in #orders-access
           as Ada, press  Show password in the message from elevate, and log in with it:
                          psql -h ${orders.psqlHost} -p ${orders.psqlPort} -U LOGIN orders
           as Ada, press  I'm done, and see the session end

  Or       /elevate alone opens a form; /elevate help lists the rest;
           ${url}/?as=${SAM} is Sam of security: in #elevate-security they
           see everything, and decide about two accounts that elevate did not grant

  More     the comments in ${config}
           say what else to type: auto-approval, pre-approval, for somebody else, break-glass

  Read     export DATABASE_URL_FILE=${databaseUrlFile} ELEVATE_CONFIG=${config}
           npx elevate who      and  npx elevate grants

  Stop     Ctrl-C; everything is removed

`
}
