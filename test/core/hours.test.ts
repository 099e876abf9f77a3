import { describe, expect, it } from 'vitest'
import { duringHours, endOfHours, WEEKDAYS, type WorkHours } from '../../src/core/people/hours.ts'

const at = (moment: string) => new Date(moment)
const berlin = (from: string, to: string, days: WorkHours['days'] = WEEKDAYS): WorkHours => ({
  from,
  to,
  days,
  timezone: 'Europe/Berlin',
})
const ENDS = (from: string, to: string, moment: string, zone = 'Europe/Berlin') =>
  endOfHours({ from, to }, zone, at(moment))?.toISOString()

describe('hours of the day', () => {
  it('begin with their first minute and end before their last', () => {
    const office = berlin('08:00', '18:00', ['mon', 'tue', 'wed', 'thu', 'fri'])
    expect(duringHours(office, at('2026-11-23T06:59:59Z'))).toBe(false)
    expect(duringHours(office, at('2026-11-23T07:00:00Z'))).toBe(true)
    expect(duringHours(office, at('2026-11-23T16:59:59Z'))).toBe(true)
    expect(duringHours(office, at('2026-11-23T17:00:00Z'))).toBe(false)
    expect(duringHours(office, at('2026-11-22T10:00:00Z')), 'a Sunday').toBe(false)
  })

  it('that go on past midnight belong to the day on which they begin', () => {
    const friday = berlin('22:00', '06:00', ['fri'])
    expect(duringHours(friday, at('2026-11-27T21:30:00Z')), 'Friday, half past ten').toBe(true)
    expect(duringHours(friday, at('2026-11-28T04:59:00Z')), 'Saturday before six').toBe(true)
    expect(duringHours(friday, at('2026-11-28T05:00:00Z')), 'Saturday at six').toBe(false)
    expect(duringHours(friday, at('2026-11-27T03:00:00Z')), 'Friday before dawn is Thursday’s night').toBe(
      false,
    )
    expect(duringHours(friday, at('2026-11-28T21:30:00Z')), 'Saturday night').toBe(false)
  })

  it('follow the clock on the wall over the change to summer time and back', () => {
    const office = berlin('08:00', '18:00')
    // 2026-03-29: at 02:00 it is 03:00. 2026-10-25: at 03:00 it is 02:00 again.
    expect(duringHours(office, at('2026-03-28T07:00:00Z'))).toBe(true)
    expect(duringHours(office, at('2026-03-29T05:59:00Z'))).toBe(false)
    expect(duringHours(office, at('2026-03-29T06:00:00Z'))).toBe(true)
    expect(duringHours(office, at('2026-10-25T06:59:00Z'))).toBe(false)
    expect(duringHours(office, at('2026-10-25T07:00:00Z'))).toBe(true)
    const small = berlin('02:15', '02:45')
    expect(duringHours(small, at('2026-03-29T00:30:00Z')), '01:30, before the hour that is skipped').toBe(
      false,
    )
    expect(duringHours(small, at('2026-03-29T01:30:00Z')), '03:30, after it').toBe(false)
    expect(duringHours(small, at('2026-10-25T00:30:00Z')), '02:30 for the first time').toBe(true)
    expect(duringHours(small, at('2026-10-25T01:30:00Z')), '02:30 for the second time').toBe(true)
  })

  it('can be the whole day', () => {
    expect(duringHours(berlin('00:00', '24:00', ['mon']), at('2026-11-23T22:59:59Z'))).toBe(true)
    expect(duringHours(berlin('00:00', '24:00', ['mon']), at('2026-11-23T23:00:00Z')), 'Tuesday').toBe(false)
  })

  it('are none in a place that nobody knows', () => {
    expect(
      duringHours({ ...berlin('00:00', '24:00'), timezone: 'Mars/Olympus' }, at('2026-11-23T12:00:00Z')),
    ).toBe(false)
    expect(ENDS('20:00', '08:00', '2026-11-23T23:00:00Z', 'Mars/Olympus')).toBeUndefined()
    expect(endOfHours({ from: '20:00', to: '08:00' }, undefined, at('2026-11-23T23:00:00Z'))).toBeUndefined()
  })
})

describe('the end of quiet hours', () => {
  it('is the next morning, or the same one', () => {
    expect(ENDS('20:00', '08:00', '2026-11-23T19:00:00Z')).toBe('2026-11-24T07:00:00.000Z')
    expect(ENDS('20:00', '08:00', '2026-11-24T06:59:30Z')).toBe('2026-11-24T07:00:00.000Z')
    expect(ENDS('20:00', '08:00', '2026-11-24T07:00:00Z')).toBeUndefined()
    expect(ENDS('12:00', '13:30', '2026-11-24T11:10:00Z')).toBe('2026-11-24T12:30:00.000Z')
  })

  it('moves with the clock in the night in which it is changed', () => {
    expect(ENDS('20:00', '08:00', '2026-03-28T20:00:00Z'), 'a short night').toBe('2026-03-29T06:00:00.000Z')
    expect(ENDS('20:00', '08:00', '2026-10-24T20:00:00Z'), 'a long night').toBe('2026-10-25T07:00:00.000Z')
  })

  it('in the hour that is skipped is where the clock goes on', () => {
    expect(ENDS('20:00', '02:30', '2026-03-28T23:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
  })

  it('in the hour that comes twice is the next time that the clock shows it', () => {
    expect(ENDS('20:00', '02:30', '2026-10-25T00:10:00Z'), '02:10').toBe('2026-10-25T00:30:00.000Z')
    expect(ENDS('20:00', '02:30', '2026-10-25T00:40:00Z'), '02:40').toBeUndefined()
    expect(ENDS('20:00', '02:30', '2026-10-25T01:10:00Z'), '02:10 again').toBe('2026-10-25T01:30:00.000Z')
    expect(ENDS('02:30', '08:00', '2026-10-25T00:40:00Z'), '02:40, before it is 02:00 again').toBe(
      '2026-10-25T01:00:00.000Z',
    )
  })

  it('at a midnight that is skipped is where the clock goes on', () => {
    expect(ENDS('20:00', '24:00', '2016-10-16T02:30:00Z', 'America/Sao_Paulo')).toBe(
      '2016-10-16T03:00:00.000Z',
    )
  })

  it('is none when they never end', () => {
    expect(ENDS('08:00', '08:00', '2026-11-23T12:00:00Z')).toBeUndefined()
    expect(ENDS('00:00', '24:00', '2026-11-23T12:00:00Z')).toBeUndefined()
  })

  it('is right in places whose clocks differ by half an hour, and change by half an hour', () => {
    expect(ENDS('20:00', '08:00', '2026-11-23T18:00:00Z', 'Asia/Kolkata')).toBe('2026-11-24T02:30:00.000Z')
    expect(ENDS('20:00', '08:00', '2026-10-03T12:00:00Z', 'Australia/Lord_Howe')).toBe(
      '2026-10-03T21:00:00.000Z',
    )
  })
})
