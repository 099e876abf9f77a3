/** What Slack takes, with a little room left. A block that is too large makes Slack refuse the whole message. */
export const MAX = {
  blocks: 50,
  homeBlocks: 100,
  /** All blocks of a message as JSON; undocumented, seen to fail a little above 13,000. */
  message: 12_800,
  /** Top-level text: `chat.update` refuses more than 4,000. */
  text: 3_900,
  section: 3_000,
  field: 2_000,
  context: 3_000,
  header: 150,
  button: 75,
  /** What a button carries. */
  value: 2_000,
  label: 75,
  confirmTitle: 100,
  confirmText: 300,
  /** Code points of a typed text on a card; the whole of it is in the audit log. */
  quote: 1_500,
} as const

/** JSON size of blocks, as Slack counts it. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}

/** As many items from the front as fit into `maxChars` characters of JSON, and at most `maxItems`. */
export function asManyAsFit<T>(items: readonly T[], maxChars: number, maxItems: number): readonly T[] {
  let used = 0
  const count = items.findIndex((item) => {
    used += sizeOf(item) + 1
    return used > maxChars
  })
  return items.slice(0, Math.min(maxItems, count === -1 ? items.length : count))
}
