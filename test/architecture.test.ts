/**
 * The house, as a test: rooms, arrows, the single home of each package, and what may be mentioned where.
 * Plain text matching; a new arrow in these tables is a design decision and needs a reason in review.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..')

const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  operations: ['core'],
  audit: ['core'],
  config: ['core'],
  store: ['core'],
  connectors: ['core'],
  http: ['core'],
  slack: ['core', 'operations', 'audit'],
  jobs: ['core', 'operations', 'audit'],
  simulator: [],
  wire: ['core', 'operations', 'audit', 'config', 'store', 'connectors', 'http', 'slack', 'jobs'],
  'wire.ts': [
    'wire',
    'core',
    'operations',
    'audit',
    'config',
    'store',
    'connectors',
    'http',
    'slack',
    'jobs',
  ],
  'log.ts': [],
  'main.ts': ['config', 'log.ts', 'wire', 'wire.ts'],
  cli: [
    'core',
    'operations',
    'audit',
    'config',
    'store',
    'connectors',
    'log.ts',
    'main.ts',
    'wire',
    'wire.ts',
    'simulator',
  ],
}

/** Rooms that use no packages and no `node:` modules at all. */
const PURE = ['core', 'operations']

const HOME_OF: Record<string, readonly string[]> = {
  '@slack/bolt': ['slack'],
  '@slack/web-api': ['slack'],
  kysely: ['store'],
  pg: ['store', 'connectors'],
  'node-cron': ['jobs'],
  commander: ['cli'],
  'prom-client': ['http'],
  pino: ['log.ts', 'wire', 'wire.ts'],
  '@resvg/resvg-js': ['slack'],
  'dejavu-fonts-ttf': ['slack'],
  react: ['simulator'],
  ws: ['simulator'],
  zod: ['config', 'slack', 'store', 'connectors'],
}

const MAX_LINES = 300

const filesBelow = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))

const src = filesBelow('src')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const roomOf = (file: string) => file.split('/')[1] ?? ''
const importsOf = (file: string) =>
  [...read(file).matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')

const packageOf = (spec: string) =>
  spec
    .split('/')
    .slice(0, spec.startsWith('@') ? 2 : 1)
    .join('/')

function complaint(file: string, spec: string): string | undefined {
  const room = roomOf(file)
  if (spec.startsWith('.')) {
    const target = roomOf(path.posix.join(path.posix.dirname(file), spec))
    return target === room || MAY_IMPORT[room]?.includes(target) ? undefined : `${file} imports ${target}`
  }
  if (PURE.includes(room)) return `${file} imports ${spec}`
  const homes = HOME_OF[packageOf(spec)]
  return homes && !homes.includes(room)
    ? `${file} imports ${spec}, which lives in ${homes.join(' and ')}`
    : undefined
}

it('every file is in a known room', () => {
  expect(src.filter((file) => !(roomOf(file) in MAY_IMPORT))).toEqual([])
})

it('rooms import only in the allowed direction, and packages stay at home', () => {
  expect(src.flatMap((file) => importsOf(file).flatMap((spec) => complaint(file, spec) ?? []))).toEqual([])
})

it('migrations are frozen history and import nothing but kysely', () => {
  expect(
    filesBelow('migrations').flatMap((file) => importsOf(file).filter((spec) => spec !== 'kysely')),
  ).toEqual([])
})

it(`no file is longer than ${MAX_LINES} lines`, () => {
  const everything = [...src, ...filesBelow('migrations'), ...filesBelow('test'), ...filesBelow('bench')]
  expect(everything.filter((file) => read(file).split('\n').length > MAX_LINES + 1)).toEqual([])
})

it('there is no drawer for everything', () => {
  const drawers = /(^|\/)(utils?|helpers?|common|misc|lib|index)(\/|\.ts$)/
  expect([...src, ...filesBelow('test')].filter((file) => drawers.test(file))).toEqual([])
})

it('nothing is exported by default', () => {
  expect(src.filter((file) => /^export default\b/m.test(read(file)))).toEqual([])
})

it('only the start-up code looks at the environment', () => {
  const mention = src.filter((file) => /\bprocess\.env\b/.test(read(file)))
  const allowed = /^src\/(main\.ts|wire\.ts|cli\/|config\/environment\.ts|store\/local-postgres)/
  expect(mention.filter((file) => !allowed.test(file))).toEqual([])
})

it('only wiring, the clock’s stopwatch and the simulator ask Node for the time; everything else asks the database', () => {
  const mention = src.filter((file) => /\bDate\.now\(\)|\bnew Date\(\)/.test(read(file)))
  const allowed = /^src\/(wire\.ts|simulator\/|cli\/|store\/local-postgres)/
  expect(mention.filter((file) => !allowed.test(file))).toEqual([])
})

it('the product does not know the simulator', () => {
  const mention = src.filter(
    (file) => /simulator/.test(importsOf(file).join('\n')) && roomOf(file) !== 'simulator',
  )
  expect(mention.filter((file) => !file.startsWith('src/cli/demo'))).toEqual([])
})
