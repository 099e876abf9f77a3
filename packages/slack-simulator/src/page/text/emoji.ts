import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Message } from 'slack-blocks-to-jsx'

const known = new Map<string, string>()

/** The character of an emoji's name; a name nobody knows stays as it was written, `:like_this:`. */
export function emoji(name: string): string {
  const before = known.get(name)
  if (before !== undefined) return before
  const character = lookUp(name)
  known.set(name, character)
  return character
}

function lookUp(name: string): string {
  const blocks = [
    {
      type: 'rich_text' as const,
      elements: [{ type: 'rich_text_section' as const, elements: [{ type: 'emoji' as const, name }] }],
    },
  ]
  try {
    const html = renderToStaticMarkup(
      createElement(Message, { blocks, name: '', logo: '', withoutWrapper: true, unstyled: true }),
    )
    const text = html.replaceAll(/<[^>]*>/g, '').trim()
    return text === '' || text.includes(':') || text.includes('&') ? `:${name}:` : text
  } catch {
    return `:${name}:`
  }
}

/** Splits a text at its emoji names; the odd parts are names. */
export function emojiParts(text: string): readonly string[] {
  return text.split(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/g)
}

/** A text with its emoji names turned into characters. */
export function withEmoji(text: string): string {
  return emojiParts(text)
    .map((part, index) => (index % 2 === 1 ? emoji(part) : part))
    .join('')
}
