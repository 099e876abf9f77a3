import { createSlackApp, type SlackApp, type SlackAppOptions, SlackUnreachable } from './app.ts'

const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000

export type SlackConnection = {
  /**
   * Resolves when people can reach us, or when Slack cannot be reached now and is being tried again: taking access
   * back does not wait for Slack. Throws when Slack answers that it does not want us.
   */
  start(): Promise<void>
  stop(): Promise<void>
  alive(): boolean
}

export function connectSlack(options: SlackAppOptions): SlackConnection {
  let app: SlackApp | undefined
  let stopped = false
  let waiting: NodeJS.Timeout | undefined

  const attempt = async (wait: number): Promise<void> => {
    try {
      const made = await createSlackApp(options)
      await made.start()
      app = made
      if (stopped) await made.stop()
    } catch (error) {
      if (!(error instanceof SlackUnreachable) || stopped) throw error
      options.log.error(
        { error: error.message, again_in_ms: wait },
        'Slack cannot be reached; grants still end on time',
      )
      waiting = setTimeout(() => {
        attempt(Math.min(LONGEST_WAIT, wait * 2)).catch((later: unknown) => {
          options.log.error(
            { error: String(later) },
            'Slack does not let elevate connect; restart it with what is asked',
          )
        })
      }, wait)
    }
  }

  return {
    start: () => attempt(FIRST_WAIT),
    async stop() {
      stopped = true
      clearTimeout(waiting)
      await app?.stop()
    },
    alive: () => app?.alive() ?? false,
  }
}
