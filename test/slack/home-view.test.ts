import { expect, it } from 'vitest'
import { homeView, readPages } from '../../src/slack/home.ts'
import { statusAnswer } from '../../src/slack/words/access/lists.ts'
import {
  approved,
  grant,
  names,
  policy,
  read,
  readAloud,
  request,
  target,
  temporaryLogin,
  used,
} from './rows.ts'

const parts = { names, capabilities: () => temporaryLogin }
const now = new Date('2026-11-20T10:00:00Z')
const nothing = { mayAsk: [], grants: [], requests: [], toAccept: [], toDecide: [], toReview: [], now }
const actionIds = (view: unknown) =>
  [...JSON.stringify(view).matchAll(/"action_id":"(\w+)"/g)].map((match) => match[1])

it('Home puts what waits for me first, then what I have, asked for and may ask for', () => {
  const view = homeView(
    {
      mayAsk: [{ target, role: read, policy }],
      grants: [{ grant: grant(), request: approved() }],
      requests: [request()],
      toAccept: [],
      toDecide: [request({ requester: 'U0CHO' })],
      toReview: [used({ requester: 'U0BEN', number: 7 })],
      now,
    },
    parts,
  )
  expect(actionIds(view)).toEqual([
    'review_break_glass',
    'approve_request',
    'approve_with_changes',
    'ask_about_request',
    'deny_request',
    'show_credential',
    'extend_access',
    'give_back',
    'withdraw_request',
    'open_form',
  ])
  expect(readAloud(view)).toContain('Cho asks for *read* on *orders-db* for 30 min (R-1042).')
})

it('while the restore lock is on, Home and the status say so first', () => {
  const quarantine = {
    id: '1',
    why: 'restored',
    said: 'events are missing',
    beganAt: new Date('2026-11-20T03:00:00Z'),
    endedAt: undefined,
    endedBy: undefined,
    reason: '',
  } as const
  const list = { ...nothing, toDecide: [request({ requester: 'U0CHO' })] }
  const says = /^\W*elevate is in quarantine/
  expect(readAloud(homeView({ ...list, quarantine }, parts))).toMatch(says)
  expect(readAloud(homeView(list, parts))).not.toContain('quarantine')
  for (const one of [list, nothing]) {
    const { text, blocks } = statusAnswer({ ...one, quarantine }, names, parts.capabilities)
    expect(text).toMatch(says)
    expect(JSON.stringify(blocks[0])).toContain('elevate is in quarantine')
    expect(statusAnswer(one, names, parts.capabilities).text).not.toContain('quarantine')
  }
})

it('an empty Home says what to do next', () => {
  const words = readAloud(homeView(nothing, parts))
  // Nothing to ask for is below.
  expect(words).not.toContain('Ask for some')
  expect(words).toContain('No policy names you as somebody who may ask for access.')
  expect(words).not.toContain('Waiting for you')
})

it('a list of more than eight is shown page by page, each list on its own', () => {
  const many = Array.from({ length: 25 }, (_, at) => request({ number: at + 1, requester: 'U0CHO' }))
  const list = { ...nothing, toDecide: many, requests: many }
  expect(readAloud(homeView(list, parts))).toContain('Waiting for you (25)')
  const first = JSON.stringify(homeView(list, parts))
  expect(first).toContain('Next (page 2 of 4)')
  const pages = readPages('{"toDecide":3}')
  const last = homeView(list, { ...parts, pages })
  expect(readAloud(last)).toContain('(R-25)')
  expect(JSON.stringify(last)).toContain('Back to the first page')
})

it('a page that is no longer there, or a value that is not ours, shows what is there', () => {
  const list = { ...nothing, requests: [request()] }
  expect(readAloud(homeView(list, { ...parts, pages: { requests: 7 } }))).toContain('R-1042')
  expect(readPages('{"requests":-1}')).toEqual({})
  expect(readPages('<!here>')).toEqual({})
})

it('what is ended or being given has no button', () => {
  const rows = [grant({ state: 'provisioning' }), grant({ state: 'revoking' })].map((one) => ({
    grant: one,
    request: approved(),
  }))
  expect(actionIds(homeView({ ...nothing, grants: rows }, parts))).toEqual([])
})

it('every offer is there to accept, those asked for together as one, page by page', () => {
  const offer = (number: number, more: object = {}) =>
    request({ id: `o${number}`, number, askedBy: 'U0BEN', state: 'offered', ...more })
  const two = [offer(1), offer(2), offer(3, { bundle: 'o2', role: 'write' })]
  const view = homeView({ ...nothing, toAccept: two, requests: two }, parts)
  expect(actionIds(view).filter((id) => id === 'accept_request')).toHaveLength(2)
  expect(readAloud(view)).toMatch(/read\*? and \*?write\*? on \*?orders-db\*? for you.*\(R-2\)/)
  expect(readAloud(view)).toContain('(R-1)')
  const many = Array.from({ length: 14 }, (_, at) => offer(at + 1))
  const first = homeView({ ...nothing, toAccept: many, requests: many }, parts)
  expect(readAloud(first)).toContain('For you to accept (14)')
  const last = homeView({ ...nothing, toAccept: many, requests: many }, { ...parts, pages: { toAccept: 2 } })
  expect(readAloud(last)).toContain('(R-14)')
})

it('access says until when, and how long that still is', () => {
  const expiresAt = new Date(now.getTime() + 72 * 60_000 + 30_000)
  const rows = [{ grant: grant({ expiresAt }), request: approved() }]
  expect(readAloud(homeView({ ...nothing, grants: rows }, parts))).toMatch(/until [^,]*, 1 h 12 min left\./)
})
