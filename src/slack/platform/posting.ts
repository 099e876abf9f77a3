/** Sends a message, and what is left of it where Slack does not take all of its blocks; and how fast it may. */
import type { WebClient } from '@slack/web-api'
import { type Lane, laneEnd } from '../../core/notice.ts'
import type { Log } from '../../core/ports.ts'
import { type Message, onWire } from '../blocks/message.ts'
import { judge } from './slack-errors.ts'

/** A workspace that refused the newer blocks is not asked again before this. Milliseconds. */
const NATIVE_AGAIN = 6 * 60 * 60 * 1000

/** Remembers that this workspace does not take Slack's newer blocks, for as long as it makes sense. */
export type NativeBlocks = { taken(): boolean; refused(): void }

export function nativeBlocks(now: () => Date): NativeBlocks {
  let until = 0
  return {
    taken: () => now().getTime() >= until,
    refused: () => {
      until = now().getTime() + NATIVE_AGAIN
    },
  }
}

/** The same message once more in blocks that every workspace takes. */
export type Sendable = { readonly message: Message; readonly classic?: Message | undefined }

/** Broadcast: the channel shows the reply as well. */
export type Thread = { readonly ts: string; readonly broadcast: boolean }

type Parts = {
  readonly client: WebClient
  readonly log: Log
  readonly lane: Lane
  readonly native: NativeBlocks
}

export async function postTo(
  parts: Parts,
  sendable: Sendable,
  thread?: Thread,
): Promise<{ channel: string; ts: string }> {
  const common = { channel: laneEnd(parts.lane), unfurl_links: false, unfurl_media: false }
  const answer = await wordsAtLeast(parts, sendable, (content) => {
    if (!thread) return parts.client.chat.postMessage({ ...common, ...content })
    const reply = { ...common, ...content, thread_ts: thread.ts }
    return parts.client.chat.postMessage(thread.broadcast ? { ...reply, reply_broadcast: true } : reply)
  })
  if (!answer.channel || !answer.ts) throw new Error('Slack did not say where the message is')
  return { channel: answer.channel, ts: answer.ts }
}

/**
 * Sends blocks; when Slack does not take them the same without its colour, the classic ones, if there are any; and at
 * last the words alone. One bad block makes Slack refuse a whole message, and the words are what has to arrive.
 */
export async function wordsAtLeast<T>(
  { log, lane, native }: Pick<Parts, 'log' | 'lane' | 'native'>,
  { message, classic }: Sendable,
  send: (content: ReturnType<typeof onWire>) => Promise<T>,
): Promise<T> {
  const { colour, ...bare } = message
  const tries: Message[] = classic && !native.taken() ? [] : [message, ...(colour ? [bare] : [])]
  if (classic) tries.push(classic)
  for (const [at, one] of tries.entries())
    try {
      const sent = await send(onWire(one))
      // Only a success of the other proves that it was the newer blocks.
      if (at > 0 && one === classic) native.refused()
      return sent
    } catch (error) {
      const verdict = judge(error)
      if (verdict.kind !== 'words-only') throw error
      log.error(
        { lane, error: verdict.error },
        at + 1 < tries.length
          ? 'Slack refused a message in this form; it is sent in a plainer one'
          : 'Slack refused the blocks; the words are sent alone',
      )
    }
  return send({ text: message.text, blocks: [] })
}

/** A bucket of tokens: so many at once, then so many a minute. Slack counts calls of one method together. */
export type Pace = {
  /** Takes one and answers 0, or takes none and answers the milliseconds until there is one. */
  take(): number
}

export function makePace({
  perMinute,
  burst,
  now,
}: {
  readonly perMinute: number
  readonly burst: number
  readonly now: () => Date
}): Pace {
  const perMs = perMinute / 60_000
  let tokens = burst
  let at = now().getTime()
  return {
    take() {
      const moment = now().getTime()
      // A clock that was set back gives nothing and takes nothing.
      tokens = Math.min(burst, tokens + Math.max(0, moment - at) * perMs)
      at = moment
      if (tokens < 1) return Math.ceil((1 - tokens) / perMs)
      tokens -= 1
      return 0
    },
  }
}
