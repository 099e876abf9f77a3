import names from 'emojibase-data/en/shortcodes/iamcal.json' with { type: 'json' }

/** Slack's names are those of iamcal's emoji-data; the set lists them by the code points they stand for. */
const codePoints = new Map(
  Object.entries(names).flatMap(([points, given]) => [given].flat().map((name) => [name, points])),
)

/** The character of an emoji's name; an unknown name stays as it was written, `:like_this:`. */
export function emoji(name: string): string {
  const [plain = '', tone] = name.split('::skin-tone-')
  const points = codePoints.get(plain)?.split('-') ?? []
  const [first, ...rest] = points.map((point) => Number.parseInt(point, 16))
  if (first === undefined) return `:${name}:`
  if (tone !== undefined) {
    // Slack counts tones from 2, Unicode's modifiers begin at U+1F3FB.
    return String.fromCodePoint(first, 0x1f3f9 + Number(tone), ...rest.filter((point) => point !== 0xfe0f))
  }
  const character = String.fromCodePoint(first, ...rest)
  // Characters such as ❤ and ⚠ are shown as text unless a variation selector asks for the picture.
  return rest.length > 0 || /^\p{Emoji_Presentation}/u.test(character) ? character : `${character}\ufe0f`
}

/** A text with its emoji names turned into characters. */
export function withEmoji(text: string): string {
  return text.replaceAll(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/g, (_, name: string) => emoji(name))
}
