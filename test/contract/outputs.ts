/** What programs read of our output: the keys of JSON with the types of their values, the columns of CSV, and names of files. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const held: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'outputs.json'), 'utf8'),
)

/** What is read of all outputs, by what gives them. */
export const readOutputs = Object.keys(held)

/** What was there of these when the contract was made, and is there no more: programs that read it find nothing. */
export function missing(found: Readonly<Record<string, ReadonlySet<string>>>): string[] {
  return Object.entries(found).flatMap(([name, lines]) =>
    (held[name] ?? []).filter((line) => !lines.has(line)).map((line) => `${name}: ${line}`),
  )
}

/** A line for each value: `held[].grant.number: number`. Of lists all places together; of an empty one nothing is known. */
export function shapeOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value))
    return [...new Set([`${at}[]`, ...value.flatMap((one) => shapeOf(one, `${at}[]`))])]
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`]
  return Object.entries(value).flatMap(([key, one]) => shapeOf(one, at === '' ? key : `${at}.${key}`))
}

/** Names of the files, with `*` for what differs from folder to folder, each with the shape of what is in it. */
export function shapesIn(folder: string): string[] {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((one) => one.isFile())
  return [
    ...new Set(
      files.flatMap((file) => {
        const place = path.join(file.parentPath, file.name)
        const name = path
          .relative(folder, place)
          .replace(/\/tile\/.*/, '/tile/*')
          .replace(/^tile\/.*/, 'tile/*')
          .replaceAll(/\b[0-9a-f]{64}\b|(?<=\/G-|\/|^)\d+(?=[./])/g, '*')
        return [name, ...shapesInFile(place).map((line) => `${name} ${line}`)]
      }),
    ),
  ].sort()
}

function shapesInFile(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  if (file.endsWith('.jsonl')) return lines.flatMap((line) => shapeOf(JSON.parse(line)))
  if (file.endsWith('.json')) return shapeOf(JSON.parse(text))
  if (file.endsWith('.csv'))
    return (lines[0] ?? '')
      .trim()
      .split(',')
      .map((column, at) => `column ${at + 1}: ${column}`)
  return []
}
