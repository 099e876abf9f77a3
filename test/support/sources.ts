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
