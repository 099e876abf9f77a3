/**
 * Is a reason pattern safe to run on whatever people type? JavaScript's matcher goes back and tries again, so a
 * careless pattern can stop the whole program on one long reason. The check counts, for the worst text, in how many
 * ways each part can match from one place and how many steps that takes; what could take too many is refused. It is
 * conservative: it refuses some patterns that would be harmless, and says how to write them.
 */
import { REASON_MAX } from '../../core/access/reason.ts'

export const PATTERN_MAX = 200
/** Roughly a tenth of a second. */
const MAX_STEPS = 50_000_000

type Char = { readonly kind: 'char'; readonly source: string; readonly literal: string | undefined }
type Part =
  | Char
  | { readonly kind: 'assertion'; readonly start: boolean }
  | { readonly kind: 'group'; readonly branches: readonly (readonly Part[])[] }
  | { readonly kind: 'repeat'; readonly body: Part; readonly min: number; readonly max: number }

type Work = { readonly ways: number; readonly steps: number }

/** Undefined when the pattern is fine, else what is wrong and what would be right. */
export function refusePattern(source: string): string | undefined {
  if (source === '') return 'This pattern is empty. Leave it out, or say what the reason must contain.'
  if (source.length > PATTERN_MAX)
    return `A pattern may have ${PATTERN_MAX} characters; this one has ${source.length}.`
  try {
    new RegExp(source, 'u')
  } catch {
    return 'This is not a regular expression (JavaScript, with the u flag). Every bracket must be closed, and only ^ $ \\ . * + ? ( ) [ ] { } | / may be escaped to mean themselves.'
  }
  const branches = new PatternReader(source).read()
  if (!branches)
    return 'Back references (\\1) and looking ahead or behind ((?=…), (?<=…)) are not read in a pattern. Describe what the reason contains.'
  const starts = branches.every((parts) => parts[0]?.kind === 'assertion' && parts[0].start) ? 1 : REASON_MAX
  if (starts * workOfBranches(branches).steps <= MAX_STEPS) return undefined
  return 'On a long reason this pattern could take forever. Give repetitions an upper end, as in {1,20}; do not repeat a group that repeats something itself; leave out .* at the ends, because the pattern is looked for anywhere.'
}

function workOfBranches(branches: readonly (readonly Part[])[]): Work {
  const works = branches.map(workOfSequence)
  const firsts = branches.map((parts) => firstChar(parts)?.literal)
  // Branches that begin with different characters exclude each other.
  const exclusive = !firsts.includes(undefined) && new Set(firsts).size === firsts.length
  return {
    ways: works.reduce((all, one) => (exclusive ? Math.max(all, one.ways) : all + one.ways), 0),
    steps: works.reduce((all, one) => all + one.steps, 0),
  }
}

function workOfSequence(parts: readonly Part[]): Work {
  let ways = 1
  let steps = 1
  parts.forEach((part, i) => {
    const work = workOf(part)
    steps += ways * work.steps
    ways *= hasOneEnd(part, parts.slice(i + 1)) ? 1 : work.ways
  })
  return { ways, steps }
}

function workOf(part: Part): Work {
  if (part.kind === 'group') return workOfBranches(part.branches)
  if (part.kind !== 'repeat') return { ways: 1, steps: 1 }
  const body = workOf(part.body)
  const max = Math.min(part.max, REASON_MAX)
  if (body.ways <= 1) return { ways: max - Math.min(part.min, max) + 1, steps: (max + 1) * body.steps }
  let all = 0
  let ways = 0
  for (let times = 0; times <= max; times++) {
    const power = body.ways ** times
    all += power
    if (times >= part.min) ways += power
    if (all > MAX_STEPS) return { ways: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY }
  }
  return { ways, steps: all * body.steps }
}

/** `[A-Z]+-`: the letters can end in one place only, because a hyphen must follow and is not a letter. */
function hasOneEnd(part: Part, rest: readonly Part[]): boolean {
  if (part.kind !== 'repeat' || part.body.kind !== 'char') return false
  const next = firstChar(rest)
  return next !== undefined && exclude(part.body, next)
}

/** The character that a sequence must begin with. */
function firstChar(parts: readonly Part[]): Char | undefined {
  const first = parts.find((part) => part.kind !== 'assertion')
  if (first?.kind === 'char') return first
  return first?.kind === 'repeat' && first.min > 0 && first.body.kind === 'char' ? first.body : undefined
}

function exclude(a: Char, b: Char): boolean {
  if (b.literal !== undefined) return !new RegExp(`^(?:${a.source})$`, 'u').test(b.literal)
  if (a.literal !== undefined) return exclude(b, a)
  return (
    /^\\[dws]$/i.test(a.source) && a.source !== b.source && a.source.toLowerCase() === b.source.toLowerCase()
  )
}

/** Reads a pattern that the engine has accepted already; undefined for what cannot be counted. */
class PatternReader {
  readonly #source: string
  #at = 0
  constructor(source: string) {
    this.#source = source
  }

  read(): readonly (readonly Part[])[] | undefined {
    const branches: Part[][] = [[]]
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#take(/\|/y)) branches.push([])
      else {
        const part = this.#part()
        if (!part) return undefined
        branches.at(-1)?.push(part)
      }
    }
    return branches
  }

  #part(): Part | undefined {
    const atom = this.#atom()
    const quantifier = atom && this.#take(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y)
    if (!quantifier) return atom
    const [, sign, from, comma, to] = quantifier
    if (sign)
      return { kind: 'repeat', body: atom, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : REASON_MAX }
    const min = Number(from)
    return { kind: 'repeat', body: atom, min, max: to ? Number(to) : comma ? REASON_MAX : min }
  }

  #atom(): Part | undefined {
    if (this.#take(/\(\?(?![:<])|\(\?<[=!]|\\[1-9]|\\k/y)) return undefined
    if (this.#take(/\((?:\?:|\?<[^>]*>)?/y)) {
      const branches = this.read()
      this.#at += 1
      return branches && { kind: 'group', branches }
    }
    const edge = this.#take(/[\^$]|\\[bB]/y)
    if (edge) return { kind: 'assertion', start: edge[0] === '^' }
    const set = this.#take(
      /\.|\[(?:\\.|[^\]\\])*\]|\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z])/suy,
    )
    if (set) return { kind: 'char', source: set[0], literal: undefined }
    const escaped = this.#take(/\\(.)/suy)
    if (escaped) {
      const [source, char = ''] = escaped
      return { kind: 'char', source, literal: /[\p{L}\p{N}]/u.test(char) ? undefined : char }
    }
    const plain = this.#take(/./suy)
    return plain ? { kind: 'char', source: plain[0], literal: plain[0] } : undefined
  }

  #take(shape: RegExp): RegExpExecArray | undefined {
    shape.lastIndex = this.#at
    const match = shape.exec(this.#source)
    if (match) this.#at += match[0].length
    return match ?? undefined
  }
}
