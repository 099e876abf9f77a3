import type { App } from '@slack/bolt'
import type { KnownBlock, ModalView } from '@slack/types'
import { WebAPIPlatformError } from '@slack/web-api'
import { describe, expect, test } from 'vitest'
import { type Running, runBot } from './acme.ts'

const plain = (text: string) => ({ type: 'plain_text' as const, text })

const inputBlock = (id: string, label: string): KnownBlock => ({
  type: 'input',
  block_id: id,
  label: plain(label),
  element: { type: 'plain_text_input', action_id: 'text' },
})

const buttons = (...ids: string[]): KnownBlock => ({
  type: 'actions',
  elements: ids.map((id) => ({ type: 'button', action_id: id, text: plain(id) })),
})

function modal(title: string, blocks: KnownBlock[], more: Partial<ModalView> = {}): ModalView {
  return { type: 'modal', callback_id: 'form', title: plain(title), submit: plain('Send'), blocks, ...more }
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof WebAPIPlatformError ? error.data.error : error
}

/** A bot whose command opens this modal. */
function opening(view: ModalView, listen: (app: App) => void = () => {}): Promise<Running> {
  return runBot((app) => {
    app.command('/butler', async ({ ack, body, client }) => {
      await ack()
      await client.views.open({ trigger_id: body.trigger_id, view })
    })
    listen(app)
  })
}

describe('triggers', () => {
  test('a trigger opens one modal, within three seconds', async () => {
    const triggers: string[] = []
    await using running = await runBot((app) => {
      app.command('/butler', async ({ ack, body }) => {
        triggers.push(body.trigger_id)
        await ack()
      })
    })
    const { simulator, app } = running
    const open = (trigger_id = '') =>
      app.client.views.open({ trigger_id, view: modal('M', [{ type: 'divider' }]) })
    await simulator.as('U0ANA').command('/butler')
    expect((await open(triggers[0])).ok).toBe(true)
    expect(await errorOf(open(triggers[0]))).toBe('exchanged_trigger_id')
    expect(await errorOf(open('1.2.3'))).toBe('invalid_trigger_id')
    await simulator.as('U0ANA').command('/butler')
    simulator.control.advance(3001)
    expect(await errorOf(open(triggers[1]))).toBe('expired_trigger_id')
  })

  test('a view that is refused does not spend the trigger', async () => {
    const outcomes: unknown[] = []
    await using running = await runBot((app) => {
      app.command('/butler', async ({ ack, body, client }) => {
        await ack()
        const { trigger_id } = body
        outcomes.push(await errorOf(client.views.open({ trigger_id, view: modal('x'.repeat(25), []) })))
        await client.views.open({ trigger_id, view: modal('Short', [inputBlock('a', 'A')]) })
      })
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/butler')
    await ana.see((view) => view.modals.length === 1)
    expect(outcomes).toEqual(['invalid_arguments'])
  })
})

describe('submissions', () => {
  test('Slack itself asks for what is required and the app hears nothing', async () => {
    let heard = 0
    await using running = await opening(modal('M', [inputBlock('why', 'Why?')]), (app) => {
      app.view('form', async ({ ack }) => {
        heard += 1
        await ack()
      })
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/butler')
    expect(await ana.submit()).toMatchObject({
      ok: false,
      error: 'invalid_input',
      errors: { why: expect.any(String) },
    })
    expect(heard).toBe(0)
  })

  test('errors stand under their inputs and leave when the input changes', async () => {
    await using running = await opening(modal('M', [inputBlock('why', 'Why?')]), (app) => {
      app.view('form', async ({ ack, view }) => {
        const why = view.state.values.why?.text?.value
        if (why === 'good') await ack()
        else await ack({ response_action: 'errors', errors: { why: 'Say more.' } })
      })
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/butler')
    await ana.fill('Why?', 'bad')
    expect((await ana.submit()).errors).toEqual({ why: 'Say more.' })
    expect(ana.topModal()?.errors).toEqual({ why: 'Say more.' })
    await ana.fill('why', 'good')
    expect(ana.topModal()?.errors).toEqual({})
    expect((await ana.submit()).ok).toBe(true)
    expect(ana.topModal()).toBeUndefined()
  })

  test('an error for something that is not an input breaks the whole answer', async () => {
    await using running = await opening(modal('M', [inputBlock('why', 'Why?')]), (app) => {
      app.view('form', async ({ ack }) => ack({ response_action: 'errors', errors: { elsewhere: 'x' } }))
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/butler')
    await ana.fill('Why?', 'x')
    expect((await ana.submit()).ok).toBe(false)
    expect(ana.notices().at(-1)).toContain('trouble connecting')
  })

  test('an answer can update, push and clear, and three are the most', async () => {
    const step = (title: string) => modal(title, [inputBlock('next', 'Next?')])
    await using running = await opening(step('One'), (app) => {
      app.view('form', async ({ ack, view }) => {
        switch (view.state.values.next?.text?.value) {
          case 'update':
            return ack({ response_action: 'update', view: step('Changed') })
          case 'push':
            return ack({ response_action: 'push', view: step('Pushed') })
          default:
            return ack({ response_action: 'clear' })
        }
      })
    })
    const ana = running.simulator.as('U0ANA')
    const titles = () => ana.view().modals.map((view) => view.title?.text)
    const answer = async (text: string) => {
      await ana.fill('Next?', text)
      return ana.submit()
    }
    await ana.command('/butler')
    await answer('update')
    expect(titles()).toEqual(['Changed'])
    await answer('push')
    await answer('push')
    expect(titles()).toEqual(['Changed', 'Pushed', 'Pushed'])
    expect(await answer('push')).toMatchObject({ ok: false, error: 'push_limit_reached' })
    await answer('clear')
    expect(titles()).toEqual([])
  })

  test('closing is told only to an app that asked, and takes the view away', async () => {
    const closed: unknown[] = []
    const listen = (app: App) =>
      app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack, body }) => {
        closed.push('is_cleared' in body && body.is_cleared)
        await ack()
      })
    await using told = await opening(modal('M', [{ type: 'divider' }], { notify_on_close: true }), listen)
    const ana = told.simulator.as('U0ANA')
    await ana.command('/butler')
    await ana.closeModal()
    expect(closed).toEqual([false])
    expect(ana.topModal()).toBeUndefined()
    await using quiet = await opening(modal('M', [{ type: 'divider' }]), listen)
    const ben = quiet.simulator.as('U0BEN')
    await ben.command('/butler')
    await ben.closeModal()
    expect(quiet.simulator.control.deliveries('interactive')).toEqual([])
  })
})

describe('updates', () => {
  test('what was typed survives where block_id and action_id stay, and a stale hash conflicts', async () => {
    const bodies: { id: string; hash: string }[] = []
    await using running = await opening(modal('M', [inputBlock('keep', 'Keep'), buttons('more')]), (app) => {
      app.action('more', async ({ ack, body, client }) => {
        await ack()
        if (!('view' in body) || !body.view) throw new Error('the press was not in a view')
        bodies.push(body.view)
        const { id: view_id, hash } = body.view
        const blocks = [inputBlock('keep', 'Keep'), inputBlock('new', 'New'), buttons('more')]
        await client.views.update({ view_id, hash, view: modal('M2', blocks) })
      })
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/butler')
    await ana.fill('Keep', 'typed')
    await ana.pressButton('more')
    await ana.see((view) => view.modals[0]?.title?.text === 'M2')
    expect(ana.topModal()?.state.values).toEqual({
      keep: { text: { type: 'plain_text_input', value: 'typed' } },
      new: { text: { type: 'plain_text_input', value: null } },
    })
    const stale = bodies[0]
    const valid = { view_id: String(stale?.id), view: modal('M3', [buttons('more')]) }
    expect(await errorOf(running.app.client.views.update({ ...valid, hash: String(stale?.hash) }))).toBe(
      'hash_conflict',
    )
    await ana.closeModal()
    expect(await errorOf(running.app.client.views.update(valid))).toBe('not_found')
  })

  test('a press inside a modal can push, a command cannot', async () => {
    const outcomes: unknown[] = []
    const all = Promise.withResolvers<void>()
    await using running = await opening(modal('M', [buttons('deeper')]), (app) => {
      app.action('deeper', async ({ ack, body, client }) => {
        await ack()
        const { trigger_id } = body as { trigger_id: string }
        outcomes.push(await errorOf(client.views.push({ trigger_id, view: modal('N', [buttons('deeper')]) })))
        if (outcomes.length === 4) all.resolve()
      })
      app.command('/plain', async ({ ack, body, client }) => {
        await ack()
        outcomes.push(await errorOf(client.views.push({ trigger_id: body.trigger_id, view: modal('N', []) })))
      })
    })
    const ana = running.simulator.as('U0ANA')
    await ana.command('/plain')
    await ana.command('/butler')
    for (const depth of [1, 2, 3]) {
      await ana.see((view) => view.modals.length === depth)
      await ana.pressButton('deeper')
    }
    await all.promise
    expect(outcomes).toEqual(['invalid_trigger_id', undefined, undefined, 'push_limit_reached'])
  })

  test('Home is drawn when it is opened, and for nobody else', async () => {
    await using running = await runBot((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const view = {
          type: 'home' as const,
          blocks: [{ type: 'section' as const, text: plain(`Hi ${event.user}`) }],
        }
        await client.views.publish({ user_id: event.user, view })
      })
    })
    const ana = running.simulator.as('U0ANA')
    const first = await ana.openHome()
    expect(first?.blocks).toMatchObject([{ text: { text: 'Hi U0ANA' } }])
    const second = await ana.openHome()
    expect(second?.id).toBe(first?.id)
    expect(second?.hash).not.toBe(first?.hash)
    expect(running.simulator.as('U0BEN').home()).toBeNull()
  })
})
