import { describe, expect, test } from 'vitest'
import { others } from './page-block-kinds.ts'
import { approval, digest, form, home, morning, viewOf } from './page-blocks.ts'
import { executablePath, pageUnderTest } from './page-browser.ts'
import { said, workspace } from './page-fixtures.ts'

describe.skipIf(!executablePath)('the page of the simulated workspace', { timeout: 30_000 }, () => {
  const { server, complaints, done, open, page: current, base } = pageUnderTest()

  const approve = () => current().locator('#body').getByRole('button', { name: 'Approve', exact: true })
  const where = { kind: 'message', channel: 'C1', ts: '1772445660.000100' }

  test('a press on a button names the message, the block and the action', async () => {
    const page = current()
    await open('U1', 'C1')
    await page.locator('#body').getByRole('button', { name: 'Deny' }).click()
    await expect
      .poll(() => done('press'))
      .toEqual([{ as: 'U1', act: { kind: 'press', where, block_id: 'decision', action_id: 'deny' } }])
  })

  test('a button with a confirm dialog does nothing until the dialog is confirmed', async () => {
    const page = current()
    await open('U1', 'C1')
    await approve().click()
    const dialog = page.getByRole('alertdialog', { name: 'Approve request #42?' })
    await expect.poll(() => dialog.textContent()).toContain('@Ben Okafor gets read-write')
    await dialog.getByRole('button', { name: 'Not yet' }).click()
    expect(await dialog.count()).toBe(0)
    expect(done('press')).toEqual([])
    await approve().click()
    await page.keyboard.press('Escape')
    expect(done('press')).toEqual([])
    await approve().click()
    await dialog.getByRole('button', { name: 'Yes, approve' }).click()
    await expect
      .poll(() => done('press').map(({ act }) => 'action_id' in act && act.action_id))
      .toEqual(['approve'])
  })

  test('an overflow menu is worked with the keyboard and sends the option', async () => {
    const page = current()
    await open('U1', 'C1')
    await page.locator('#body').getByRole('button', { name: 'More actions' }).press('Enter')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => done('press').map(({ act }) => 'chosen' in act && act.chosen?.selected_option))
      .toEqual([{ text: { type: 'plain_text', text: 'Show history' }, value: 'history' }])
  })

  test('blocks of an attachment are drawn next to a bar of its colour, and are pressed like others', async () => {
    const page = current()
    const coloured = said(morning + 60, 'UBOT', 'Break-glass', {
      blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Above' } }],
      attachments: [{ color: 'd7263d', blocks: approval }],
    })
    const [channel] = workspace('U1').channels
    if (channel) server.show({ channels: [{ ...channel, messages: [coloured] }] })
    await open('U1', 'C1')
    const bar = page.locator('.attachment .bar')
    expect(await bar.locator('rect').getAttribute('fill')).toBe('#d7263d')
    // As high as the blocks next to it.
    const height = async (what: string) => (await page.locator(what).boundingBox())?.height ?? 0
    expect(await height('.attachment .bar')).toBeGreaterThan(50)
    expect(await height('.attachment .bar')).toBeCloseTo(await height('.attachment'), 0)
    await page.locator('.attachment').getByRole('button', { name: 'Deny' }).click()
    await expect
      .poll(() => done('press'))
      .toEqual([{ as: 'U1', act: { kind: 'press', where, block_id: 'decision', action_id: 'deny' } }])
    expect(complaints).toEqual([])
  })

  test('a begun message stays with its channel', async () => {
    const page = current()
    await open('U1', 'C1')
    await page.getByLabel('Message #access-requests').fill('not finished')
    await page.getByRole('link', { name: 'kitchen-sink' }).click()
    await page.getByRole('heading', { name: 'kitchen-sink', exact: true }).waitFor()
    expect(await page.getByLabel('Message #kitchen-sink').inputValue()).toBe('')
    await page.getByRole('link', { name: 'access-requests', exact: true }).first().click()
    await expect.poll(() => page.getByLabel('Message #access-requests').inputValue()).toBe('not finished')
  })

  test('markup in what an app sends is shown and never run', async () => {
    const page = current()
    await open('U1', 'C1')
    await open('U1', 'C3')
    await open('U1', 'D1')
    const text = await page.locator('#body .message').innerText()
    expect(text).toContain('<script>window.hacked=1</script><img src=x onerror="window.hacked=2">')
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(await page.locator('#body script, #body img').count()).toBe(0)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('a slash command is completed from its first letters and run', async () => {
    const page = current()
    await open('U1', 'C1')
    const box = page.getByLabel('Message #access-requests')
    await box.pressSequentially('/ga')
    await page.getByRole('option', { name: '/gate' }).waitFor()
    await box.press('Tab')
    await box.pressSequentially('mine')
    await box.press('Enter')
    await expect
      .poll(() => done('command'))
      .toEqual([{ as: 'U1', act: { kind: 'command', channel: 'C1', text: '/gate mine' } }])
    expect(await box.inputValue()).toBe('')
  })

  test('words are said in the channel, and replies in the thread', async () => {
    const page = current()
    await open('U1', 'C1')
    expect(await page.getByRole('complementary', { name: 'Thread' }).count()).toBe(0)
    await page.getByLabel('Message #access-requests').fill('hello @ben & <all>')
    await page.keyboard.press('Enter')
    await page.locator('.replies').click()
    await page.getByLabel('Reply…').fill('in here')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => done('say').map(({ act }) => act))
      .toEqual([
        { kind: 'say', channel: 'C1', text: 'hello @ben & <all>' },
        { kind: 'say', channel: 'C1', text: 'in here', thread_ts: '1772445660.000100' },
      ])
  })

  test('a global shortcut is in the menu of the message box', async () => {
    const page = current()
    await open('U1', 'C1')
    await page.getByRole('button', { name: 'Shortcuts' }).click()
    await page.getByRole('menuitem', { name: 'Ask for access' }).click()
    await expect
      .poll(() => done('shortcut').map(({ act }) => act))
      .toEqual([{ kind: 'shortcut', callback_id: 'ask' }])
  })

  test('opening a channel reads it, and opening the Home tab tells the app', async () => {
    const page = current()
    await open('U1', 'C1')
    await page.getByRole('link', { name: 'digest' }).click()
    await expect
      .poll(() => done('read').map(({ act }) => act))
      .toContainEqual({ kind: 'read', channel: 'C2' })
    await page.goto(`${base()}/?as=U1#home`)
    await page.getByRole('heading', { name: 'Your access' }).waitFor()
    await expect.poll(() => done('open-home').length).toBeGreaterThan(0)
    await page.locator('.home').getByRole('button', { name: 'End now' }).click()
    await expect
      .poll(() => done('press')[0]?.act)
      .toMatchObject({ where: { kind: 'view', view_id: 'VH' }, block_id: 'g1' })
  })

  test('a notice of Slack appears when it comes', async () => {
    const page = current()
    await open('U1', 'C1')
    server.show({ notices: [{ at: 1, text: '/gate failed because the app did not respond.' }] })
    await page.getByText('/gate failed because the app did not respond.').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await page.locator('.notice').count()).toBe(0)
  })

  test('times are those of the person who looks', async () => {
    const page = current()
    await open('U1', 'C1')
    expect(await page.locator('#body').innerText()).toContain('Open until Mar 2, 2026 at 1:00 PM')
    await page.getByRole('button', { name: 'Switch person' }).click()
    await page.getByRole('menuitem', { name: 'Ben Okafor' }).click()
    await page.waitForURL(/as=U2/)
    await page.getByRole('link', { name: 'access-requests', exact: true }).first().click()
    await expect.poll(() => page.locator('#body').innerText()).toContain('Open until Mar 2, 2026 at 7:00 AM')
  })

  test('two people can be seen beside each other', async () => {
    const page = current()
    await page.goto(`${base()}/?as=U1&beside=U2`)
    for (const [frame, name] of [
      ['left', 'Ana Petrova'],
      ['right', 'Ben Okafor'],
    ]) {
      const inner = page.frameLocator(`iframe[name=${frame}]`)
      await inner.getByRole('button', { name: `${name} Switch person` }).waitFor()
    }
  })

  test('a data table is sorted by number and turned page by page', async () => {
    const page = current()
    await open('U1', 'C2')
    const names = () => page.locator('.data-table tbody th').allInnerTexts()
    await page.getByRole('button', { name: 'Hours' }).click()
    await expect.poll(names).toEqual(['Ana Petrova', 'Dee Wong', 'Ben Okafor'])
    await page.getByRole('button', { name: 'Hours' }).click()
    await expect.poll(names).toEqual(['Chloé Martin', 'Eli Brandt', 'Ben Okafor'])
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect.poll(names).toEqual(['Dee Wong', 'Ana Petrova'])
  })

  test('every kind of block shows something', async () => {
    const page = current()
    const kinds = new Set<string>()
    const look = async (): Promise<void> => {
      for (const block of await page.locator('.block').all()) {
        const kind = (await block.getAttribute('data-kind')) ?? ''
        kinds.add(kind)
        const { width, height } = (await block.boundingBox()) ?? { width: 0, height: 0 }
        expect(width * (kind === 'divider' ? 1 : height), kind).toBeGreaterThan(0)
        if (kind !== 'divider') expect((await block.innerText()).trim(), kind).not.toBe('')
      }
    }
    for (const place of ['C1', 'C2', 'C3', 'home']) {
      await open('U1', place)
      await look()
    }
    server.show({ modals: [viewOf('V1', {})] })
    await page.locator('.modal').waitFor()
    await look()
    const sent = [...approval, ...digest, ...others, ...form, ...home.blocks].map(({ type }) => type)
    expect([...new Set(sent)].filter((kind) => !kinds.has(kind))).toEqual([])
    expect(await page.locator('.broken').count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
