import { expect, it } from 'vitest'
import { daysOf, outcomeOf } from '../../../src/audit/report/days.ts'
import { endedGrant, grant } from '../../slack/rows.ts'

const stretch = (from: string, to: string, zone: string) => ({
  from: new Date(from),
  to: new Date(to),
  zone,
  most: 8,
})
const given = (at: string) => grant({ activatedAt: new Date(at) })

it('counts a grant on the day that the calendar of the zone had', () => {
  const days = daysOf(
    [given('2026-11-22T23:30:00Z')],
    stretch('2026-11-21T12:00Z', '2026-11-23T12:00Z', 'Europe/Berlin'),
  )
  expect(days.map((day) => [day.label, day.counts.live])).toEqual([
    ['Sat 21', 0],
    ['Sun 22', 0],
    ['Mon 23', 1],
  ])
})

it('has every day once, those of 23 and of 25 hours too', () => {
  for (const [from, to] of [
    ['2026-03-27T08:00:00Z', '2026-03-31T07:00:00Z'],
    ['2026-10-23T07:00:00Z', '2026-10-27T08:00:00Z'],
  ] as const)
    expect(daysOf([], stretch(from, to, 'Europe/Berlin'))).toHaveLength(5)
  // Late on the evening before a day of 23 hours: a step of 24 would jump over it.
  const short = daysOf([], stretch('2026-03-28T22:30:00Z', '2026-03-31T07:00:00Z', 'Europe/Berlin'))
  expect(short.map((day) => day.label)).toEqual(['Sat 28', 'Sun 29', 'Mon 30', 'Tue 31'])
})

it('keeps the last days of many', () => {
  const days = daysOf([], stretch('2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z', 'UTC'))
  expect([days.length, days.at(-1)?.label]).toEqual([8, 'Sun 29'])
})

it('keeps days apart that have the same weekday and number', () => {
  const days = daysOf(
    [given('2026-02-23T12:00:00Z')],
    stretch('2026-02-20T00:00:00Z', '2026-03-24T00:00:00Z', 'UTC'),
  )
  expect([days.length, days.at(-1)?.label, days.at(-1)?.counts.live]).toEqual([8, 'Mon 23', 0])
})

it('knows how a grant came out', () => {
  expect(outcomeOf(grant())).toBe('live')
  expect(outcomeOf(endedGrant({ endReason: 'expired' }))).toBe('full-time')
  expect(outcomeOf(endedGrant({ endReason: 'returned' }))).toBe('given-back')
  expect(outcomeOf(endedGrant({ endReason: 'ended-early' }))).toBe('ended-early')
  expect(outcomeOf(endedGrant({ endReason: 'expired', activatedAt: undefined }))).toBe('not-given')
})
