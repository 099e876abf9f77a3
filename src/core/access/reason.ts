/**
 * Text that people typed. It is kept as they wrote it, less what can deceive a reader: direction overrides that
 * turn a line around, invisible characters, control characters that fake a log line, and NUL, which PostgreSQL
 * cannot store.
 */

export const REASON_MAX = 3000

// C0/C1 controls except newline; zero width and soft hyphen; bidi marks, embeddings, overrides, isolates; tags; BOM.
const DECEPTIVE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** NFC, one kind of newline, at most two in a row, deceptive characters gone, lone surrogates replaced, trimmed. */
export function cleanText(typed: string): string {
  return typed
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(DECEPTIVE, '')
    .normalize('NFC')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** What is typed with a request in people's own words. It is private: the audit log keeps a hash, and it can be erased. */
export type RequestTexts = { readonly reason: string }

/** These alone of what has them, each as {@link cleanText} returns it. */
export function cleanTexts({ reason }: RequestTexts): RequestTexts {
  return { reason: cleanText(reason) }
}

/** Length as a person would count it: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  return [...text].length
}

/** At most `max` code points; a cut text ends in `…`. */
export function clamp(text: string, max: number): string {
  if (text.length <= max) return text
  // A code point has at most two units, so this holds one point too many wherever the text does.
  const points = [...text.slice(0, 2 * max + 1)]
  return points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`
}
