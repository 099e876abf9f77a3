import { describe, expect, test } from 'vitest'
import { viewOf } from './page-blocks.ts'
import { executablePath, pageUnderTest } from './page-browser.ts'

describe.skipIf(!executablePath)('the forms of the simulated workspace', { timeout: 30_000 }, () => {
  const { server, done, open, page: current } = pageUnderTest()

  test('what is being typed survives any change of the workspace', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', {})] })
    await open('U2', 'C1')
    const reason = page.getByLabel('Reason')
    await reason.pressSequentially('Half a sen')
    server.show({ modals: [viewOf('V1', { hash: '2.b', title: { text: 'Another title' } })] })
    await page.getByRole('heading', { name: 'Another title' }).waitFor()
    await reason.pressSequentially('tence')
    expect(await reason.inputValue()).toBe('Half a sentence')
    await page.getByLabel('30 minutes').focus()
    server.show({ modals: [viewOf('V1', { hash: '3.c', title: { text: 'A third title' } })] })
    await page.getByRole('heading', { name: 'A third title' }).waitFor()
    expect(await reason.inputValue()).toBe('Half a sentence')
    await expect
      .poll(() => done('fill').at(-1)?.act)
      .toMatchObject({ block_id: 'reason', action_id: 'reason', value: { value: 'Half a sentence' } })
  })

  test('an error of the last submission is shown at its field', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', { errors: { reason: 'Please say a little more.' } })] })
    await open('U2', 'C1')
    const reason = page.getByLabel('Reason')
    expect(await reason.getAttribute('aria-invalid')).toBe('true')
    const note = await reason.getAttribute('aria-describedby')
    expect(await page.locator(`#${note}`).innerText()).toBe('Please say a little more.')
  })

  test('what Slack itself finds wrong on submitting is shown at its field too', async () => {
    const page = current()
    server.answer = (act) =>
      act.kind === 'submit'
        ? { ok: false, error: 'incomplete', errors: { reason: 'Please complete this required field.' } }
        : { ok: true }
    server.show({ modals: [viewOf('V1', {})] })
    await open('U2', 'C1')
    await page.getByRole('button', { name: 'Send request' }).click()
    await page.getByText('Please complete this required field.').waitFor()
    expect(await page.evaluate('document.activeElement.getAttribute("data-action")')).toBe('reason')
  })

  test('what was typed last is sent before the form is', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', {})] })
    await open('U2', 'C1')
    await page.getByLabel('Reason').fill('Fix payouts')
    await page.getByRole('button', { name: 'Send request' }).click()
    await expect
      .poll(() => server.acts.map(({ act }) => act.kind).filter((kind) => kind !== 'read'))
      .toEqual(['fill', 'submit'])
  })

  test('choices in a form are filled in, and pressed where the app wants to know at once', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', {})] })
    await open('U2', 'C1')
    await page.getByRole('combobox', { name: 'Role' }).click()
    await page.getByRole('option', { name: 'Read-write' }).click()
    await expect
      .poll(() => done('press')[0]?.act)
      .toMatchObject({
        where: { kind: 'view', view_id: 'V1' },
        block_id: 'role',
        chosen: { selected_option: { value: 'rw' } },
      })
    await page.getByLabel('2 hours').check()
    await expect
      .poll(() => done('fill')[0]?.act)
      .toMatchObject({ value: { selected_option: { value: '120' } } })
    await page.getByRole('combobox', { name: 'Tell also' }).click()
    await page.getByRole('option', { name: 'Ana Petrova' }).click()
    await page.getByRole('option', { name: 'Chloé Martin' }).click()
    await expect
      .poll(() => done('fill').at(-1)?.act)
      .toMatchObject({ value: { selected_users: ['U1', 'U3'] } })
  })

  test('an external select asks the app while one types', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', {})] })
    await open('U2', 'C1')
    await page.getByRole('combobox', { name: 'Resource' }).click()
    await page.keyboard.type('bill')
    await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['billing-db'])
    await page.keyboard.press('Enter')
    await expect
      .poll(() => done('fill')[0]?.act)
      .toMatchObject({ block_id: 'resource', value: { selected_option: { value: 'billing-db' } } })
    expect(server.suggested).toContain('bill')
  })

  test('Escape closes the modal on top, and the page behind it cannot be reached meanwhile', async () => {
    const page = current()
    server.show({ modals: [viewOf('V1', {}), viewOf('V2', { title: { text: 'Second' } })] })
    await open('U2', 'C1')
    await page.getByRole('dialog', { name: 'Second' }).waitFor()
    expect(await page.evaluate('document.getElementById("workspace").inert')).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => done('close').map(({ act }) => act)).toEqual([{ kind: 'close', view_id: 'V2' }])
  })
})
