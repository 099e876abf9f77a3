/** YAML read with suspicion: plain data out, the position of every key and value kept, all faults at once. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { clamp, cleanText } from '../../core/access/reason.ts'
import type { Json } from '../../core/json.ts'
import { type Path, quote, type Spot } from './issue.ts'

const MAX_BYTES = 1024 * 1024
const MAX_DEPTH = 32
/** The parser recurses; this many open brackets are far from its stack's end and far beyond any honest file. */
const MAX_OPEN = 200
const MAX_NODES = 100_000
const MAX_ALIASES = 100
const MAX_FAULTS = 200
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

type Place = { readonly line: number; readonly column: number }

type YamlFault = { readonly offset: number; readonly path: Path; readonly message: string }

export type YamlSource = {
  /** Less the byte order mark; every offset counts in it. */
  readonly text: string
  readonly value: Json
  readonly faults: readonly YamlFault[]
  /** False when the text is not YAML at all, and what was read of it means nothing. */
  readonly sound: boolean
  /** A path that is not in the file is placed at the nearest parent that is. */
  offsetOf(path: Path, at: Spot): number
  placeOf(offset: number): Place
  /** The path of whatever stands at or last before this offset. */
  pathAt(offset: number): Path
}

type Leaf = { key: number | undefined; value: number; readonly children: Map<string | number, Leaf> }

const DIRECTIVE = 'Directives (lines that begin with %) are not read. Remove the line.'
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FOREIGN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/g

export function readYaml(raw: string): YamlSource {
  const text = raw.replace(/^\ufeff/, '')
  const refused = refuseUnread(text)
  if (refused) return { ...nothing(text), faults: [refused] }
  const lines = new LineCounter()
  // Duplicate keys are found below: the parser's own check takes quadratic time.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  })
  const faults: YamlFault[] = []
  for (const problem of document.errors.slice(0, MAX_FAULTS))
    faults.push({ offset: problem.pos[0], path: [], message: inOurWords(problem.code, problem.message) })
  for (const problem of document.warnings)
    if (problem.code === 'BAD_DIRECTIVE')
      faults.push({ offset: problem.pos[0], path: [], message: DIRECTIVE })
  if (document.directives?.yaml.explicit) faults.push({ offset: 0, path: [], message: DIRECTIVE })
  const sound = faults.length === 0
  if (text !== raw)
    faults.push({
      offset: 0,
      path: [],
      message: 'The file begins with a byte order mark. Save it as UTF-8 without one.',
    })
  for (const { index } of [...text.matchAll(FOREIGN)].slice(0, 20))
    faults.push({
      offset: index,
      path: [],
      message:
        'There is a character here that is invisible or not UTF-8. Remove it, or save the file as UTF-8.',
    })

  const root: Leaf = { key: undefined, value: 0, children: new Map() }
  const inOrder: { offset: number; path: Path }[] = []
  const anchors = new Map<string, Node>()
  let nodes = 0
  let aliases = 0

  const walk = (node: Node | null | undefined, path: Path, leaf: Leaf, depth: number): Json => {
    const fault = (message: string, offset = leaf.value) => {
      if (faults.length < MAX_FAULTS) faults.push({ offset, path, message })
      return null
    }
    nodes += 1
    if (nodes > MAX_NODES)
      return nodes === MAX_NODES + 1 ? fault('There is too much in this file to read it safely.') : null
    if (!node) return null
    if (depth > MAX_DEPTH) return fault(`This is nested more than ${MAX_DEPTH} levels deep.`)
    if ('tag' in node && node.tag)
      return fault('Tags (a word with ! before a value) are not read. Remove the tag.')
    if (isAlias(node)) {
      aliases += 1
      if (aliases > MAX_ALIASES)
        return aliases === MAX_ALIASES + 1
          ? fault(`Aliases (*name) are used more than ${MAX_ALIASES} times. Write the values out.`)
          : null
      const meant = anchors.get(node.source)
      return meant
        ? walk(meant, path, leaf, depth + 1)
        : fault(`There is no anchor ${quote(`&${node.source}`)} above this alias.`)
    }
    if (node.anchor) anchors.set(node.anchor, node)
    if (isScalar(node)) {
      const { value } = node
      if (typeof value === 'number' && !Number.isSafeInteger(value))
        return fault(
          'Only whole numbers that can be kept exactly are read. Put it in quotes if it is a name.',
        )
      return value as Json
    }
    if (isSeq<Node>(node))
      return node.items.map((item, i) =>
        walk(item, [...path, i], leafOf(leaf, path, i, undefined, item), depth + 1),
      )
    if (!isMap<Node, Node>(node)) return fault('This kind of YAML is not read.')
    const object: { [key: string]: Json } = {}
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : undefined
      const offset = key?.range?.[0] ?? leaf.value
      if (name === undefined) fault('A key must be plain text.', offset)
      else if (name === '<<') fault('Merge keys (<<) are not read. Write the keys out.', offset)
      else if (FORBIDDEN.has(name)) fault(`${quote(name)} cannot be a name here.`, offset)
      else if (Object.hasOwn(object, name)) {
        if (faults.length >= MAX_FAULTS) continue
        const first = lines.linePos(leaf.children.get(name)?.key ?? 0).line
        fault(
          `The key ${quote(name)} is here twice; the first is on line ${first}. Keep one of them.`,
          offset,
        )
      } else {
        const child = leafOf(leaf, path, name, offset, value)
        object[name] = walk(value, [...path, name], child, depth + 1)
      }
    }
    return object
  }

  function leafOf(
    parent: Leaf,
    above: Path,
    step: string | number,
    key: number | undefined,
    node: Node | null,
  ): Leaf {
    const start = isScalar(node) && node.source === '' ? undefined : node?.range?.[0]
    const leaf: Leaf = { key, value: start ?? key ?? parent.value, children: new Map() }
    parent.children.set(step, leaf)
    inOrder.push({ offset: key ?? leaf.value, path: [...above, step] })
    return leaf
  }

  const value = walk(document.contents as Node | null, [], root, 0)
  inOrder.sort((a, b) => a.offset - b.offset)
  return {
    text,
    value,
    faults,
    sound,
    offsetOf(path, at) {
      let leaf = root
      for (const step of path) {
        const child = leaf.children.get(step)
        if (!child) return leaf.key ?? leaf.value
        leaf = child
      }
      return at === 'key' ? (leaf.key ?? leaf.value) : leaf.value
    },
    placeOf: (offset) => place(lines, offset),
    pathAt: (offset) => inOrder.findLast((one) => one.offset <= offset)?.path ?? [],
  }
}

function place(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** What must be known before the parser is let near the text. */
function refuseUnread(text: string): YamlFault | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES)
    return {
      offset: 0,
      path: [],
      message: `The file has ${bytes} bytes; at most ${MAX_BYTES} (1 MiB) are read.`,
    }
  let open = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '[' || char === '{') open += 1
    else if ((char === ']' || char === '}') && open > 0) open -= 1
    if (open > MAX_OPEN) return { offset: i, path: [], message: 'Too many brackets are open here.' }
  }
  const steep = /^(?![ \t]*#).*?(?:[-?:][ \t]+){33}/m.exec(text)
  if (steep)
    return { offset: steep.index, path: [], message: `This is nested more than ${MAX_DEPTH} levels deep.` }
  return undefined
}

function nothing(text: string): Omit<YamlSource, 'faults'> {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return {
    text,
    value: null,
    sound: false,
    offsetOf: () => 0,
    placeOf: (offset) => place(lines, offset),
    pathAt: () => [],
  }
}

function inOurWords(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'There is a tab in the indentation. Use spaces.'
    case 'MULTIPLE_DOCS':
      return 'A second document begins here (---). Keep one.'
    case 'NON_STRING_KEY':
      return 'A key must be plain text.'
    case 'RESOURCE_EXHAUSTION':
      return `This is nested more than ${MAX_DEPTH} levels deep.`
    default:
      return `This is not YAML: ${clamp(cleanText(message), 200).replace(/\s+/g, ' ').replace(/[.]?$/, '.')}`
  }
}
