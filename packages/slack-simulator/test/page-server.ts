import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pageHandler } from '../src/page/serve.ts'
import type { Act, ActResult, PersonView, Suggestions } from '../src/view.ts'
import { workspace } from './page-fixtures.ts'

type Answer = (act: Act) => ActResult

/** Stands in for the simulator: it shows what it is told to show, and writes down what is done. */
export class FixtureServer {
  readonly acts: { as: string; act: Act }[] = []
  readonly suggested: string[] = []
  answer: Answer = () => ({ ok: true })
  #version = 1
  #change: Partial<PersonView> = {}
  #waiting: (() => void)[] = []
  readonly #server: Server

  constructor() {
    const page = pageHandler()
    this.#server = createServer(async (request, response) => {
      if (await page(request, response)) return
      await this.#serve(request, response)
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Shows something else from now on. */
  show(change: Partial<PersonView>): void {
    this.#change = change
    this.#version += 1
    for (const wake of this.#waiting.splice(0)) wake()
  }

  reset(): void {
    this.acts.length = 0
    this.suggested.length = 0
    this.answer = () => ({ ok: true })
    this.show({})
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const send = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (url.pathname === '/sim/state') {
      if (url.searchParams.get('after') === String(this.#version)) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      }
      send({ ...workspace(url.searchParams.get('as') ?? 'U1', this.#change), version: this.#version })
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
    if (url.pathname === '/sim/act') {
      this.acts.push(body)
      send(this.answer(body.act))
    } else if (url.pathname === '/sim/suggest') {
      this.suggested.push(body.value)
      const options = ['orders-db', 'billing-db', 'warehouse']
        .filter((name) => name.includes(body.value))
        .map((name) => ({ text: { text: name }, value: name }))
      send({ options } satisfies Suggestions)
    } else {
      response.writeHead(404).end()
    }
  }
}
