import path from 'node:path'
import { expect, it } from 'vitest'
import { auditEventTypes } from '../src/core/log/audit-event.ts'
import {
  filesBelow,
  importsOf,
  namesExported,
  namesImported,
  packageEntries,
  read,
  valueImportsOf,
} from './support/sources.ts'

const PARTS = ['core', 'operations', 'audit', 'config', 'store', 'connectors', 'api', 'slack', 'jobs']

/** Rooms of `src`, and which others each may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  operations: ['core'],
  audit: ['core', 'read-body.ts'],
  config: ['core'],
  store: ['core'],
  connectors: ['core'],
  api: ['core', 'operations', 'audit', 'read-body.ts'],
  slack: ['core', 'operations', 'audit', 'read-body.ts'],
  jobs: ['core', 'operations', 'audit'],
  app: PARTS,
  'app.ts': ['app', ...PARTS],
  'log.ts': [],
  'read-body.ts': [],
  'main.ts': ['config', 'log.ts', 'app', 'app.ts'],
  cli: ['core', 'operations', 'audit', 'config', 'main.ts', 'app'],
}

/** What these may import as types only: the shape of what the store hands them, never the store itself. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = { operations: ['store'], audit: ['store'] }

/** Rooms that use no packages and no `node:` modules at all. */
const PURE = ['core', 'operations']

const HOME_OF: Record<string, readonly string[]> = {
  '@slack/bolt': ['slack'],
  '@slack/web-api': ['slack'],
  kysely: ['store'],
  pg: ['store', 'connectors'],
  'node-cron': ['jobs'],
  commander: ['cli'],
  'prom-client': ['api'],
  pino: ['log.ts', 'app', 'app.ts'],
  'local-postgres': ['app'],
  '@resvg/resvg-js': ['slack'],
  'dejavu-fonts-ttf': ['slack'],
  re2js: ['config'],
  zod: ['config', 'slack', 'store', 'connectors'],
}

const MAX_LINES = 300

const src = filesBelow('src')
const packages = filesBelow('packages').filter((file) => !file.includes('node_modules'))
const demo = filesBelow('demo')
const roomOf = (file: string) => file.split('/')[1] ?? ''
const packageOf = (spec: string) =>
  spec
    .split('/')
    .slice(0, spec.startsWith('@') ? 2 : 1)
    .join('/')

function complaint(file: string, spec: string): string | undefined {
  const room = roomOf(file)
  if (spec.startsWith('.')) {
    const place = path.posix.join(path.posix.dirname(file), spec)
    // Loaded when somebody asks for the demo, and answered with what to install where it is not there.
    if (file === 'src/cli/demo.ts' && place === 'demo/play.ts') return undefined
    if (!place.startsWith('src/')) return `${file} imports ${place}`
    const target = roomOf(place)
    const allowed =
      target === room ||
      MAY_IMPORT[room]?.includes(target) ||
      (MAY_IMPORT_TYPES[room]?.includes(target) && !valueImportsOf(file).includes(spec))
    return allowed ? undefined : `${file} imports ${target}`
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

it('the drawing in docs/architecture.md shows the imports that are there', () => {
  const rooms = /^(core|operations|audit|config|store|connectors|api|slack|jobs|cli|app)$/
  const boxOf = (file: string) => (/^(app|main)\.ts$/.test(roomOf(file)) ? 'app' : roomOf(file))
  const there = src.flatMap((file) =>
    importsOf(file)
      .filter((spec) => spec.startsWith('.'))
      .flatMap((spec) => {
        const [from, to] = [boxOf(file), boxOf(path.posix.join(path.posix.dirname(file), spec))]
        if (from === to || !rooms.test(from) || !rooms.test(to)) return []
        return [MAY_IMPORT_TYPES[from]?.includes(to) ? `${from} -. types .-> ${to}` : `${from} --> ${to}`]
      }),
  )
  const drawn = read('docs/architecture.md').match(/^ {2}\S+ (?:-->|-\. types \.->) \S+$/gm) ?? []
  expect([...new Set(there)].sort()).toEqual(drawn.map((line) => line.trim()).sort())
})

it('no files import each other in a circle, not even for types', () => {
  const imports = new Map(
    src.map((file) => [
      file,
      importsOf(file)
        .filter((spec) => spec.startsWith('.'))
        .map((spec) => path.posix.join(path.posix.dirname(file), spec)),
    ]),
  )
  expect(src.filter((file) => reaches(imports, file, file))).toEqual([])
})

function reaches(imports: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const ahead = [...(imports.get(from) ?? [])]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === to) return true
    if (seen.has(next)) continue
    seen.add(next)
    ahead.push(...(imports.get(next) ?? []))
  }
  return false
}

it('migrations are frozen history and import nothing but kysely', () => {
  expect(
    filesBelow('migrations').flatMap((file) => importsOf(file).filter((spec) => spec !== 'kysely')),
  ).toEqual([])
})

it(`no file is longer than ${MAX_LINES} lines`, () => {
  const everything = [
    ...src,
    ...packages,
    ...demo,
    ...filesBelow('migrations'),
    ...filesBelow('test'),
    ...filesBelow('bench'),
  ]
  expect(everything.filter((file) => read(file).split('\n').length > MAX_LINES + 1)).toEqual([])
})

it('there is no drawer for everything', () => {
  const drawers = /(^|\/)(utils?|helpers?|common|misc|lib|index)(\/|\.ts$)/
  expect([...src, ...packages, ...demo, ...filesBelow('test')].filter((file) => drawers.test(file))).toEqual(
    [],
  )
})

it('nothing is exported by default', () => {
  expect([...src, ...packages, ...demo].filter((file) => /^export default\b/m.test(read(file)))).toEqual([])
})

it('only the start-up code looks at the environment', () => {
  const mention = src.filter((file) => /\bprocess\.env\b/.test(read(file)))
  const allowed = /^src\/(main\.ts|app\.ts|cli\/|config\/environment\.ts)/
  expect(mention.filter((file) => !allowed.test(file))).toEqual([])
})

it('only wiring and the command line ask Node for the time; everything else asks the database', () => {
  const mention = src.filter((file) => /\bDate\.now\(\)|\bnew Date\(\)/.test(read(file)))
  const allowed = /^src\/(app\.ts|cli\/)/
  expect(mention.filter((file) => !allowed.test(file))).toEqual([])
})

it('a package of its own knows nothing of elevate, nor of the other one', () => {
  const inside = (file: string) => file.split('/').slice(0, 2).join('/')
  const strange = packages.flatMap((file) =>
    importsOf(file)
      .filter((spec) =>
        spec.startsWith('.')
          ? !path.posix.join(path.posix.dirname(file), spec).startsWith(inside(file))
          : ['elevate', 'local-postgres', 'slack-simulator'].includes(packageOf(spec)),
      )
      .map((spec) => `${file} imports ${spec}`),
  )
  expect(strange).toEqual([])
})

it('what runs in production imports no package that only development installs', () => {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(read('package.json'))
  const there = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
  const absent = src.flatMap((file) =>
    importsOf(file)
      .filter((spec) => !spec.startsWith('.') && !spec.startsWith('node:') && !there.has(packageOf(spec)))
      .map((spec) => `${file} imports ${spec}`),
  )
  expect(absent).toEqual([])
})

const code = (file: string) => read(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

it('no room below the doors writes a mention or a command as Slack does', () => {
  const below = src.filter((file) => ['core', 'operations', 'audit'].includes(roomOf(file)))
  expect(below.filter((file) => /<@|\/elevate /.test(code(file)))).toEqual([])
})

/** What stands between the parentheses of each call of `refuse` and `refusal`. */
const refusalsIn = (text: string) =>
  [...text.matchAll(/\b(?:refuse|refusal)\(/g)].map((call) => {
    const start = call.index + call[0].length
    let end = start
    for (let depth = 1; depth > 0 && end < text.length; end++)
      depth += '([{'.includes(text[end] ?? '') ? 1 : ')]}'.includes(text[end] ?? '') ? -1 : 0
    return text.slice(start, end - 1)
  })

it('no room below the doors says a refusal in words: it gives the case and its data', () => {
  const below = src.filter((file) => /^src\/(core|operations|audit\/report)\//.test(file))
  const prose = below.flatMap((file) =>
    refusalsIn(code(file)).flatMap((said) =>
      (said.match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? []).filter((literal) =>
        literal.replaceAll(/\$\{[^}]*\}/g, '').includes(' '),
      ),
    ),
  )
  expect(prose).toEqual([])
  expect(code('src/core/refusal.ts')).not.toMatch(/\b(?:text|words|sentence)\b/i)
})

it('no door names the store, the connectors or the world of the verbs', () => {
  const doors = src.filter((file) => ['slack', 'api', 'jobs', 'cli'].includes(roomOf(file)))
  const named = /\bworld\b|\bWorld\b|\.store\b|\b(Proof)?Store\b|\bconnector\(/
  expect(doors.filter((file) => named.test(code(file)))).toEqual([])
})

/** Constants that list words, unless their type names the words: then the compiler holds them to the one list. */
const listsIn = (file: string) =>
  [
    ...read(file).matchAll(
      /\bconst (\w+)(?:: (?:readonly string\[\]|ReadonlySet<string>))? = (?:new Set\()?\[\s*((?:'[^'\n]+',?\s*){4,})\]/g,
    ),
  ].map(([, name = '', list = '']) => ({
    file,
    name,
    words: [...list.matchAll(/'([^'\n]+)'/g)].map((match) => match[1] ?? ''),
  }))

it('what two rooms know is listed once', () => {
  const lists = src.flatMap(listsIn)
  const twice = lists.flatMap((one) =>
    lists
      .filter((other) => other.file !== one.file && other.words.length <= 2 * one.words.length)
      .filter((other) => one.words.every((word) => other.words.includes(word)))
      .map((other) => `${one.name} of ${one.file} is in ${other.name} of ${other.file}`),
  )
  expect(twice).toEqual([])
})

it('audit events are written by the functions of core/log only', () => {
  const literal = new RegExp(`(?<!readonly )type: '(${auditEventTypes.join('|').replaceAll('.', '\\.')})'`)
  expect(src.filter((file) => !file.startsWith('src/core/log/') && literal.test(read(file)))).toEqual([])
})

it('who is notified of what is the table in core; only what has its own time is queued beside it', () => {
  expect(src.filter((file) => /\.enqueue\(/.test(read(file))).sort()).toEqual([
    'src/operations/access/request/ask-approvers.ts',
    'src/operations/record.ts',
  ])
})

it('what is exported is imported by another file, or is what others may import of a package', () => {
  const everything = [...src, ...packages, ...demo, ...filesBelow('test'), ...filesBelow('bench')]
  const used = new Set(everything.flatMap(namesImported))
  const entries = new Set(packageEntries.values())
  const unused = [...src, ...packages, ...demo]
    .filter((file) => !entries.has(file) && !used.has(`${file} *`))
    .flatMap((file) => namesExported(file).map((name) => `${file} ${name}`))
  expect(unused.filter((one) => !used.has(one))).toEqual([])
})
