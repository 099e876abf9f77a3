import { textOf } from 'slack-simulator/text'
import { table } from '../src/cli/print.ts'
import { theAuditor } from './auditor.ts'
import { leaveRecord, theProof } from './proof.ts'
import { openSession, type Session, type Shown } from './session.ts'
import { latest, Teller } from './teller.ts'
import { ADA, BEN, EVE, ORDERS_CHANNEL } from './workspace.ts'
import type { Demo } from './world.ts'

/** Longer than a minute's grant and the second in which it is revoked. */
const A_MINUTE_AND_MORE = 90_000

const ASK = 'orders-db read 1m fix INC-123: order 1017 shows the wrong total'

/**
 * One access from the question to the receipt. Nothing is believed that the target itself does not show: after each
 * step a superuser looks into it. True when every step was seen.
 */
export async function playStory(demo: Demo, out: string | undefined): Promise<boolean> {
  const judge = await openSession(demo.orders.superuserUrl)
  const teller = new Teller(judge)
  try {
    await theRefused(demo, teller)
    await theQuestion(demo, teller)
    await theDecision(demo, teller)
    const session = await theUse(demo, teller)
    await theEnd(demo, teller, session)
    await theProof(demo, teller)
    await theAuditor(demo, teller, out)
  } catch (error) {
    teller.failed.push(error instanceof Error ? error.message : String(error))
    teller.say(`\n  ✗ ${teller.failed.at(-1)}`)
  } finally {
    await judge.close()
  }
  if (out) await leaveRecord(demo, out)
  teller.end()
  return teller.failed.length === 0
}

const LOGINS = "select count(*) from pg_roles where rolname like 'elv\\_%' and rolcanlogin"
const MEMBERS = `select coalesce(string_agg(m.rolname || ' in ' || r.rolname, ', '), 'nobody') from pg_auth_members a
  join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid where m.rolname like 'elv\\_%' and r.rolname like 'orders\\_%'`
const SESSIONS = "select count(*) from pg_stat_activity where usename like 'elv\\_%'"

async function theRefused(demo: Demo, teller: Teller): Promise<void> {
  teller.chapter('Eve, who may not, asks')
  const eve = demo.simulator.as(EVE)
  teller.say('  Eve types  /elevate orders-db read 1m just looking')
  await eve.command('orders-db read 1m just looking', { channel: ORDERS_CHANNEL })
  await teller.quoteSeen(eve, { title: 'only Eve sees', what: 'a private answer to Eve' }, (view) =>
    view.channels.flatMap((one) => one.messages).findLast((one) => one.ephemeral),
  )
  teller.check('the target knows no elevated login', (await teller.inTarget(LOGINS)) === '0')
}

async function theQuestion(demo: Demo, teller: Teller): Promise<void> {
  teller.chapter('Ada asks')
  teller.say(`  Ada types  /elevate ${ASK}`)
  await demo.simulator.as(ADA).command(ASK, { channel: ORDERS_CHANNEL })
  const card = { title: '#orders-access', what: 'the approval card in #orders-access' }
  await teller.quoteSeen(demo.simulator.as(BEN), card, (view) => latest(view, /INC-123/, ORDERS_CHANNEL))
  teller.check('nothing was given yet', (await teller.inTarget(LOGINS)) === '0')
}

async function theDecision(demo: Demo, teller: Teller): Promise<void> {
  teller.chapter('Ben approves')
  const ben = demo.simulator.as(BEN)
  const card = latest(ben.view(), /INC-123/, ORDERS_CHANNEL)
  await ben.pressButton(/^Approve/, { channel: ORDERS_CHANNEL })
  teller.say('  Ben presses Approve')
  const message = { title: 'elevate to Ada', what: 'the message that tells Ada that the access is there' }
  await teller.quoteSeen(demo.simulator.as(ADA), message, (view) => latest(view, /Show password/))
  const redrawn = {
    title: '#orders-access, the same card',
    what: 'the card saying that the access is active',
  }
  await teller.quoteSeen(ben, redrawn, (view) => {
    const active = latest(view, /Active/, ORDERS_CHANNEL)
    return active?.ts === card?.ts ? active : undefined
  })
  teller.check('the target has one elevated login', (await teller.inTarget(LOGINS)) === '1')
  const members = await teller.inTarget(MEMBERS)
  teller.check(
    'it is a member of orders_read and of nothing else',
    /^elv_\S+ in orders_read$/.test(members),
    members,
  )
}

async function theUse(demo: Demo, teller: Teller): Promise<Session> {
  teller.chapter('Ada uses it')
  const ada = demo.simulator.as(ADA)
  await ada.pressButton(/^Show password/)
  const modal = await ada.see(
    (view) => view.modals.find((one) => /password/i.test(textOf(one)) && /elv_/.test(textOf(one))),
    { what: 'the password in a modal' },
  )
  const text = textOf(modal)
  const login = /elv_[a-z0-9_]+/.exec(text)?.[0] ?? ''
  const password = passwordIn(text)
  teller.quote('a modal, seen by Ada once', text.replaceAll(password, `${password.slice(0, 3)}…`))
  await ada.closeModal()
  const url = new URL(demo.orders.superuserUrl)
  url.username = login
  url.password = password
  const session = await openSession(url.href)
  teller.say(`\n  psql -h ${url.hostname} -p ${url.port} -U ${login} orders`)
  const asked = await run(
    teller,
    session,
    'select id, item, quantity, price_cents, status from orders where id = 1017',
  )
  teller.check('Ada reads the order', asked.ok && asked.rows.length === 1)
  const wrote = await run(teller, session, 'update orders set price_cents = 0 where id = 1017')
  teller.check('and cannot change it', !wrote.ok)
  await run(teller, session, 'begin')
  await run(teller, session, 'declare open_cursor cursor for select id, name, city from customers')
  const held = await run(teller, session, 'fetch 1 from open_cursor')
  teller.check('she leaves a transaction and a cursor open', held.ok && held.rows.length === 1)
  teller.check('the target sees her session', (await teller.inTarget(SESSIONS)) === '1')
  return session
}

async function theEnd(demo: Demo, teller: Teller, session: Session): Promise<void> {
  teller.chapter('The minute is over')
  const late = new Promise<string>((resolve) => setTimeout(resolve, A_MINUTE_AND_MORE, '').unref())
  const words = await Promise.race([session.cut, late])
  teller.say(`  psql: ${words || '(still connected)'}`)
  teller.check('her session was cut', words !== '')
  const thread = {
    title: '#orders-access, in the thread',
    what: 'the receipt in the thread, with what Ada did',
    within: 30_000,
  }
  const receipt = await teller.quoteSeen(demo.simulator.as(BEN), thread, (view) =>
    view.channels
      .flatMap((one) => one.messages)
      .flatMap((one) => one.replies)
      .find((one) => one.isBot && /Receipt/.test(textOf(one)) && !/still being read/.test(textOf(one))),
  )
  teller.check(
    'the receipt says what Ada did, and that the database refused to change an order',
    /1 refused/.test(textOf(receipt)),
  )
  const sessions = await teller.inTarget(SESSIONS)
  teller.check('the target has no session of hers', sessions === '0', sessions)
  teller.check('and no elevated login', (await teller.inTarget(LOGINS)) === '0')
  const members = await teller.inTarget(MEMBERS)
  teller.check('and no elevated member', members === 'nobody', members)
}

async function run(teller: Teller, session: Session, sql: string): Promise<Shown> {
  const shown = await session.run(sql)
  teller.say(`\n  orders=> ${sql};`)
  if (!shown.ok) teller.say(`  ERROR:  ${shown.error}`)
  else if (shown.columns.length > 0) teller.say(table(shown.columns, shown.rows).replace(/^/gm, '  '))
  return shown
}

/** The value under the label “Password”. */
function passwordIn(text: string): string {
  const found = /password\W+([A-Za-z0-9]{16,})/i.exec(text)?.[1]
  if (!found) throw new Error('the modal shows no password')
  return found
}
