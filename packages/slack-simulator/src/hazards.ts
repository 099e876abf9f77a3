/** Something the app wrote that would alert people who should not be, or could be made to. */
export type Violation = {
  readonly at: number
  /** The method or answer that carried it. */
  readonly where: string
  readonly pointer: string
  readonly hazard: string
  readonly text: string
}

const LIVE = /<!(here|channel|everyone)(\|[^>]*)?>/
/** A bare name that Slack's own parser makes into a live mention, as it would in a person's message. */
const BARE = /(?<![\p{L}\p{N}_@&;/.-])@(here|channel|everyone)(?![\p{L}\p{N}_-])/u

/**
 * Finds broadcasts in what the app sends. mrkdwn objects are parsed by Slack unless `verbatim` is true; the
 * top-level text is parsed only with `link_names` or `parse: full`, but `<!here>` is live in both.
 */
export function hazardsIn(args: Record<string, unknown>): Omit<Violation, 'at' | 'where'>[] {
  const found: Omit<Violation, 'at' | 'where'>[] = []
  const look = (text: unknown, pointer: string, parsed: boolean) => {
    if (typeof text !== 'string') return
    const hit = LIVE.exec(text) ?? (parsed ? BARE.exec(withoutCode(text)) : null)
    if (hit) found.push({ pointer, hazard: hit[0], text })
  }
  const walk = (value: unknown, pointer: string) => {
    if (Array.isArray(value)) {
      value.forEach((one, at) => {
        walk(one, `${pointer}/${at}`)
      })
      return
    }
    if (typeof value !== 'object' || value === null) return
    const one = value as Record<string, unknown>
    if (one.type === 'mrkdwn') look(one.text, pointer, one.verbatim !== true)
    if (one.type === 'markdown') look(one.text, pointer, true)
    if (one.type === 'broadcast') found.push({ pointer, hazard: `broadcast ${String(one.range)}`, text: '' })
    for (const [key, inner] of Object.entries(one)) walk(inner, `${pointer}/${key}`)
  }
  look(args.text, '/text', Boolean(args.link_names) || args.parse === 'full')
  walk(args.blocks, '/blocks')
  walk(args.attachments, '/attachments')
  walk(args.view, '/view')
  return found
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```|`[^`\n]+`/g, ' ')
}
