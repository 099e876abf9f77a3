/** A SIEM of a test's own: a real HTTP server that takes events, or misbehaves as it is told. */
import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

export type Message = {
  readonly id: string
  readonly body: string
  readonly lines: readonly string[]
  /** Indexes of its events. */
  readonly indexes: readonly number[]
  /** Whether the signature comes out, by a computation of our own. */
  readonly signed: boolean
}

export type Mood =
  | 'takes'
  | 'fails'
  /** Applies it and cuts the line before the answer. */
  | 'resets'
  /** Never answers. */
  | 'hangs'
  | 'redirects'
  /** Takes a while to answer. */
  | 'slow'
  /** Takes no more than two events in a message. */
  | 'small'

export type Receiver = AsyncDisposable & {
  readonly url: string
  readonly secret: string
  mood: Mood
  /** What it took, repetitions included. */
  readonly taken: readonly Message[]
  /** Every message that came, taken or not. */
  readonly seen: readonly Message[]
  /** The log as the receiver has it: repetitions dropped by the id of their message. */
  indexes(): number[]
}

export async function receiver(): Promise<Receiver> {
  const key = randomBytes(32)
  const [taken, seen]: [Message[], Message[]] = [[], []]
  const state = { mood: 'takes' as Mood }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = read(request, await text(request), key)
    seen.push(message)
    switch (state.mood) {
      case 'fails':
        response.writeHead(500).end('no')
        return
      case 'hangs':
        return
      case 'redirects':
        if (request.url === '/elsewhere') break
        response.writeHead(307, { location: '/elsewhere' }).end()
        return
      case 'resets':
        taken.push(message)
        request.socket.destroy()
        return
      case 'small':
        if (message.lines.length > 2) {
          response.writeHead(413).end()
          return
        }
        break
      case 'slow':
        await pause(400)
        break
      default:
    }
    taken.push(message)
    response.writeHead(204).end()
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?token=of-the-receiver`,
    secret: `whsec_${key.toString('base64')}`,
    get mood() {
      return state.mood
    },
    set mood(mood) {
      state.mood = mood
    },
    taken,
    seen,
    indexes: () => [...new Map(taken.map((one) => [one.id, one])).values()].flatMap((one) => one.indexes),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function read({ headers }: IncomingMessage, body: string, key: Buffer): Message {
  const id = String(headers['webhook-id'])
  const expected = createHmac('sha256', key)
    .update(`${id}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')
  const lines = body.split('\n').filter(Boolean)
  const fresh = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 60
  return {
    id,
    body,
    lines,
    indexes: lines.map((line) => {
      const said = JSON.parse(line)
      return Number(said.event?.index ?? said.metadata?.sequence)
    }),
    signed: fresh && String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`),
  }
}
