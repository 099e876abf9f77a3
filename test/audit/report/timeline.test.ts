/** The picture of who had what when: what is on it, where, and that it is drawn whatever people typed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { timelineHtml, timelineSvg } from '../../../src/audit/report/draw-timeline.ts'
import { ticksOf, timelineOf } from '../../../src/audit/report/timeline.ts'
import { windowOf } from '../../../src/audit/report/window.ts'
import type { Grant } from '../../../src/core/access/grant.ts'
import { isRefused } from '../../../src/core/refusal.ts'
import { pictureOf } from '../../../src/slack/commands/answer-log.ts'
import { endedGrant, grant, held, NOON } from '../../slack/rows.ts'
import { anyText } from '../../support/texts.ts'

const at = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)
const span = (from: number, to: number, now = to) => ({
  from: at(from),
  to: at(to),
  now: at(now),
  title: 'T',
})

/** Had from one minute to another, and should have had it until `due`. */
const over = (from: number, to: number, more: Partial<Grant> = {}, due = to) =>
  held({
    grant: endedGrant({
      activatedAt: at(from),
      expiresAt: at(due),
      dueAt: at(due),
      revokedAt: at(to),
      ...more,
    }),
  })

describe('the timeline', () => {
  it('puts grants of the same access of one person in one lane, and others in their own', () => {
    const lanes = timelineOf(
      [
        over(0, 10),
        over(20, 30, { number: 2 }),
        over(5, 15, { number: 3, role: 'write' }),
        over(5, 15, { number: 4, person: 'U0BEN', subject: { person: 'U0BEN', name: 'Ben' } }),
      ],
      span(0, 60),
    ).lanes
    expect(lanes.map((lane) => [lane.person, lane.access, lane.bars.map((bar) => bar.name)])).toEqual([
      ['Ada', 'orders-db read', ['G-2077', 'G-2']],
      ['Ben', 'orders-db read', ['G-4']],
      ['Ada', 'orders-db write', ['G-3']],
    ])
  })

  it('cuts a bar at the edges of the stretch and leaves out what was over before it', () => {
    const [lane, ...others] = timelineOf([over(-100, -90), over(-30, 90, { number: 5 })], span(0, 60)).lanes
    expect(others).toEqual([])
    expect(lane?.bars.map((bar) => bar.name)).toEqual(['G-5'])
    expect(lane?.bars[0]?.from.getTime()).toBeGreaterThanOrEqual(at(-3).getTime())
    expect(lane?.bars[0]?.to.getTime()).toBeLessThanOrEqual(at(63).getTime())
  })

  it('says of a grant that is still there that it goes on, and ends its bar at the present moment', () => {
    const live = held({ grant: grant({ activatedAt: at(0), expiresAt: at(60) }) })
    const [lane] = timelineOf([live], span(0, 120, 30)).lanes
    expect(lane?.bars[0]).toMatchObject({ open: true, to: at(30) })
  })

  it('marks the part that came after its time, from a minute of lateness on', () => {
    const [late] = timelineOf([over(0, 30, {}, 20)], span(0, 60)).lanes
    expect(late?.bars[0]?.lateFrom).toEqual(at(20))
    const [prompt] = timelineOf([over(0, 30)], span(0, 60)).lanes
    expect(prompt?.bars[0]?.lateFrom).toBeUndefined()
  })

  it('shows break-glass as such', () => {
    const review = {
      state: 'open',
      openedAt: NOON,
      closedAt: undefined,
      reviewer: undefined,
      note: '',
    } as const
    const timeline = timelineOf([{ ...over(0, 30), review }], span(0, 60))
    expect(timeline.lanes[0]?.bars[0]?.kind).toBe('break-glass')
    expect(timelineSvg(timeline)).toContain('break-glass')
  })

  it('counts what is too much to be drawn', () => {
    const many = Array.from({ length: 60 }, (_, n) => over(0, 10, { number: n + 1, role: `r${n}` }))
    const timeline = timelineOf(many, span(0, 60))
    expect(timeline.lanes).toHaveLength(40)
    expect(timeline.left).toBe(20)
    expect(timelineSvg(timeline)).toContain('and 20 more grants that are not drawn')
  })

  it('has round moments on its axis, a few of them, from minutes to years', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 3_000_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (length, start) => {
          const ticks = ticksOf({ from: at(start), to: at(start + length) }, 12)
          expect(ticks.length).toBeLessThanOrEqual(13)
          expect(ticks.every((tick) => tick.at >= at(start) && tick.at <= at(start + length))).toBe(true)
          expect(ticks.every((tick) => tick.at.getUTCSeconds() === 0)).toBe(true)
        },
      ),
    )
    expect(ticksOf({ from: at(0), to: at(60) }, 12).map((tick) => tick.label)).toContain('12:30')
  })

  it('is well-formed and has no markup of its own, whatever name or reason somebody chose', () => {
    fc.assert(
      fc.property(anyText(), (typed) => {
        const one = held({
          grant: endedGrant({ subject: { person: 'U0ADA', name: `<b>&"${typed}` } }),
          reason: `</title><script>${typed}`,
        })
        const svg = timelineSvg(timelineOf([one], span(0, 60)))
        expect(svg).not.toMatch(/<script|<b>/)
        expect(svg.isWellFormed()).toBe(true)
        // Only what XML 1.0 allows.
        expect(svg).not.toMatch(/[^\P{Cc}\t\n\r]/u)
        expect(timelineHtml(timelineOf([one], span(0, 60)), [one])).not.toMatch(/<script|<b>/)
      }),
    )
  })

  it('becomes a PNG as wide as a sharp screen wants it', async () => {
    const png = Buffer.from(await pictureOf(timelineSvg(timelineOf([over(0, 30)], span(0, 60)))))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(2400)
  })

  it('draws its letters on a machine without fonts', async () => {
    const drawn = async (title: string) => {
      const svg = timelineSvg(timelineOf([], { ...span(0, 60), title }))
      return Buffer.from(await pictureOf(svg, { machineFonts: false }))
    }
    expect((await drawn('Access to orders-db')).equals(await drawn('Accession orders-xx'))).toBe(false)
  })
})

describe('the stretch of a question', () => {
  it.each([
    [{}, 'now', NOON, NOON],
    [{ at: '2026-11-20T03:00Z' }, 'moment', '2026-11-20T03:00Z', '2026-11-20T03:00Z'],
    [{ around: '2026-11-20T03:00Z' }, 'stretch', '2026-11-20T02:00Z', '2026-11-20T04:00Z'],
    [{ around: '2026-11-20 03:00', for: '30m' }, 'stretch', '2026-11-20T02:45Z', '2026-11-20T03:15Z'],
    [{ from: '2026-11-20', to: '2026-11-21' }, 'stretch', '2026-11-20T00:00Z', '2026-11-21T00:00Z'],
    [{ from: '2026-11-20' }, 'stretch', '2026-11-20T00:00Z', NOON],
  ])('%j is %s', (ask, kind, from, to) => {
    expect(windowOf(ask, NOON)).toEqual({ kind, from: new Date(from), to: new Date(to) })
  })

  it.each([
    [{ at: '2026-11-20', ever: true }, 'usage'],
    [{ at: '2026-11-20', around: '2026-11-20' }, 'usage'],
    [{ for: '2h' }, 'usage'],
    [{ around: '2026-11-20', for: 'long' }, 'bad-duration'],
    [{ around: '2026-11-20', for: '9999d' }, 'too-long'],
    [{ around: 'yesterday' }, 'unknown-date'],
    [{ at: '2026-02-31' }, 'unknown-date'],
    [{ from: '2026-11-21', to: '2026-11-20' }, 'unknown-date'],
  ])('%j is refused as %s', (ask, code) => {
    const answer = windowOf(ask, NOON)
    expect(isRefused(answer) && answer.refused.code).toBe(code)
  })
})
