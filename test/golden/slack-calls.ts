/**
 * Every call of Slack's Web API, in an order that does not depend on the machine: messages by channel and thread,
 * dialogs and private answers as they came. Each message keeps the sequence of what it said; a redraw that changes
 * nothing is left out, because it depends on chance how often the same is drawn. What only reads is a set.
 */
import type { WireRecord } from 'slack-simulator/record'

type Json = Record<string, unknown>
type Call = Extract<WireRecord, { kind: 'call' }>
type Message = { readonly posted: unknown; readonly redrawn: unknown[] }
type Channel = Map<string, Map<string, Message>>

const DIALOGS = /^views\.(open|update|push)$/

/** `blur` makes texts equal that differ by time or chance only. */
export function orderedCalls(wire: readonly WireRecord[], blur: (text: string) => string): Json {
  const calls = wire.filter((one): one is Call => one.kind === 'call').sort((a, b) => a.seq - b.seq)
  const channels = new Map<string, Channel>()
  const channelOf = new Map<string, string>()
  const threadOf = new Map<string, string>()
  const homes = new Map<string, unknown[]>()
  const [dialogs, answers, others]: [unknown[], unknown[], unknown[]] = [[], [], []]
  const reads = new Set<string>()

  const keep = (said: unknown[], content: unknown): void => {
    const text = (one: unknown) => blur(JSON.stringify(one) ?? '')
    if (text(said.at(-1)) !== text(content)) said.push(content)
  }

  for (const call of calls) {
    const { method, status } = call
    const args = readable(call.args)
    const said = status === 200 ? args : { status, ...args }
    const answer = call.answer as { ok?: boolean; channel?: string; ts?: string }
    if (method === 'chat.postMessage') {
      const { channel: to, thread_ts: parent, ...content } = said as Json & { channel: string }
      const ts = answer.ts ?? `not posted ${call.seq}`
      if (answer.channel) channelOf.set(answer.channel, to)
      const thread = String(parent ?? ts)
      threadOf.set(ts, thread)
      const channel = getOrMake(channels, to, () => new Map())
      getOrMake(channel, thread, () => new Map()).set(ts, { posted: content, redrawn: [] })
    } else if (method === 'chat.update') {
      const { channel: to, ts, ...content } = said as Json & { channel: string; ts: string }
      const message = channels
        .get(channelOf.get(to) ?? to)
        ?.get(threadOf.get(ts) ?? ts)
        ?.get(ts)
      if (!message) throw new Error(`a message was changed that was not posted: ${JSON.stringify(said)}`)
      if (
        message.redrawn.length > 0 ||
        blur(JSON.stringify(message.posted)) !== blur(JSON.stringify(content))
      )
        keep(message.redrawn, content)
    } else if (method === 'views.publish')
      keep(
        getOrMake(homes, String(said.user_id), () => []),
        said.view,
      )
    else if (DIALOGS.test(method)) dialogs.push({ method, ...said })
    else if (method === 'response_url') answers.push(said)
    else if (/^chat\.|^files\.|^views\.|^conversations\.(open|join)/.test(method))
      others.push({ method, ...said })
    else reads.add(`${method} ${JSON.stringify(args)}`)
  }
  return {
    channels: Object.fromEntries(
      [...channels]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, threads]) => [name, [...threads.values()].map((messages) => [...messages.values()])]),
    ),
    homes: Object.fromEntries([...homes].sort(([a], [b]) => (a < b ? -1 : 1))),
    dialogs,
    answers,
    others,
    reads: [...reads].sort(),
  }
}

/** Blocks, attachments and views travel as JSON in a text. */
function readable(args: Json): Json {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  )
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  return made
}
