/** The least that could take access back: a timer a membership, and one REVOKE when it fires. */
import pg from 'pg'

export type Due = { readonly role: string; readonly login: string; readonly at: number }

const target = new pg.Pool({ connectionString: process.env.TARGET_URL, max: 4 })
await Promise.all([1, 2, 3, 4].map(() => target.query('select')))

process.on('message', (plan: readonly Due[]) => {
  for (const { role, login, at } of plan)
    setTimeout(() => void target.query(`revoke ${role} from ${login}`), at - Date.now())
})
process.once('SIGTERM', () => process.exit(0))
process.once('disconnect', () => process.exit(0))
process.stdout.write('ready\n')
