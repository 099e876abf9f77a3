import { expect, it } from 'vitest'
import { activityKinds, classCounts } from '../../src/core/activity/activity.ts'

it('every kind of thing done counts in a class that means the same everywhere', () => {
  expect(classCounts(Object.fromEntries(activityKinds.map((kind) => [kind, 1])))).toEqual({
    connect: 3,
    read: 1,
    change: 3,
    administer: 2,
    other: 1,
  })
  expect(classCounts({ select: 2 })).toEqual({ read: 2 })
})
