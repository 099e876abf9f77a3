import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Ack, Attempt, Transport } from './deliver.ts'
import type { Json } from './json.ts'
import type { DeliveryType } from './record.ts'
import type { Workspace } from './workspace.ts'

const MOST_SOCKETS = 10
const PING_EVERY_MS = 10_000
const CLOSING_MS = 1000

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

/** Socket Mode: the app dials in with a ticket and gets its payloads over any one of its sockets. */
export class SocketMode implements Transport {
  readonly kind = 'socket'
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #live = new Set<WebSocket>()
  readonly #tickets = new Set<string>()
  readonly #acks = new Map<string, (payload: Json | undefined) => void>()
  readonly #arrivals = new Set<() => void>()
  readonly #pings: NodeJS.Timeout
  readonly #workspace: Workspace
  readonly #deadline: number
  readonly #grace: number
  #turn = 0

  constructor(workspace: Workspace, timing: { deadlineMs: number; graceMs: number }) {
    this.#workspace = workspace
    this.#deadline = timing.deadlineMs
    this.#grace = timing.graceMs
    this.#pings = setInterval(() => {
      for (const socket of this.#live) socket.ping()
    }, PING_EVERY_MS).unref()
  }

  /** A ticket opens one socket. */
  issue(): string {
    const ticket = randomUUID()
    this.#tickets.add(ticket)
    return ticket
  }

  connected(): boolean {
    return this.#live.size > 0
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://simulator').searchParams.get('ticket') ?? ''
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened))
  }

  #welcome(socket: WebSocket): void {
    if (this.#live.size >= MOST_SOCKETS) {
      socket.send(disconnect('too_many_websockets'))
      socket.close()
      return
    }
    this.#live.add(socket)
    socket.on('message', (data) => this.#heard(String(data)))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      this.#live.delete(socket)
      this.#workspace.touch()
    })
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#live.size,
        connection_info: { app_id: this.#workspace.app.appId },
        debug_info: { host: 'applink-simulator', build_number: 1, approximate_connection_time: 18_060 },
      }),
    )
    this.#workspace.touch()
    const arrivals = [...this.#arrivals]
    this.#arrivals.clear()
    for (const arrived of arrivals) arrived()
  }

  #heard(text: string): void {
    try {
      const { envelope_id: id, payload } = JSON.parse(text) as { envelope_id?: string; payload?: Json }
      const waiting = id === undefined ? undefined : this.#acks.get(id)
      waiting?.(payload)
    } catch {
      // Slack ignores what it cannot read; the missing acknowledgement says enough.
    }
  }

  async send(type: DeliveryType, payload: Json, { attempt, reason }: Attempt): Promise<Ack> {
    const socket = await this.#anySocket()
    if (!socket) return { outcome: 'dispatch_failed', reason: 'timeout' }
    const envelope_id = randomUUID()
    const event = type === 'events_api'
    const acked = this.#acknowledged(envelope_id)
    socket.send(
      JSON.stringify({
        envelope_id,
        type,
        accepts_response_payload: !event,
        ...(event ? { retry_attempt: attempt, retry_reason: reason } : {}),
        payload,
      }),
    )
    return acked
  }

  #acknowledged(envelopeId: string): Promise<Ack> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#acks.delete(envelopeId)
        resolve({ outcome: 'operation_timeout', reason: 'timeout' })
      }, this.#deadline)
      this.#acks.set(envelopeId, (payload) => {
        clearTimeout(timer)
        this.#acks.delete(envelopeId)
        resolve({ outcome: 'acked', payload })
      })
    })
  }

  /** Slack picks any live socket; taking turns shows the same faults and repeats from run to run. */
  async #anySocket(): Promise<WebSocket | undefined> {
    if (!this.connected()) await this.#arrival()
    const open = [...this.#live].filter((socket) => socket.readyState === WebSocket.OPEN)
    this.#turn += 1
    return open[this.#turn % Math.max(1, open.length)]
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#arrivals.delete(done)
        resolve()
      }
      const timer = setTimeout(done, this.#grace)
      this.#arrivals.add(done)
    })
  }

  /** After a `warning` the socket still works for a while; after the others it is finished. */
  disconnect(reason: DisconnectReason): void {
    for (const socket of [...this.#live]) {
      socket.send(disconnect(reason))
      if (reason !== 'warning') {
        this.#live.delete(socket)
        socket.close()
      }
    }
    this.#workspace.touch()
  }

  /** The network is gone: nobody says goodbye. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate()
  }

  /** Closes every socket in good order, so that an app that is stopping too does not see a broken connection. */
  async stop(): Promise<void> {
    clearInterval(this.#pings)
    const impatient = setTimeout(() => this.cut(), CLOSING_MS)
    await Promise.all([...this.#server.clients].map(closed))
    clearTimeout(impatient)
    this.#server.close()
  }
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) resolve()
    socket.once('close', () => resolve())
    socket.close(1001)
  })
}

function disconnect(reason: DisconnectReason): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-simulator' } })
}
