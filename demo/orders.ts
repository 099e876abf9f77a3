// A small `orders` database to try elevate with, set up the way a careful administrator would.
import path from 'node:path'
import pg from 'pg'
import { activityInstallSql } from '../src/connectors/postgres/activity-install.ts'
import { makePassword, scramVerifier } from '../src/connectors/postgres/scram.ts'

/** A target whose log can be read: every statement, as lines of text for people and as JSON for elevate. */
export const demoLogging = {
  logging_collector: 'on',
  log_destination: 'stderr,jsonlog',
  log_directory: 'log',
  log_filename: 'server.log',
  log_rotation_age: 0,
  log_rotation_size: 0,
  log_statement: 'all',
  log_connections: 'on',
  log_disconnections: 'on',
  log_timezone: 'UTC',
}

export type DemoOrders = {
  /** For elevate: not a superuser. */
  readonly botUrl: string
  readonly psqlHost: string
  readonly psqlPort: number
  /** For looking at the database from outside elevate. */
  readonly superuserUrl: string
  /** A person's own login, for the mode `membership`. */
  readonly adaUrl: string
  /** The server's own log, when it was started with {@link demoLogging}; beside it, ending in .json, the one elevate reads. */
  readonly log: string
}

const customers = [
  ['Aoife Byrne', 'Dublin'],
  ['Bruno Costa', 'Porto'],
  ['Chidi Okafor', 'Lagos'],
  ['Dagny Halvorsen', 'Bergen'],
  ['Emeka Eze', 'Enugu'],
  ['Farah Rahimi', 'Hamburg'],
  ['Gita Iyer', 'Chennai'],
  ['Hana Sato', 'Sendai'],
  ['Ines Moreau', 'Lyon'],
  ['Jakub Nowak', 'Gdynia'],
  ['Keira Walsh', 'Leeds'],
  ['Lena Vogel', 'Graz'],
  ['Mateo Rojas', 'Quito'],
  ['Noor Haddad', 'Amman'],
  ['Oskar Lind', 'Uppsala'],
  ['Priya Nair', 'Kochi'],
  ['Quentin Roux', 'Nantes'],
  ['Rosa Martins', 'Recife'],
  ['Sami Virtanen', 'Oulu'],
  ['Tala Reyes', 'Cebu'],
] as const

const goods = [
  'Desk lamp',
  'Oak shelf',
  'Wool rug',
  'Teapot',
  'Bread knife',
  'Linen set',
  'Wall clock',
  'Step stool',
]

const quoted = (rows: readonly string[]) => rows.join(',\n')

/** Two hundred rows that are the same each time, so that people can talk about them. */
function orderRows(): string[] {
  return Array.from({ length: 180 }, (_, index) => {
    const n = index + 1
    const item = goods[(n * 5) % goods.length]
    const status = n % 29 === 0 ? 'refunded' : n > 168 ? 'paid' : 'shipped'
    const cents = 1490 + ((n * 7919) % 20_000)
    return `(${1000 + n}, ${((n * 7) % customers.length) + 1}, '${item}', ${(n % 3) + 1}, ${cents},
      '${status}', timestamptz '2026-01-05 09:00Z' + interval '1 hour' * ${n * 41})`
  })
}

const schema = `
  create table if not exists customers (
    id int primary key, name text not null, city text not null, email text not null unique);
  create table if not exists orders (
    id int primary key, customer_id int not null references customers, item text not null,
    quantity int not null check (quantity > 0), price_cents int not null,
    status text not null check (status in ('paid', 'shipped', 'refunded')), ordered_at timestamptz not null);
  insert into customers values ${quoted(
    customers.map(([name, city], index) => {
      const email = `${name.toLowerCase().replace(' ', '.')}@example.com`
      return `(${index + 1}, '${name}', '${city}', '${email}')`
    }),
  )} on conflict do nothing;
  insert into orders values ${quoted(orderRows())} on conflict do nothing;

  revoke create on schema public from public;
  grant usage on schema public to orders_read, orders_write, orders_admin;
  grant select on customers, orders to orders_read;
  grant select, insert, update on customers, orders to orders_write;
  grant select, insert, update, delete, truncate on customers, orders to orders_admin;
  alter table customers owner to orders_owner;
  alter table orders owner to orders_owner;
  grant create on schema public to orders_admin, elevate_quarantine;
`

/** What an administrator runs once; the same as in docs/targets/postgres.md. */
const bootstrap = `
  revoke all on database orders from public;
  grant connect on database orders to orders_read, orders_write, orders_admin, elevate_bot, ada;
  grant temporary on database orders to orders_write, orders_admin;
  alter role elevate_bot login createrole;
  grant orders_read, orders_write, orders_admin to elevate_bot with admin option, inherit false, set false;
  grant elevate_quarantine to elevate_bot with admin option, inherit false, set false;
  grant pg_signal_backend to elevate_bot;
  grant set on parameter log_statement to elevate_bot;
`

/** Nobody is given `orders_owner`: who owns a table can hand out lasting rights on it. */
const roles = [
  'orders_owner',
  'orders_read',
  'orders_write',
  'orders_admin',
  'elevate_quarantine',
  'elevate_bot',
  'ada',
]

/** Can be repeated; the logins get new passwords each time. */
export async function createDemoOrders(superuserUrl: string): Promise<DemoOrders> {
  const passwords = { elevate_bot: makePassword(), ada: makePassword() }
  await connected(superuserUrl, async (client) => {
    for (const role of roles) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
      if (rowCount === 0) await client.query(`create role ${role} nologin`)
    }
    const { rowCount } = await client.query("select from pg_database where datname = 'orders'")
    if (rowCount === 0) await client.query('create database orders')
    await client.query(bootstrap)
    for (const [login, password] of Object.entries(passwords)) {
      await client.query(`alter role ${login} login password '${scramVerifier(password)}'`)
    }
  })
  const orders = new URL(superuserUrl)
  orders.pathname = '/orders'
  let data = ''
  await connected(orders.href, async (client) => {
    await client.query(schema)
    await client.query(activityInstallSql({ logins: ['ada'] }))
    const { rows } = await client.query<{ data: string }>("select current_setting('data_directory') as data")
    data = rows[0]?.data ?? ''
  })
  const urlAs = (login: keyof typeof passwords) => {
    const url = new URL(orders)
    url.username = login
    url.password = passwords[login]
    return url.href
  }
  return {
    botUrl: urlAs('elevate_bot'),
    adaUrl: urlAs('ada'),
    superuserUrl: orders.href,
    log: path.join(data, demoLogging.log_directory, demoLogging.log_filename),
    psqlHost: orders.hostname,
    psqlPort: Number(orders.port || 5432),
  }
}

/**
 * Access that was granted without elevate and forgotten: a login of an old import may still change orders. elevate may
 * revoke it, because it is a member of the role that granted it.
 */
export async function forgetAccess(superuserUrl: string): Promise<void> {
  await connected(superuserUrl, async (client) => {
    await client.query(`
      create role old_import login;
      create role orders_access;
      grant orders_write to orders_access with admin true, inherit false, set false;
      grant orders_access to elevate_bot;
      grant orders_write to old_import granted by orders_access;
    `)
  })
}

/** Does some work on a connection of its own. */
export async function connected(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
