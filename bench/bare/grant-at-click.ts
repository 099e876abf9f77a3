/**
 * The least a bot could do: a command is acknowledged and one row is written; a click asks Slack for one group and
 * changes the target with one statement. No rules, no record, nothing that would take the access back.
 */
import bolt from '@slack/bolt'
import pg from 'pg'

const { SLACK_BOT_TOKEN = '', SLACK_APP_TOKEN = '', SLACK_API_URL = '' } = process.env
const { BARE_DATABASE_URL, TARGET_URL } = process.env

const own = new pg.Pool({ connectionString: BARE_DATABASE_URL, max: 10 })
const target = new pg.Pool({ connectionString: TARGET_URL, max: 4 })
await own.query(
  `create table if not exists request (id uuid primary key default gen_random_uuid(), requester text not null,
     said text not null, created_at timestamptz not null default clock_timestamp())`,
)
await target.query('select')

const app = new bolt.App({
  token: SLACK_BOT_TOKEN,
  appToken: SLACK_APP_TOKEN,
  socketMode: true,
  logLevel: bolt.LogLevel.ERROR,
  clientOptions: { slackApiUrl: SLACK_API_URL },
})

app.command('/elevate', async ({ ack, command, client, respond }) => {
  await ack()
  const [verb, channel = '', statement = ''] = command.text.split('|')
  if (verb === 'card') {
    const button = {
      type: 'button',
      action_id: 'give',
      value: statement,
      text: { type: 'plain_text', text: 'Approve' },
    } as const
    const blocks = [{ type: 'actions', elements: [button] }] as const
    await client.chat.postMessage({ channel, text: 'Somebody asks for access', blocks: [...blocks] })
    return
  }
  await own.query({
    name: 'keep',
    text: 'insert into request (requester, said) values ($1, $2)',
    values: [command.user_id, command.text],
  })
  await respond('Written down.')
})

app.action('give', async ({ ack, action, client }) => {
  await ack()
  const { users = [] } = await client.usergroups.users.list({ usergroup: 'S0DBA' })
  if (users.length > 0 && 'value' in action) await target.query(String(action.value))
})

process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(0))
await app.start()
process.stdout.write('ready\n')
