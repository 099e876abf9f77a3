import { expect, it } from 'vitest'
import { listAnswer } from '../../src/slack/words/access/lists.ts'
import { approved, grant, names, policy, read, readAloud, request, target } from './rows.ts'

const now = new Date('2026-11-20T10:00:00Z')
const nothing = { mayAsk: [], grants: [], requests: [], toAccept: [], toDecide: [], toReview: [], now }
const entitlement = (at: number) => ({
  target,
  policy,
  role: { ...read, id: `role${String(at).padStart(3, '0')}` },
})
const nextOf = (message: unknown) =>
  /"action_id":"list_page"[^}]*\}[^}]*"value":"(\d+)"/.exec(JSON.stringify(message))?.[1]

it('what waits for me comes first, then what I have and how long still, what I asked for and may ask for', () => {
  const said = readAloud(
    listAnswer(
      {
        ...nothing,
        mayAsk: [entitlement(1)],
        grants: [{ grant: grant({ expiresAt: new Date(now.getTime() + 72 * 60_000) }), request: approved() }],
        requests: [request({ number: 5 })],
        toDecide: [request({ number: 6, requester: 'U0CHO' })],
      },
      names,
    ),
  )
  expect(said).toMatch(
    /Waiting for you.*\(R-6\).*You have.*, 1 h 12 min left\..*You asked for.*\(R-5\).*You may ask for.*role001/s,
  )
  expect(said).toContain('/elevate status')
})

it('what lasts less than a minute is not said to last one', () => {
  const expiresAt = new Date(now.getTime() + 59_000)
  const list = { ...nothing, grants: [{ grant: grant({ expiresAt }), request: approved() }] }
  expect(readAloud(listAnswer(list, names))).toContain('less than a minute left')
})

it('what does not fit is on the next pages, every line once, and the last page leads back', () => {
  const list = {
    ...nothing,
    requests: [request({ number: 5 })],
    mayAsk: Array.from({ length: 130 }, (_, at) => entitlement(at)),
  }
  const seen: string[] = []
  let from = 0
  for (let pages = 0; pages < 10; pages++) {
    const page = listAnswer(list, names, from)
    seen.push(...(JSON.stringify(page.blocks).match(/role\d{3}(?!.{0,6}30m)/g) ?? []))
    const next = Number(nextOf(page))
    if (next === 0) break
    expect(next).toBeGreaterThan(from)
    from = next
  }
  expect(new Set(seen).size).toBe(130)
  expect(from).toBeGreaterThan(80)
})

it('a page that is no longer there is the first one', () => {
  const list = { ...nothing, mayAsk: [entitlement(1)] }
  expect(listAnswer(list, names, 900)).toEqual(listAnswer(list, names))
})
