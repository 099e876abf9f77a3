// Classifies a statement by its keywords. Several statements in one text count as the most serious of them.
import type { ActivityKind } from '../../core/activity/activity.ts'
import { type Token, tokensOf } from './redaction.ts'

/** From harmless to serious. */
const GRAVITY: readonly ActivityKind[] = ['other', 'select', 'insert', 'update', 'delete', 'ddl', 'grant']

const FIRST: Readonly<Record<string, ActivityKind>> = {
  select: 'select',
  values: 'select',
  table: 'select',
  fetch: 'select',
  declare: 'select',
  insert: 'insert',
  update: 'update',
  merge: 'update',
  delete: 'delete',
  truncate: 'delete',
  grant: 'grant',
  revoke: 'grant',
  reassign: 'grant',
  create: 'ddl',
  alter: 'ddl',
  drop: 'ddl',
  comment: 'ddl',
  security: 'ddl',
  import: 'ddl',
  reindex: 'ddl',
  cluster: 'ddl',
  refresh: 'ddl',
}

/** Words behind CREATE, ALTER or DROP that mean rights rather than things. */
const RIGHTS = new Set(['role', 'user', 'group', 'policy', 'default'])
const CHANGES: Readonly<Record<string, ActivityKind>> = {
  insert: 'insert',
  update: 'update',
  merge: 'update',
  delete: 'delete',
}
/** Keywords that only wrap another statement. */
const WRAPPED = new Set(['explain', 'prepare', 'declare', 'with'])

export function kindOf(sql: string): ActivityKind {
  const tokens = tokensOf(sql)
  const statements = statementsIn(tokens)
  // What a DO block does stands in its body; what its words mean elsewhere is no worse than what they say.
  const bodies = statements.some(([first]) => first === 'do')
    ? tokens.filter((one) => one.kind === 'dollar').map(({ text }) => text.replace(/^\$\w*\$|\$\w*\$$/g, ''))
    : []
  const inside = bodies.flatMap((body) => statementsIn(tokensOf(body)).map(kindOfBlock))
  return gravest([...statements.map(kindOfStatement), ...inside])
}

/** PL/pgSQL: the statement may stand behind BEGIN, THEN, LOOP and the like. */
function kindOfBlock(words: readonly string[]): ActivityKind {
  return gravest(words.map((word) => FIRST[word] ?? 'other'))
}

export function gravest(kinds: readonly ActivityKind[]): ActivityKind {
  return kinds.reduce(
    (worst, kind) => (GRAVITY.indexOf(kind) > GRAVITY.indexOf(worst) ? kind : worst),
    'other',
  )
}

/** The words and signs of each statement; what stands in strings and comments is no part of it. */
function statementsIn(tokens: readonly Token[]): string[][] {
  const statements: string[][] = [[]]
  for (const { kind, text } of tokens) {
    if (kind === 'sign' && text === ';') statements.push([])
    else if (kind === 'word') statements.at(-1)?.push(text.toLowerCase())
    else if (kind === 'sign' && text !== '(') statements.at(-1)?.push(text)
    else if (kind === 'sign') statements.at(-1)?.push('(')
  }
  return statements.filter((words) => words.length > 0)
}

function kindOfStatement(words: readonly string[]): ActivityKind {
  const start = words.findIndex((word) => word !== '(')
  const first = words[start] ?? ''
  const second = words[start + 1] ?? ''
  if (first === 'copy') return copied(words)
  if (WRAPPED.has(first)) {
    // A CTE that changes rows stands behind a bracket, an explained or prepared statement at some later word.
    const changes = words.flatMap((word) => CHANGES[word] ?? [])
    const reads = words.some((word) => ['select', 'values', 'table'].includes(word))
    return gravest([...changes, reads || first === 'declare' ? 'select' : 'other'])
  }
  if (['create', 'alter', 'drop'].includes(first) && RIGHTS.has(second)) return 'grant'
  return FIRST[first] ?? 'other'
}

/** `COPY t FROM` writes, `COPY t TO` and `COPY (…) TO` read, and the query in the brackets may change rows. */
function copied(words: readonly string[]): ActivityKind {
  const changes = words.flatMap((word) => CHANGES[word] ?? [])
  if (words[1] === '(') return gravest([...changes, 'select'])
  return words.includes('from') && !words.slice(0, words.indexOf('from')).includes('to') ? 'insert' : 'select'
}
