/** The repository's own files, as text: what they are, and what they import. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '../..')

/** TypeScript and JavaScript below a folder, by path from the top. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))

export const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
export const importsIn = (text: string) =>
  [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([a-z.@][^'"\s]*)['"]/g)].map(
    (match) => match[1] ?? '',
  )
export const importsOf = (file: string) => importsIn(read(file))
/** Those that are there when the program runs. */
export const valueImportsOf = (file: string) =>
  importsIn(read(file).replace(/^import type\b[^'"]*(['"])[^'"]*\1/gm, ''))

/** What others may import of our own packages, by the name they import it by. */
export const packageEntries: ReadonlyMap<string, string> = new Map(
  ['local-postgres', 'slack-simulator'].flatMap((name) =>
    Object.entries<string>(JSON.parse(read(`packages/${name}/package.json`)).exports).map(
      ([entry, file]) => [path.posix.join(name, entry), path.posix.join('packages', name, file)] as const,
    ),
  ),
)

/** Each name that a file imports, behind the file it comes from; `*` is all of them. */
export function namesImported(file: string): string[] {
  const from = (spec: string) =>
    spec.startsWith('.') ? path.posix.join(path.posix.dirname(file), spec) : packageEntries.get(spec)
  const named = /(?:\{([^{}]*)\}|\* as \w+)\s*(?:from\s*|=\s*await import\(\s*)['"]([^'"]+)['"]/g
  const known = [...read(file).matchAll(named)]
  const whole = [...read(file).matchAll(/(?<!=\s*await )\bimport\(\s*['"]([^'"]+)['"]/g)]
  return [
    ...known.flatMap(([, names = '*', spec = '']) =>
      names
        .split(',')
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type /, '')
              .split(/ as |:/)[0],
        )
        .filter(Boolean)
        .map((name) => `${from(spec)} ${name}`),
    ),
    ...whole.map(([, spec = '']) => `${from(spec)} *`),
  ]
}

/** Each name that a file exports where it declares it. */
export const namesExported = (file: string): string[] =>
  [
    ...read(file).matchAll(
      /^export (?:declare |async |abstract )*(?:function\*?|const|let|class|type|interface) (\w+)/gm,
    ),
  ].map(([, name = '']) => name)
