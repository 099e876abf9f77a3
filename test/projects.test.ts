/** Every test is in one of vitest's projects, and the project without a database needs none. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import vitest from '../vitest.config.ts'
import { filesBelow, importsOf, root } from './support/sources.ts'

const packages = filesBelow('packages').filter((file) => !file.includes('node_modules'))
/** Of vitest's projects, as `vitest.config.ts` has them. */
const projects = (vitest.test?.projects ?? []).map((project) => {
  const {
    name,
    include = [],
    exclude = [],
  } = (typeof project === 'object' && 'test' in project && project.test) || {}
  const matches = (file: string, patterns: readonly string[]) =>
    patterns.some((pattern) => path.posix.matchesGlob(file, pattern))
  return {
    name: String(name),
    has: (file: string) => matches(file, include) && !matches(file, exclude),
  }
})
const tests = [...filesBelow('test'), ...packages, ...filesBelow('demo')].filter((file) =>
  file.endsWith('.test.ts'),
)

it('every test is in one project', () => {
  const placed = tests.map((file) => ({ file, in: projects.filter((one) => one.has(file)) }))
  expect(placed.filter((one) => one.in.length !== 1).map(({ file }) => file)).toEqual([])
})

it('the tests without a database do not reach one', () => {
  const importsAll = (file: string, found = new Set<string>()): Set<string> => {
    if (found.has(file)) return found
    found.add(file)
    for (const spec of importsOf(file)) {
      const place = path.posix.join(path.posix.dirname(file), spec)
      if (!spec.startsWith('.')) found.add(spec)
      else if (existsSync(path.join(root, place))) importsAll(place, found)
    }
    return found
  }
  const unit = tests.filter((file) => projects.find(({ name }) => name === 'unit')?.has(file))
  expect(unit.length).toBeGreaterThan(0)
  const reaching = unit.filter((file) => {
    const all = importsAll(file)
    return all.has('local-postgres') || all.has('test/support/postgres.ts')
  })
  expect(reaching).toEqual([])
})
