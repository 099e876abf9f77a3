/** One story with each of the ways in which access is asked for, decided, used and ended. */

import type { PersonDriver } from 'slack-simulator/driver'
import { textOf } from 'slack-simulator/text'
import { openSession } from '../../demo/session.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import * as sights from '../scenarios/sights.ts'
import type { Stage } from './stage.ts'

const ORDERS = 'C0ORDERS'
const SECURITY = 'C0SECURITY'
const END_NOW =
  "update elevate.access_grant set expires_at = clock_timestamp(), wake_at = clock_timestamp() where state = 'active'"

export async function playGoldenStory(stage: Stage): Promise<void> {
  const as = (person: string) => stage.demo.simulator.as(person)
  const [ada, ben, cho, sam, eve] = [as('U0ADA'), as('U0BEN'), as('U0CHO'), as('U0SAM'), as('U0EVE')]
  const types = (person: PersonDriver, text: string, channel = ORDERS) =>
    stage.step(`${person.id} types ${text}`, () => sights.types(person, text, channel))
  const asks = (person: PersonDriver, text: string) =>
    stage.step(`${person.id} asks ${text}`, () => sights.asks(person, text))
  /** The answer that only this person sees says that it is done. */
  const presses = (person: PersonDriver, where: string, label: RegExp) =>
    stage.step(`${person.id} presses ${label}`, async () => {
      const answers = () => person.messages().filter((one) => one.ephemeral).length
      const before = answers()
      await sights.pressesLabelled(person, where, label)
      await person.see(() => answers() > before, { what: `an answer to ${label}`, within: 20_000 })
    })
  /** Opens a dialog, fills it in, and reads what it says in the end. */
  const submits = (name: string, person: PersonDriver, end: RegExp, work: () => Promise<unknown>) =>
    stage.step(name, async () => {
      await work()
      const sent = await person.submit()
      if (!sent.ok) throw new Error(`${name}: ${JSON.stringify(sent)}`)
      await sights.readsDialog(person, end)
      while (person.topModal()) await person.closeModal()
    })

  await stage.step('the targets are read for standing access', () =>
    stage.becomes('select count(*) = 4 as yes from elevate.standing_access'),
  )
  await types(eve, 'orders-db read 1m just looking')
  await stage.step('Ada opens her Home', () => ada.openHome({ until: 'acked' }))

  const denied = await asks(ada, 'orders-db-own write 20m INC-200 correct order 1017')
  await submits('Ben denies', ben, /You denied/, async () => {
    await sights.pressesLabelled(ben, ORDERS, new RegExp(`^Deny R-${denied}:`))
    await ben.fill('Reason', 'Curiosity is no incident')
  })
  const withdrawn = await asks(ada, 'orders-db read 20m INC-201 look at order 1017')
  await types(ada, `withdraw R-${withdrawn}`)
  const own = await asks(ben, 'orders-db write 20m INC-202 correct order 1018')
  await presses(ben, ORDERS, new RegExp(`^Approve R-${own}:`))
  await stage.step('nobody decides in time', async () => {
    await stage.sql(
      `update elevate.request set created_at = created_at - interval '3 h', lapses_at = clock_timestamp() where number = ${own}`,
    )
    await stage.becomes(`select state = 'lapsed' as yes from elevate.request where number = ${own}`)
  })
  const offered = await asks(ben, 'orders-db read 30m for @ada fix INC-205')
  await stage.step('Ada declines', async () => {
    await sights.pressesLabelled(ada, 'dm', new RegExp(`^Decline R-${offered}:`))
    await stage.becomes(`select state = 'declined' as yes from elevate.request where number = ${offered}`)
  })

  const read = await asks(ada, 'orders-db read 30m fix INC-123: order 1017 shows the wrong total')
  await presses(ben, ORDERS, new RegExp(`^Approve R-${read}:`))
  await stage.step('Ada uses it', () => usesAccess(stage, ada))
  await stage.step('its time is over', async () => {
    await stage.sql(END_NOW)
    await stage.becomes("select count(*) = 0 as yes from elevate.access_grant where state <> 'revoked'")
  })

  const first = await asks(ada, 'orders-db-own write 30m INC-203 correct order 1019')
  await presses(cho, ORDERS, new RegExp(`^Approve R-${first}:`))
  const more = await asks(ada, 'extend 30m the repair takes longer, INC-203')
  await presses(ben, ORDERS, new RegExp(`^Approve R-${more}:`))
  await types(ada, 'list')
  await stage.step('the first part is over', async () => {
    await stage.sql(`${END_NOW} and prolongs is null`)
    await stage.becomes("select count(*) = 1 as yes from elevate.access_grant where state <> 'revoked'")
  })
  await types(ada, 'end')

  const two = await asks(ada, 'orders-db admin 20m restore the table after INC-206')
  await presses(ben, ORDERS, new RegExp(`^Approve R-${two}:`))
  await presses(sam, ORDERS, new RegExp(`^Approve R-${two}:`))
  await types(ada, 'end')

  await types(ben, 'allow @ada orders-db read for 5d each 1h she is new here')
  await asks(ada, 'orders-db read 30m INC-204 look at order 1020')
  await types(ada, 'end')
  await types(ben, 'allow end P-1')
  await asks(cho, 'orders-db read 15m look into INC-7')
  await submits('Sam ends it', sam, /Ending the access of/, async () => {
    await sam.command('revoke @cho orders-db laptop stolen', { channel: SECURITY })
    await sights.readsDialog(sam, 'loses this now')
  })

  await submits('Ada breaks the glass', ada, /You broke the glass/, async () => {
    await ada.command('break-glass orders-db write the shop is down, INC-208', { channel: ORDERS })
    await sights.readsDialog(ada, 'access without approval')
  })
  await types(ada, 'end')
  await submits('Sam reviews it', sam, /You reviewed/, async () => {
    await sights.pressesLabelled(sam, SECURITY, /^Review R-\d+:/)
    await sam.fill('Was it right to break the glass?', 'Not justified')
    await sam.fill('What you found', 'Ben was awake and could have approved')
  })

  await submits('Sam accepts standing access', sam, /Accepted/, async () => {
    await sights.pressesLabelled(sam, SECURITY, /^Accept old_import, write on orders-db(?!-)/)
    await sam.fill('Why it is meant', 'It imports the orders at night, INC-1')
    await sam.fill('Until', '2999-01-31')
  })
  await submits('Sam takes standing access away', sam, /Taken away/, () =>
    sights.pressesLabelled(sam, SECURITY, /^Take away old_import, write on orders-db-own/),
  )
  for (const question of ['help', 'status', 'who orders-db']) await types(ada, question)
  for (const question of ['standing', 'audit', 'activity']) await types(sam, question, SECURITY)
  await stage.step('the digest is due', async () => {
    await stage.demo.sign()
    const { world } = stage.demo.elevate
    const to = await world.store.reads.now()
    await postDigest(world, new Date(to.getTime() - 24 * 60 * 60 * 1000), new Date(to.getTime() + 1000))
  })
}

async function usesAccess({ demo, literals }: Stage, ada: PersonDriver): Promise<void> {
  await ada.pressButton(/^Show password/)
  const modal = await ada.see((view) => view.modals.find((one) => /elv_/.test(textOf(one))))
  const url = new URL(demo.orders.superuserUrl)
  url.username = /elv_[a-z0-9_]+/.exec(textOf(modal))?.[0] ?? ''
  url.password = /password\W+([A-Za-z0-9]{16,})/i.exec(textOf(modal))?.[1] ?? ''
  literals[url.password] = '<password>'
  await ada.closeModal()
  const session = await openSession(url.href)
  await session.run('select id, item from orders where id = 1017')
  await session.run('update orders set price_cents = 0 where id = 1017')
  await session.close()
}
