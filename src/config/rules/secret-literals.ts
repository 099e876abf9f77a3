/** Finds secrets that were written into the configuration, and keeps them out of everything that is printed. */

const LITERALS: readonly { readonly what: string; readonly shape: RegExp }[] = [
  { what: 'a database address', shape: /\bpostgres(?:ql)?:\/\/[^\s'"]*/gi },
  {
    what: 'an address with a password',
    shape: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:'"]{0,100}:[^\s'"]{1,500}@/gi,
  },
  { what: 'a Slack token', shape: /\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}/g },
  { what: 'a Slack webhook', shape: /\bhooks\.slack\.com\/services\/[^\s'"]+/g },
  { what: 'a GitHub token', shape: /\b(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g },
  { what: 'a GitLab token', shape: /\bglpat-[\w-]{20,}/g },
  { what: 'an AWS access key', shape: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { what: 'a private key', shape: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g },
]

const SECRET_KEY = /(?:^|[_-])(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key)$/i

export const HIDDEN = '…'

export const REFERENCE_ADVICE =
  'Name where it is kept instead: { env: NAME } for an environment variable, { file: /path } for a file. ' +
  'If this file was shared or committed, change the secret.'

type Literal = { readonly what: string; readonly offset: number; readonly text: string }

/** Looks at the text itself, so that comments and broken YAML are covered too. */
export function findLiterals(text: string): Literal[] {
  const found = LITERALS.flatMap(({ what, shape }) =>
    [...text.matchAll(shape)].map((match) => ({ what, offset: match.index, text: match[0] })),
  ).sort((a, b) => a.offset - b.offset || b.text.length - a.text.length)
  let end = -1
  return found.filter((one) => {
    if (one.offset < end) return false
    end = one.offset + one.text.length
    return true
  })
}

/** Would a plain text under this key be a secret, whatever it looks like? */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

export function hideLiterals(text: string): string {
  return LITERALS.reduce((shown, { shape }) => shown.replace(shape, HIDDEN), text)
}

/** A line of the file that is safe to print: hides more than in a sentence, because its content is unknown. */
export function hideInLine(line: string): string {
  return hideLiterals(line)
    .replace(
      /((?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key)['"]?\s*:\s*)[^\s{].*$/i,
      `$1${HIDDEN}`,
    )
    .replace(/[A-Za-z0-9+/=_-]{41,}/g, HIDDEN)
}
