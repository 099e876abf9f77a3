/** The whole job by hand: a browser, the page, the real bot, and a real database that is looked into. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { pageHandler } from 'slack-simulator/page'
import { browserArguments, executablePath } from 'slack-simulator/page-browser'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logins } from '../support/judge.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

describe.skipIf(!executablePath)('by hand, in the page', () => {
  let world: TestWorld
  let browser: Browser

  beforeAll(async () => {
    world = await testWorld({ simulator: { page: pageHandler() } })
    await world.bot()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: browserArguments })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await world?.[Symbol.asyncDispose]()
  })

  async function pageOf(person: string, place = ''): Promise<Page> {
    const page = await browser.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${world.simulator.url}/?as=${person}${place}`)
    return page
  }

  it('Ada requests in the form, Ben approves, Ada logs in with the password and ends the access', {
    timeout: 90_000,
  }, async () => {
    const ada = await pageOf(ADA, `#${ORDERS}`)
    await ada
      .getByPlaceholder(/^Message/)
      .first()
      .fill('/elevate')
    await ada.keyboard.press('Escape')
    await ada.keyboard.press('Enter')
    const form = ada.getByRole('dialog')
    await form.getByRole('combobox', { name: /Target/ }).click()
    await ada
      .getByRole('option', { name: /orders-db/ })
      .first()
      .click()
    await form.getByRole('combobox', { name: /Role/ }).click()
    await ada.getByRole('option', { name: /^read/ }).first().click()
    await form.getByLabel(/Reason/).fill('INC-9: a wrong total')
    await form.getByRole('button', { name: 'Ask' }).click()
    await form
      .getByText(/You asked for/)
      .first()
      .waitFor()
    await form.getByRole('button', { name: 'Close' }).last().click()
    await form.waitFor({ state: 'detached' })

    const ben = await pageOf(BEN, `#${ORDERS}`)
    await ben.getByText('INC-9: a wrong total').first().waitFor()
    await ben.getByRole('button', { name: /^Approve(?! with)/ }).click()
    await ben
      .getByRole('alertdialog')
      .or(ben.getByRole('dialog'))
      .getByRole('button', { name: /Approve/ })
      .click()
    await ben
      .getByText(/^Active/)
      .first()
      .waitFor()
    expect((await logins(world)).map((one) => one.roles)).toEqual([['orders_read']])

    await ada.goto(`${world.simulator.url}/?as=${ADA}#home`)
    await ada
      .getByRole('button', { name: /password/i })
      .first()
      .click()
    const secret = ada.getByRole('dialog')
    await secret.getByText(/elv_/).first().waitFor()
    const shown = await secret.innerText()
    const url = new URL(world.target.orders.superuserUrl)
    url.username = /elv_\w+/.exec(shown)?.[0] ?? ''
    url.password = /Password\s+(\w{16,})/.exec(shown)?.[1] ?? ''
    expect(await query(url.href, 'select count(*)::int as orders from orders')).toEqual([{ orders: 180 }])
    await secret.getByRole('button', { name: 'Done' }).click()

    await ada
      .getByRole('button', { name: /Give back|I.m done/ })
      .first()
      .click()
    await ada
      .getByRole('alertdialog')
      .or(ada.getByRole('dialog'))
      .getByRole('button', { name: 'Give it back' })
      .click()
    await vi.waitFor(async () => expect(await logins(world)).toEqual([]), { timeout: 15_000 })
    await expect(query(url.href, 'select 1')).rejects.toThrow()
    expect(world.simulator.control.violations()).toEqual([])
  })
})
