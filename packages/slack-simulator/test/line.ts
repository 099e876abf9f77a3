import { WebSocket } from 'ws'
import type { Simulator } from '../src/server.ts'
import { clientOf } from './web-client.ts'

type Envelope = { readonly type: string; readonly envelope_id?: string; readonly [key: string]: unknown }

/** A socket without Bolt, to see what goes over the wire. */
type Line = {
  readonly socket: WebSocket
  readonly heard: Envelope[]
  next(type: string): Promise<Envelope>
  readonly closed: Promise<unknown>
}

export async function urlFor(simulator: Simulator): Promise<string> {
  const client = clientOf(simulator, simulator.appToken)
  return String((await client.apps.connections.open()).url)
}

export async function dial(simulator: Simulator, url?: string): Promise<Line> {
  const socket = new WebSocket(url ?? (await urlFor(simulator)))
  const heard: Envelope[] = []
  const waiting: { type: string; resolve: (envelope: Envelope) => void }[] = []
  const taken = new Set<Envelope>()
  const match = () => {
    for (const wait of [...waiting]) {
      const found = heard.find((envelope) => envelope.type === wait.type && !taken.has(envelope))
      if (!found) continue
      taken.add(found)
      waiting.splice(waiting.indexOf(wait), 1)
      wait.resolve(found)
    }
  }
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    match()
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const line: Line = {
    socket,
    heard,
    closed,
    next: (type) =>
      new Promise((resolve) => {
        waiting.push({ type, resolve })
        match()
      }),
  }
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return line
}

export function acknowledge({ socket }: Line, { envelope_id }: Envelope, payload?: object): void {
  socket.send(JSON.stringify(payload ? { envelope_id, payload } : { envelope_id }))
}
