import { describe, expect, it } from 'vitest'
import { readStart, resemblesStart } from '../../src/core/access/start-time.ts'

const NOW = new Date('2026-11-23T12:34:00Z')
const iso = (typed: string, zone: string | undefined, now = NOW) => {
  const read = readStart(typed, now, zone)
  return read instanceof Date ? read.toISOString().slice(0, 16) : read.refused.code
}

describe('a start', () => {
  it.each([
    ['14:00', 'Europe/Berlin', '2026-11-23T13:00'],
    ['9:05', 'Europe/Berlin', '2026-11-23T08:05'],
    ['tomorrow 09:00', 'Europe/Berlin', '2026-11-24T08:00'],
    ['Today 23:30', 'America/New_York', '2026-11-24T04:30'],
    ['2026-11-24T09:00', 'Asia/Tokyo', '2026-11-24T00:00'],
    ['2026-11-24 09:00', 'Asia/Tokyo', '2026-11-24T00:00'],
    ['2026-11-24T09:00Z', 'Asia/Tokyo', '2026-11-24T09:00'],
    ['14:00', undefined, '2026-11-23T14:00'],
    ['14:00', 'Moon/Crater', '2026-11-23T14:00'],
  ])('“%s” in %s is %s', (typed, zone, wanted) => {
    expect(iso(typed, zone)).toBe(wanted)
  })

  it('is meant on the day that it is where the person lives', () => {
    const late = new Date('2026-11-23T23:30:00Z')
    expect(iso('10:00', 'Asia/Tokyo', late)).toBe('2026-11-24T01:00')
    expect(iso('tomorrow 10:00', 'America/New_York', late)).toBe('2026-11-24T15:00')
  })

  it('is the first of the two when clocks are set back, and none when they skip it', () => {
    const before = new Date('2026-10-24T12:00:00Z')
    expect(iso('2026-10-25T02:30', 'Europe/Berlin', before)).toBe('2026-10-25T00:30')
    expect(iso('2027-03-28T02:30', 'Europe/Berlin')).toBe('bad-start')
    expect(readStart('2027-03-28T02:30', NOW, 'Europe/Berlin')).toMatchObject({
      refused: { case: 'no-such-hour', data: { typed: '2027-03-28T02:30', zone: 'Europe/Berlin' } },
    })
  })

  it.each([
    '25:00',
    '14:60',
    '14',
    'tomorrow',
    'tomorrow 25:00',
    'tomorrow 09:00 or so',
    '14:00Z',
    '2026-02-31T09:00',
    '2026-11-24',
    'noon',
    '',
  ])('“%s” is none', (typed) => {
    expect(readStart(typed, NOW, 'UTC')).toMatchObject({
      refused: { code: 'bad-start', field: 'start', case: 'not-a-start', data: { typed } },
    })
  })

  it.each([
    [['14:00', 'fix'], true, 1],
    [['14:00', 'fix'], false, 0],
    [['tomorrow', '09:00'], false, 2],
    [['tomorrow', 'we'], false, 0],
    [['tomorrow', 'we'], true, 1],
    [['2026-11-24', '09:00'], true, 2],
    [['the', 'backup'], true, 0],
  ] as const)('%j takes words of its own, after from: %s', (words, afterFrom, count) => {
    expect(resemblesStart(words, afterFrom)).toBe(count)
  })
})
