import { describe, expect, it } from 'vitest'
import { alertedIn, alertFor, peopleToAlert } from '../../src/core/people/alerting.ts'
import type { Who } from '../../src/core/people/person.ts'

const group = (id: string): Who => ({ kind: 'group', id })
const person = (id: string): Who => ({ kind: 'person', id })
const groups = new Map([
  ['SDBA', ['UBEN', 'UCHO']],
  ['SLEAD', ['ULEA', 'UCHO']],
])
const morning = new Date('2026-11-24T07:00:00Z')
const name = (id: string) => id.slice(1)
const stage = { from: [group('SDBA'), group('SLEAD')], quiet: [group('SLEAD')], count: 1 }

describe('approvers who are to be left in peace', () => {
  it('are not among those to be alerted, in another group neither', () => {
    expect(alertedIn(stage)).toEqual([group('SDBA')])
    expect(peopleToAlert([stage], groups)).toEqual(['UBEN'])
    // Cho is in both groups, so mentioning @dba would alert her.
    expect(alertFor(stage, groups, new Map(), name)).toEqual({ mention: [person('UBEN')], named: [] })
    const other = { ...stage, quiet: [person('ULEA')], from: [group('SDBA'), person('ULEA')] }
    expect(alertFor(other, groups, new Map(), name)).toEqual({ mention: [group('SDBA')], named: [] })
  })

  it('are alerted for a stage in which they are not quiet', () => {
    expect(peopleToAlert([stage, { from: [person('ULEA')], count: 1 }], groups)).toEqual(['UBEN', 'ULEA'])
  })

  it('nobody is to be alerted one by one where everyone may decide', () => {
    expect(peopleToAlert([{ from: [{ kind: 'everyone' }], count: 1 }], groups)).toEqual([])
  })
})

describe('quiet hours', () => {
  it('take the group apart when somebody in it rests, and only name that one', () => {
    const resting = new Map([['UBEN', morning]])
    expect(alertFor({ from: [group('SDBA')], count: 1 }, groups, resting, name)).toEqual({
      mention: [person('UCHO')],
      named: ['BEN'],
    })
  })

  it('leave a group in which nobody rests as it is', () => {
    const resting = new Map([['ULEA', morning]])
    const both = { from: [group('SDBA'), group('SLEAD')], count: 1 }
    expect(alertFor(both, groups, resting, name)).toEqual({
      mention: [group('SDBA'), person('UCHO')],
      named: ['LEA'],
    })
    expect(alertFor({ from: [group('SDBA')], count: 1 }, groups, resting, name)).toBeUndefined()
  })
})
