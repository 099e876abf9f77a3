/**
 * Literal text for the two places that Slack parses: `mrkdwn` and a message's top-level text. Escaping `& < >` is
 * what Slack asks for, and is not enough: `@channel`, links, `:emoji:` and `*stars*` are read from bare characters.
 */

/** WORD JOINER: takes no room, breaks no line, and parts what would otherwise be read as markup. */
const JOINER = '\u2060'

export function inert(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[@#](?=\S)/g, `$&${JOINER}`)
    .replace(/:(?=\/\/)/g, `:${JOINER}`)
    .replace(/:(?=[\p{L}\p{N}_+'-]+:)/gu, `:${JOINER}`)
    .replace(/`/g, '\u02cb')
    .replace(/\*/g, '\u2217')
    .replace(/~/g, '\u223c')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\u02cd')
}
