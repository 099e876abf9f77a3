/** The least that one can start: Bolt over Socket Mode with one command. */
import bolt from '@slack/bolt'

const { SLACK_BOT_TOKEN = '', SLACK_APP_TOKEN = '', SLACK_API_URL = '' } = process.env

const app = new bolt.App({
  token: SLACK_BOT_TOKEN,
  appToken: SLACK_APP_TOKEN,
  socketMode: true,
  logLevel: bolt.LogLevel.ERROR,
  clientOptions: { slackApiUrl: SLACK_API_URL },
})
app.command('/elevate', async ({ ack }) => {
  await ack()
})
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(0))
await app.start()
process.stdout.write('ready\n')
