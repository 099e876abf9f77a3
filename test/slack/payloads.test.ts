import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOurs } from '../../src/slack/platform/guard.ts'
import {
  clickBody,
  commandBody,
  readAuditAsk,
  readChosen,
  readId,
  submissionBody,
  suggestionBody,
  writeAuditAsk,
} from '../../src/slack/platform/payloads.ts'

const click = (over: object = {}) => ({
  type: 'block_actions',
  team: { id: 'T0ACME' },
  user: { id: 'U0ADA', team_id: 'T0ACME' },
  enterprise: null,
  is_enterprise_install: false,
  trigger_id: '1.2.x',
  actions: [{ action_id: 'approve_request', value: 'x' }],
  ...over,
})

describe('a visitor', () => {
  it.each([
    ['from here', {}, true],
    ['without a home', { user: { id: 'U0ADA' } }, true],
    ['from another workspace', { team: { id: 'T0OTHER' } }, false],
    ['of another workspace, in a shared channel', { user: { id: 'U0ADA', team_id: 'T0OTHER' } }, false],
    ['without a workspace', { team: null }, false],
    ['of an installation for a whole organisation', { is_enterprise_install: true }, false],
    ['of one, as a form says it', { is_enterprise_install: 'true' }, false],
    [
      'from here, with a home elsewhere in our organisation',
      { enterprise: { id: 'E1' }, user: { id: 'U0ADA', team_id: 'E1' } },
      true,
    ],
  ])('%s', (_, over, may) => {
    const { visitor } = clickBody.parse(click(over))
    expect(isOurs({ teamId: 'T0ACME' }, visitor)).toBe(may)
  })
})

describe('payloads', () => {
  it.each([
    ['no person', { user: {} }],
    ['a person who is none', { user: { id: '<@U1>' } }],
    ['no action', { actions: [] }],
    ['a value that is no text', { actions: [{ action_id: 'a', value: { id: 1 } }] }],
    ['a list for a name', { actions: [{ action_id: ['a'] }] }],
    ['an endless value', { actions: [{ action_id: 'a', value: 'x'.repeat(2001) }] }],
  ])('with %s are refused', (_, over) => {
    expect(clickBody.safeParse(click(over)).success).toBe(false)
  })

  it('of a press beside a coloured bar are read like any other', () => {
    const at = { message_ts: '1.000001', channel_id: 'C1', is_ephemeral: false, is_app_unfurl: false }
    const container = { type: 'message_attachment', attachment_id: 1, ...at }
    const attachments = [{ id: 1, color: 'd7263d', fallback: 'red', blocks: [] }]
    const message = { type: 'message', text: 't', ts: '1.000001', attachments }
    const read = clickBody.parse(click({ container, message, channel: { id: 'C1', name: 'c' } }))
    expect(read).toEqual(clickBody.parse(click()))
  })

  it('are read or refused, whatever they are', () => {
    for (const codec of [clickBody, commandBody, submissionBody, suggestionBody])
      fc.assert(
        fc.property(fc.anything({ withNullPrototype: true }), (body) => {
          codec.safeParse(body)
        }),
        { numRuns: 500 },
      )
  })

  it('names of our prototype are names like any other', () => {
    const values = JSON.parse('{"__proto__":{"constructor":{"type":"plain_text_input","value":"x"}}}')
    const view = { id: 'V1', type: 'modal', state: { values } }
    const read = submissionBody.safeParse({ ...click(), view })
    if (read.success)
      expect([...read.data.view.fields.keys()].every((key) => key === 'constructor')).toBe(true)
    expect(({} as { constructor: unknown }).constructor).toBe(Object)
  })
})

describe('what comes back from Slack', () => {
  it.each(['', 'x', '1', "'; drop table grants", `${crypto.randomUUID()}x`, 'null'])(
    '%j is no id of ours',
    (value) => {
      expect(readId(value)).toBeUndefined()
    },
  )

  it('an id is', () => {
    const id = crypto.randomUUID()
    expect(readId(id)).toBe(id)
  })

  it.each(['', '{', '[]', '{"target":1}', 'null'])('%j chooses nothing', (metadata) => {
    expect(readChosen(metadata)).toEqual({})
  })

  it('a question to the log survives the way there and back, and nothing else does', () => {
    const ask = {
      person: 'U0ADA',
      target: 'orders-db',
      role: 'read',
      types: ['grant.revoked' as const],
      from: new Date(0),
      to: new Date(1),
      before: 7,
    }
    expect(readAuditAsk(writeAuditAsk(ask))).toEqual(ask)
    for (const forged of [
      '{"types":["drop"]}',
      '{"person":"x"}',
      '{"before":1.5}',
      '{"from":"yesterday"}',
      'x',
    ])
      expect(readAuditAsk(forged)).toBeUndefined()
  })
})
